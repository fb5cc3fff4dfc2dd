// Ledger: the inbox that makes "exactly once" true, and what is known of each purchase. Three
// durable steps: claim before the host is called, delivery by the caller outside any transaction,
// settle after the host answered. Knows events; knows nothing of HTTP, postbacks or the host.
//
// Order: entries of one purchase are leased one at a time, in the order in which they arrived.
// Lease: the caller that leased an entry owns it until it settles it or the lease ends; then any
// caller may lease it again, and the host sees a redelivery. A lease counts the attempt durably, so
// the number of the attempt names the lease.
//
// Threads: every method from any thread. Processes: any number may open the same ledger.
// Errors: LedgerError when the storage fails; the step then had no effect.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "events/identity.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

struct LedgerError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Numbers are those of BILLER_STATE_* and are stored: never renumber.
enum class EntryState : std::uint32_t {
    pending = 1,
    settled = 2,
    dead_letter = 3,
    quarantined = 4,
    conflict = 5,
    unknown = 6,
    dismissed = 7,
    released = 8,
};

std::string_view state_name(EntryState state);

// Whether an entry of that state is a request that waits for an operator's decision.
constexpr bool is_kept(EntryState state) {
    return state == EntryState::quarantined || state == EntryState::conflict ||
           state == EntryState::unknown;
}

// A member event that Segpay will send again: see ledger/outstanding.hpp.
struct Outstanding {
    std::string key;
    TimeMs since_ms = 0; // when it came first

    friend bool operator==(const Outstanding&, const Outstanding&) = default;
};

// An outstanding event that was answered with success.
struct Answered {
    std::string purchase_id;
    std::string key;
};

// Processing API 2.0, "One Click Pricing": the card of a subscription that has been expired for so
// long serves no more.
constexpr TimeMs kCardServesAfterEndMs = 30 * kDayMs;

// What the ledger knows of a purchase, so that a later postback that says less (a rebill has no
// eTicket, a disable has no member) still reaches the right member. Empty: not known.
struct Purchase {
    std::string id;
    EventKind opened_by = EventKind::unknown; // the approved sale that opened it
    std::string opening_transaction; // of that sale; while nothing has opened the purchase, of a
                                     // sale that was taken back in advance
    std::string partner;             // the merchant on whose form it was sold, if that was another:
                                     // then its member, session and affiliate are not known
    ETicket eticket;
    std::string option;
    std::string site;
    std::string member_id;
    std::string session;
    std::string affiliate;
    std::string username;
    std::string trans_guid;
    std::string card_type;      // of the opening sale: "Visa", "DirectDebit"
    TimeMs opened_at_ms = 0;    // when the opening sale took place
    TimeMs converted_at_ms = 0; // when the trial became a full membership; 0: not
    TimeMs ended_at_ms = 0;     // when access was last taken away; 0: it is there
    bool is_unpaid = false;     // the opening sale was taken back: declined after a stand-in,
                                // voided, revoked or charged back
    std::string held_by;        // key of the kept sale that would open it: later events
                                // wait for the operator's decision about that one. Stays
                                // until a sale opens the purchase, whatever was decided
    std::vector<Outstanding> outstanding; // member events that were not answered with success
    PurchaseState state;

    friend bool operator==(const Purchase&, const Purchase&) = default;
};

// An entry as it is leased and listed.
struct Entry {
    std::uint64_t sequence = 0; // order of arrival
    std::string key;
    EntryState state = EntryState::pending;
    std::optional<Event> event; // none for a kept request that could not be translated, and when
                                // the record of the event is damaged: then `message` says so
    std::string request;        // kept requests: parameters, form-encoded, without secrets
    std::string message;        // why it is where it is
    std::string decided_by;
    std::uint32_t attempts = 0;          // deliveries begun, the present one included
    std::uint32_t attempts_forgiven = 0; // those before an operator's last decision
    TimeMs received_at_ms = 0;
    TimeMs changed_at_ms = 0;      // of what was settled within a second, the time when it came
    TimeMs next_attempt_at_ms = 0; // 0: not pending, or an event of the purchase comes before it
};

// An event that came in, and what identifies it. Borrowed.
struct Arrival {
    const Event& event;
    const Identity& identity;
};

// What became of a claim.
struct Claim {
    enum class Outcome {
        leased,      // durable and leased: deliver `entry`, then settle it
        queued,      // durable, but an earlier event of the purchase comes first: see lease_next
        in_flight,   // another caller has the lease
        duplicate,   // settled, dismissed or released before
        dead_letter, // refused by the host before, or damaged; waits for the operator
        conflict,    // the same fact with another amount, currency or purchase; nothing claimed
    };
    Outcome outcome = Outcome::leased;
    std::string key;
    std::optional<Entry> entry; // when leased
    std::string message;        // when conflict: what contradicts what
    // Segpay sends it again unless it is answered with success: then call Ledger::answered.
    bool is_outstanding = false;
    // It opened its purchase, and the requests that waited for that come after it.
    bool has_freed = false;
};

