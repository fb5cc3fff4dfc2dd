// Inbox: what came in is claimed, delivered, settled and answered, each fact once. The steps are
// those of the rooms beside: Reader (what a request means), Quarantine (what waits for an
// operator), Delivering (the host), and the ledger.
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

// Who delivers what an operator decided to deliver: this host, now, or the next that recovers.
enum class Deliver { here, elsewhere };

// Threads: every method from any thread. Account and ledger must outlive it.
class Inbox {
public:
    Inbox(const Account& account, Host host, Ledger& ledger);
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    const Host& host() const { return host_; }

    // ---- Take and settle: all else is a loop over the two ---------------------------------------

    // The door: whatever tells a fact (a postback, the row of a report) comes in here. All that is
    // new becomes durable with one commit; the claims are in the order of the arrivals. Throws
    // LedgerError: none was made.
    std::vector<Claim> accept(std::span<const Arrival> arrivals);

    // Takes as many of the requests as do not depend on one before them, at least the first. Never
    // throws for what a request holds, nor for a ledger that fails: both have a reply, which may
    // leave.
    Round take(std::span<const HttpRequest> requests);
    // Takes at most `limit` entries that are pending and due. Throws LedgerError, if there is none
    // in the round then.
    Round lease_due(std::uint32_t limit);

    // The host has answered: what it was told is settled, and what waited behind it is in the round
    // then. When this returns, replies with success may leave. False: one of the tokens is none of
    // the round's, or was settled before; the others are settled.
    bool settle(Round& round, std::span<const TokenAnswer> answers);
    bool settle_question(Round& round, std::uint64_t token, NameAnswer name);

    // ---- With callbacks -------------------------------------------------------------------------

    Reply handle(const HttpRequest& request);

    // Delivers at most `limit` entries that are pending and due, and does a slice of the ledger's
    // upkeep. Throws LedgerError, if nothing was delivered before.
    Report recover(std::uint32_t limit);

    // ---- An operator's decisions ----------------------------------------------------------------

    // About the entry with that key. Throw LedgerError. Each is written down before the host is
    // told; of two the first is carried out, and the second is refused and changes nothing. What
    // waits for a kept sale follows the decision about it. In decide.cpp.
    //
    // What is to be delivered here is in the round then.
    Refused redeliver(std::string_view key, std::string_view by, Deliver where, Round& round);
    // `says`: parameters, form-encoded, by which the operator completes the request.
    Refused release(std::string_view key, std::string_view by, Deliver where, Round& round,
                    std::string_view says = {});
    Refused dismiss(std::string_view key, std::string_view by);
    // Tells the host what is in the round, with callbacks, until nothing is.
    void tell_all(Round& round);

private:
    friend class Taking;

    // Taking, in take.cpp.
    void place(Round& round, std::size_t request, const Reading& reading, const Event& event,
               const Claim& claim);

    // Settling, in settle.cpp.
    using Conclude = std::function<Delivered(Delivery& told, std::string& why)>;
    bool settle_one(Round& round, std::uint64_t token, const Conclude& conclude);
    Delivered conclude(Delivery& told, HostAnswer answer, std::string& why);
    void add(Round& round, Entry entry);
    void add_next(Round& round, const std::string& purchase_id);
    bool is_on_its_way(const Round& round, const std::string& purchase_id) const;
    void ask(Round& round, std::size_t request, Event event);
    void answer_those_of(Round& round, const Entry& entry, Delivered delivered,
                         const std::string& why);
    void answer_waiting(Round& round, const std::string& purchase_id);
    Reply reply_in_turn(const std::string& key) const;
    void note(Round& round, const Round::Waiting& waiting, Disposition disposition) const;
    void note_answers(Round& round);

    // Telling, in tell.cpp.
    void tell_one(Round& round, std::uint64_t token);

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
