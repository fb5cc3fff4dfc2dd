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
#include "ledger/ledger.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

    // Never throws for what the request holds, nor for a ledger that fails: both have a reply.
    Reply handle(const HttpRequest& request);

    // The same for several, as if for one after the other; what is durable by itself becomes so
    // together. `tell` is called once for each, in their order. What the host is told it is told
    // all at once by `events`, where there is one, else one by one. In batch.cpp.
    using Tell = std::function<void(std::size_t number, const Reply& reply)>;
    void handle_all(std::span<const HttpRequest> requests, const Tell& tell,
                    const BulkCallback& events = {});

    // Delivers at most `limit` entries that are pending and due, and does a slice of the ledger's
    // upkeep. Throws LedgerError, if nothing was delivered before.
    Report recover(std::uint32_t limit);

    // An operator's decisions about the entry with that key. Throw LedgerError. Each is written
    // down before the host is called; of two the first is carried out, and the second is refused
    // and changes nothing. What waits for a kept sale follows the decision about it. In decide.cpp.
    Refused redeliver(std::string_view key, std::string_view by, Deliver where, Report& report);
    // `says`: parameters, form-encoded, by which the operator completes the request.
    Refused release(std::string_view key, std::string_view by, Deliver where, Report& report,
                    std::string_view says = {});
    Refused dismiss(std::string_view key, std::string_view by);

private:
    // Several requests that do not depend on each other. In batch.cpp.
    class Run;

    // None: it waited for a sale that was believed meanwhile, and is to be understood anew.
    std::optional<Reply> answer(const Reading& reading);
    Reply answer_probe(const EventDraft& draft) const;
    Reply deliver_claimed(const Reading& reading, const Event& event, const Claim& claim);
    Reply deliver_leased(const Entry& entry);
    Reply deliver_in_turn(const std::string& purchase_id, const std::string& key);
    // What queued up behind it meanwhile; then the reply.
    Reply follow_up(Delivered delivery, const Entry& entry, const std::string& why);
    // Whether Segpay would have come again, and does not after this reply to what came `since`.
    bool ends_outstanding(const Claim& claim, const Reply& reply, TimeMs since) const;
    void note_answers(std::span<const Answered> all);
    void leave(const Entry& leased);
    void tidy();
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