// What the host said.
struct Settlement {
    enum class Verdict { applied, retry, refused };
    Verdict verdict = Verdict::applied;
    std::string message;           // for retry and refused
    TimeMs next_attempt_at_ms = 0; // for retry
};

// A request that does not reach the host by itself.
struct KeptRequest {
    EntryState state = EntryState::quarantined; // or conflict, unknown
    std::string key;                            // digest of the content: a repeat is kept once
    std::string request;                        // parameters, form-encoded, without secrets
    Secret password;                            // boxed like that of an event, if there is a key
    std::optional<Event> event;                 // what it would have been
    std::string message;
    bool is_held = false; // it waits for the sale that opens its purchase, for nothing else
};

// What became of a request that was to be kept.
enum class Kept {
    anew,
    before,    // it was kept before
    for_freed, // it was to wait for a sale that was believed meanwhile: nothing was kept
};

// The event of a kept request, once its purchase is known.
struct Retranslated {
    Event event;
    Identity identity;
};
// None: it cannot be delivered, and stays where it is. `entry` comes with its password; `ledger` is
// as it is inside the transaction that asks. Pure: it may be asked again.
class Lookup;
using Retranslate = std::function<std::optional<Retranslated>(const Entry& entry, Lookup& ledger)>;

// What became of an operator's decision.
struct Decision {
    enum class Outcome {
        done,
        not_found,
        wrong_state, // `state`: it was decided before, or is not to be decided
        conflict,    // `claim` says what contradicts what
    };
    Outcome outcome = Outcome::done;
    EntryState state = EntryState::pending;
    Claim claim; // of what was released
};

struct EntryQuery {
    std::uint32_t states = 0xffffffffu; // bit 1 << EntryState
    std::uint64_t after = 0;            // sequence; with newest_first an upper bound (0: none)
    std::uint32_t limit = 0;            // 0: all
    bool newest_first = false;
    std::string purchase_id; // empty: any
    std::string member_id;   // empty: any
};

struct Waiting {
    std::uint64_t pending = 0;
    TimeMs next_attempt_at_ms = 0; // 0: none waits
};

constexpr std::string_view kInMemory = ":memory:"; // the path of one that ends with the object

struct LedgerSettings {
    std::string path; // or kInMemory
    std::uint32_t lease_ms = 30'000;
    Secrets password_key;                             // empty: passwords are not stored
    std::optional<MysqlConfig> mysql = std::nullopt;  // in place of a path
    TimeMs repeat_window_ms = TimeMs{75} * 60 * 1000; // how long Segpay repeats a member event
};

// What an event is translated with.
class Lookup {
public:
    virtual ~Lookup() = default;

    virtual std::optional<Purchase> purchase(std::string_view id) = 0;
    // The approved transaction with that id, if it was claimed here: what a refund takes back.
    virtual std::optional<Event> transaction(std::string_view id) = 0;
    // The purchases with exactly that user name, newest first (by opened_at_ms, then id), whether
    // a sale has opened them or not. At most `limit`; 0: all. Of an empty user name: none.
    virtual std::vector<Purchase> purchases_named(std::string_view username,
                                                  std::uint32_t limit) = 0;
};

class Ledger : public Lookup {
public:
    // How kept requests become events when the sale that they wait for is believed. Once, before
    // anything else; without it they stay.
    void retranslate_with(Retranslate retell) { retranslate_ = std::move(retell); }

    // Step 1. The unique key alone decides whether the event is new; if so, the event and the new
    // state of its purchase are stored in one durable transaction. An entry that waits for another
    // attempt is leased at once, whatever its next_attempt_at_ms: a postback that comes again is
    // the processor asking again. The entry has the event's password, stored or not.
    // A kept sale that comes again and is believed releases what is held for it, in the same
    // transaction: the kept requests become events that come after the sale, in order of arrival,
    // and are released; so is what is kept of this very sale ("believed when it came again").
    virtual Claim claim(const Event& event, const Identity& identity, TimeMs now) = 0;

