// Biller: one configured account. Wires configuration, host, ledger, links and postbacks; each step
// of "decode, authenticate, classify, claim, deliver, settle, reply" is a function of another room,
// called here in that order.
#pragma once

#include "config/config.hpp"
#include "inbox/host.hpp"
#include "inbox/in_hand.hpp"
#include "ledger/ledger.hpp"
#include "links/cards.hpp"
#include "links/link.hpp"
#include "postbacks/names.hpp"
#include "postbacks/portal.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/request.hpp"
#include "postbacks/translate.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Numbers are those of BILLER_DISPOSITION_*.
enum class Disposition : std::uint32_t {
    delivered = 1,
    duplicate = 2,
    quarantined = 3,
    conflict = 4,
    refused = 5,
    dead_letter = 6,
    unknown = 7,
    answered = 8,
    deferred = 9,
    unavailable = 10,
};

std::string_view disposition_name(Disposition disposition);

struct Reply {
    Disposition disposition = Disposition::refused;
    unsigned http_status = 500;
    std::string body;
    unsigned retry_after_s = 0;
    std::string message; // for the operator
    std::string key;
    ReplyHeaders headers = {}; // those of this reply alone
};

// What a round of deliveries did.
struct Report {
    std::uint32_t delivered = 0;
    std::uint32_t deferred = 0;
    std::uint32_t dead_letters = 0;
};

// Why an operator's decision was not carried out.
struct Refused {
    enum class Cause { none, not_found, wrong_state };
    Cause cause = Cause::none;
    std::string message;
};

// Threads: every method from any thread.
class Biller {
public:
    Biller(Config config, Host host, std::unique_ptr<Ledger> ledger);

    const Config& config() const { return config_; }
    Ledger& ledger() { return *ledger_; }

    // Tells the log whose account this is.
    void announce() const;

    // A link, and the purchases that some of its fields borrow from.
    struct MadeLink {
        Link link;
        std::vector<Purchase> purchases;
    };
    // Looks for the card of a one-click link, or the trial of an instant conversion, where the
    // request names none. Error: the request cannot be met. Throws LedgerError.
    std::optional<Error> link(const LinkRequest& request, MadeLink& made);

    // Never throws for what the request holds, nor for a ledger that fails: both have a reply.
    Reply handle(const HttpRequest& request);

    // The same for several, as if for one after the other; what is durable by itself becomes so
    // together. `tell` is called once for each, in their order. What the host is told it is told
    // all at once by `events`, where there is one, else one by one. In batch.cpp.
    using Tell = std::function<void(std::size_t number, const Reply& reply)>;
    void handle_all(std::span<const HttpRequest> requests, const Tell& tell,
                    const BulkCallback& events = {});

    // Delivers at most `limit` entries that are pending and due, and does a slice of the ledger's
    // upkeep. Throws LedgerError.
    Report recover(std::uint32_t limit);

    // Who delivers what an operator decided to deliver: this host, now, or the next that recovers.
    enum class Deliver { here, elsewhere };

    // An operator's decisions about the entry with that key. Throw LedgerError. Each is written
    // down before the host is called; of two the first is carried out, and the second is refused
    // and changes nothing. What waits for a kept sale follows the decision about it. In
    // decisions.cpp.
    Refused redeliver(std::string_view key, std::string_view by, Deliver where, Report& report);
    // `says`: parameters, form-encoded, by which the operator completes the request.
    Refused release(std::string_view key, std::string_view by, Deliver where, Report& report,
                    std::string_view says = {});
    Refused dismiss(std::string_view key, std::string_view by);

private:
    struct Reading;
    // Reads a kept request again, with what the ledger knows, as if it came when it came. Error: it
    // cannot be told.
    std::optional<Error> read_kept(const Entry& entry, std::string_view says, Lookup& ledger,
                                   Trust trust, Reading& reading) const;
    // What a request tells that waited for the sale that opens its purchase.
    std::optional<Retold> retold(const Entry& entry, Lookup& ledger) const;

