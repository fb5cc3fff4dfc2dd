// Inbox: claims, delivers, settles and answers each fact once. The steps are those of Reader (what
// a request means), Quarantine (what waits for an operator), Delivering (the host), and the ledger.
#pragma once

#include "account.hpp"
#include "inbox/delivering.hpp"
#include "inbox/host.hpp"
#include "inbox/quarantine.hpp"
#include "inbox/reader.hpp"
#include "inbox/reading.hpp"
#include "inbox/reply.hpp"
#include "inbox/round.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Why an operator's decision was not carried out.
struct Refused {
    enum class Cause { none, not_found, wrong_state };
    Cause cause = Cause::none;
    std::string message;
};

// Which host delivers after an operator's decision: this one, now, or the next that recovers.
enum class Deliver { here, elsewhere };

// Threads: every method from any thread. Account and ledger must outlive it.
class Inbox {
public:
    Inbox(const Account& account, Host host, Ledger& ledger);
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    const Host& host() const { return host_; }

    // ---- Take and settle: all else is a loop over the two ---------------------------------------

    // The only way in for a fact (a postback, the row of a report). All new events become durable
    // with one commit; the claims are in the order of the arrivals. Throws LedgerError: no claim
    // was made.
    std::vector<Claim> accept(std::span<const Arrival> arrivals);

    // Takes the requests up to the first that depends on an earlier one, at least the first. Does
    // not throw for the content of a request, nor for a ledger that fails: both have a reply, which
    // may be sent.
    Round take(std::span<const HttpRequest> requests);
    // Leases at most `limit` entries that are pending and due. Throws LedgerError if none was
    // leased.
    Round lease_due(std::uint32_t limit);

    // Settles the deliveries that the host answered, and adds the next events of their purchases to
    // the round. After that, replies with success may be sent. False: one of the tokens is not of
    // this round, or was settled before; the others are settled.
    bool settle(Round& round, std::span<const TokenAnswer> answers);
    bool settle_question(Round& round, std::uint64_t token, NameAnswer name);

    // ---- With callbacks -------------------------------------------------------------------------

    Reply handle(const HttpRequest& request);

    // Delivers at most `limit` entries that are pending and due, and purges a slice of the ledger.
    // Throws LedgerError if no delivery ended before it.
    Report recover(std::uint32_t limit);

    // ---- An operator's decisions ----------------------------------------------------------------

    // On the entry with that key. Throw LedgerError. Each is durable before anything is delivered;
    // of two decisions the first is carried out, and the second is refused and changes nothing.
    // Requests held for a kept sale follow the decision on the sale. In decide.cpp.
    //
    // Events to deliver here are added to `round`.
    Refused redeliver(std::string_view key, std::string_view by, Deliver where, Round& round);
    // `says`: parameters, form-encoded, by which the operator completes the request.
    Refused release(std::string_view key, std::string_view by, Deliver where, Round& round,
                    std::string_view says = {});
    Refused dismiss(std::string_view key, std::string_view by);
    // Delivers and asks all that is in the round, with callbacks, until the round is over.
    void deliver_all(Round& round);

private:
    friend class Taking;

    // Taking, in take.cpp.
    void place(Round& round, std::size_t request, const Reading& reading, const Event& event,
               const Claim& claim);

    // Settling, in settle.cpp.
    using Conclude = std::function<Delivered(Delivery& delivery, std::string& why)>;
    bool settle_one(Round& round, std::uint64_t token, const Conclude& conclude);
    Delivered conclude(Delivery& delivery, HostAnswer answer, std::string& why);
    void add(Round& round, Entry entry);
    void add_next(Round& round, const std::string& purchase_id);
    bool has_delivery_of(const Round& round, const std::string& purchase_id) const;
    void ask(Round& round, std::size_t request, Event event);
    void answer_those_of(Round& round, const Entry& entry, Delivered delivered,
                         const std::string& why);
    void answer_waiting(Round& round, const std::string& purchase_id);
    Reply reply_to_queued(const std::string& key) const;
    void note(Round& round, const Round::Waiting& waiting, Disposition disposition) const;
    void note_answers(Round& round);

    // Callbacks, in tell.cpp.
    void deliver_one(Round& round, std::uint64_t token);

    void leave(const Entry& leased);
    void purge();
    Reply unavailable(const LedgerError& failure) const;
    Reply reply(Disposition disposition, std::string key, std::string message) const;

    const Account& account_;
    const Host host_;
    Ledger& ledger_;
    Readings readings_;
    Reader reader_;
    Quarantine quarantine_;
    Delivering delivering_;
};

} // namespace segpay