    // The same for several, in their order, durable all together: a claim finds the claims before
    // it. Throws: none was made.
    virtual std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) = 0;

    // Step 3. False, and nothing changed: the lease ended, and another caller settles the entry.
    virtual bool settle(const Entry& entry, const Settlement& settlement, TimeMs now) = 0;

    // Step 3 of an event that was applied by a host that honours idempotency keys: durable with
    // the next commit, by flush(), or when the ledger is closed; until then the entry is listed as
    // pending. A crash before that, or a failure of the mark, which is not reported, means one more
    // delivery with the same key. False, and nothing done: another event of the purchase was
    // claimed here meanwhile and waits behind this one, so settle it.
    virtual bool settle_later(const Entry& entry, TimeMs now) = 0;
    // Throws when nothing can be committed; a mark that failed is not reported.
    virtual void flush() = 0;

    // Ends a lease that led to no delivery: the attempt does not count, and the entry is due.
    // False: the lease was lost.
    virtual bool give_back(const Entry& entry, TimeMs now) = 0;

    // Leases the earliest pending entry of a purchase, if it is due and not leased. An entry that
    // cannot be read any more is never leased: it becomes a dead letter, and the next one follows.
    virtual std::optional<Entry> lease_next(std::string_view purchase_id, TimeMs now) = 0;
    // The same over all purchases: what recovery delivers.
    virtual std::optional<Entry> lease_due(TimeMs now) = 0;
    virtual Waiting waiting() = 0;

    // For many look-ups at one moment, which then cost less: may see no more than what was durable
    // when it was made. Belongs to one thread, and must not outlive the ledger.
    virtual std::unique_ptr<Lookup> snapshot();

    // The purchases of a member that a sale has opened, newest first (by opened_at_ms, then id).
    // At most `limit`; 0: all. Of an empty member_id: none.
    virtual std::vector<Purchase> purchases_of(std::string_view member_id, std::uint32_t limit) = 0;

    // Keeps a request for the operator. A quarantined sale that would open its purchase holds it
    // (Purchase::held_by), in the same durable transaction, and sets nothing else but a user name,
    // by which the purchase is found until a sale opens it.
    virtual Kept keep(const KeptRequest& request, TimeMs now) = 0;

    // Segpay is about to be answered with success for events whose claims were outstanding: they do
    // not come again. One durable transaction, with the marks that were left for later. Throws:
    // they stay outstanding.
    virtual void answered(std::span<const Answered> all) = 0;

    // Whether `what` was not noticed before, in any process that shares the ledger.
    virtual bool is_first_notice(std::string_view what, TimeMs now) = 0;

    // Calls `each` until it answers false, in order of sequence. `each` may call the ledger. Events
    // come without their passwords. Writes nothing, and waits for no writer.
    virtual void entries(const EntryQuery& query,
                         const std::function<bool(const Entry&)>& each) = 0;
    // With the password of the event, if it is still stored.
    virtual std::optional<Entry> entry(std::string_view key) = 0;
    // Whether there was ever an entry with that key; also when it was purged.
    virtual bool has_key(std::string_view key) = 0;

    // Decisions.
    // A dead letter becomes pending with all its attempts forgiven, at its old place in the order
    // of its purchase: due now, or as soon as the event that is being delivered is settled. One
    // without an event cannot be requeued. False: the entry is no dead letter.
    virtual bool requeue(std::string_view key, std::string_view by, TimeMs now) = 0;
    // A kept request is released: `arrival`, its event, is claimed, with all that a claim does. One
    // transaction; of two decisions the first is carried out, and the second finds that and changes
    // nothing.
    virtual Decision release(std::string_view key, const Arrival& arrival, std::string_view by,
                             TimeMs now) = 0;
    // A dead letter or a kept request is dismissed; with the last sale that could open a purchase,
    // what is held for it. One transaction, as release().
    virtual Decision dismiss(std::string_view key, std::string_view by, TimeMs now) = 0;

    // Purges a slice of what came before `purge_before` and is settled, dismissed or released: the
    // event and the request go. Keys stay for ever, so a repeat stays a duplicate, and so does what
    // is known of purchases. Takes some milliseconds at most. None: nothing is purged. True: there
    // may be more to do.
    virtual bool purge(std::optional<TimeMs> purge_before) = 0;

protected:
    Retranslate retranslate_;
};

// Opens or creates a ledger in an SQLite file. Throws LedgerError with the path and the cause; a
// file written by a newer version is refused.
std::unique_ptr<Ledger> open_sqlite_ledger(const LedgerSettings& settings);

// Opens or creates a ledger in a database of MariaDB 10.6 or later, alone or as a Galera cluster.
// Throws LedgerError with the server and the cause, and never the password.
std::unique_ptr<Ledger> open_mysql_ledger(const LedgerSettings& settings);

// The one of the two that the settings name.
std::unique_ptr<Ledger> open_ledger(const LedgerSettings& settings);

} // namespace segpay