    // `applied_alone`: nothing of its purchase waits behind it.
    enum class Delivery { applied, applied_alone, retry, refused, lost };

    // What one request is read into; used again for the next, on whatever thread that comes.
    struct Reading {
        Form form;
        Form said; // by an operator who released it
        Postback postback;
        Memory memory;
        Translation translation; // of views into all the above

        void clear();
    };

    // Takes a reading for the time of one request. A host's callback may hand another request to
    // another instance meanwhile, so a thread has no reading of its own.
    class Borrowed {
    public:
        explicit Borrowed(Biller& biller);
        ~Borrowed();
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;

        Reading& operator*() { return *reading_; }

    private:
        Biller& biller_;
        std::unique_ptr<Reading> reading_;
    };

    // Several requests that do not depend on each other. In batch.cpp.
    class Run;

    // The way in. A reply: that is the end of it.
    std::optional<Reply> read(const HttpRequest& request, Reading& reading);
    void understand(Reading& reading, Lookup& ledger) const;
    void recall(Reading& reading, Lookup& ledger, Trust trust, TimeMs now,
                std::string_view found_before) const;
    // Whether it is an event that the ledger decides about; if not, it is answered.
    bool is_to_be_claimed(const Reading& reading);
    bool is_known(const Identity& identity);
    // None: it waited for a sale that was believed meanwhile, and is to be understood anew.
    std::optional<Reply> answer(const Reading& reading);
    Reply answer_probe(const EventDraft& draft) const;
    std::optional<Reply> keep(EntryState state, const Reading& reading, const std::string& reason);
    std::string key_to_keep(const Reading& reading, const Parameters& parameters,
                            bool is_held) const;
    std::optional<Claim> claim_kept(const Reading& reading, const Event& event);
    Reply deliver_claimed(const Reading& reading, const Event& event, const Claim& claim);
    void note_answers(std::span<const Answered> all);
    // Whether Segpay would have come again, and does not after this reply to what came `since`.
    bool ends_outstanding(const Claim& claim, const Reply& reply, TimeMs since) const;
    Reply unavailable(const LedgerError& failure) const;
    Reply deliver_leased(const Entry& entry);
    Reply deliver_in_turn(const std::string& purchase_id, const std::string& key);

    static constexpr std::string_view kInFlight = "it is being delivered right now";

    // Tells the host. What comes before the call, the call and what comes after it are apart, so
    // that one call can tell of several: see batch.cpp.
    Delivery deliver(const Entry& entry, std::string& why);
    // Set: it is not told any more.
    std::optional<HostAnswer> given_up(const Entry& entry) const;
    Delivery conclude(InHand::Hold& told, HostAnswer answer, std::string& why);
    // What queued up behind it meanwhile; then the reply.
    Reply follow_up(Delivery delivery, const Entry& entry, const std::string& why);
    // False: the lease was lost.
    bool settle(const Entry& entry, const Settlement& settlement, Delivery& delivery);
    std::optional<Entry> take_due();
    // Everything of the purchase that is due, in order, until the host says "not now".
    void deliver_purchase(const std::string& purchase_id, Report& report);
    static void count(Delivery delivery, Report& report);
    static std::string line_about(const Event& event, std::string_view key, std::string_view what);
    void log_delivery(Delivery delivery, const Entry& entry, const Settlement& settlement,
                      const std::string& why) const;
    void tidy();
    Reply reply_for(Delivery delivery, const Entry& entry, const std::string& why) const;
    Reply reply(Disposition disposition, std::string key, std::string message) const;
    Reply refusal(const Refusal& refusal) const;
    void tell_once_of_garbled_template(const Postback& postback);
    bool is_first_notice(std::string_view what);

    const Config config_;
    const Host host_;
    const std::unique_ptr<Ledger> ledger_;
    const NameTable names_;
    InHand in_hand_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Reading>> idle_; // guarded by mutex_
    std::atomic<bool> told_of_garbled_template_ = false;
    std::atomic<bool> told_of_mended_link_ = false;
};

} // namespace segpay
