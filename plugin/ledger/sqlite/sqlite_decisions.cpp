// What is kept for the operator, what becomes of it, and what he decides: each in one transaction.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_listing.hpp"
#include "ledger/sqlite/sqlite_reading.hpp"
#include "ledger/sqlite/sqlite_statements.hpp"

#include <memory>

namespace segpay {

namespace {

constexpr std::string_view kNotice =
    "INSERT INTO notices(name, told_at) VALUES(?, ?) ON CONFLICT(name) DO NOTHING";

} // namespace

// The ledger as it is inside the transaction that runs.
class SqliteLedger::Inside final : public Lookup {
public:
    explicit Inside(SqliteConnection& connection) : connection_(connection) {}

    std::optional<Purchase> purchase(std::string_view id) override {
        return find_purchase(connection_, id);
    }
    std::optional<Event> transaction(std::string_view id) override {
        return find_transaction(connection_, id);
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return find_purchases(connection_, kPurchasesNamed, username, limit);
    }

private:
    SqliteConnection& connection_;
};

Kept SqliteLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<Blob> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        if (request.is_held) {
            const std::optional<Purchase> purchase =
                find_purchase(db_, request.event.value().purchase_id);
            if (!purchase || !is_waiting_for_sale(*purchase)) return Kept::for_freed;
        }
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = &password;
        entry.now = now;
        const bool is_new = insert(entry);
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request, now);
        return is_new ? Kept::anew : Kept::before;
    });
}

void SqliteLedger::hold_purchase(const KeptRequest& request, TimeMs now) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    const std::optional<Purchase> known = find_purchase(db_, id);
    Purchase memory = known.value_or(Purchase());
    if (learn_kept(memory, request, now)) store_purchase(db_, known, memory);
}

std::vector<Entry> SqliteLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    if (purchase_id.empty()) return kept;
    EntryQuery query;
    query.states = 1u << static_cast<unsigned>(EntryState::quarantined);
    query.purchase_id = purchase_id;
    for (SqliteListing listing(query); !listing.is_over();)
        for (const Entry& listed : listing.next(db_)) // without its password
            kept.push_back(find_entry(db_, listed.key, box()).value());
    return kept;
}

Decision SqliteLedger::decide(const char* operation, const std::function<Decision()>& work) {
    return transact(operation, work);
}

std::optional<Entry> SqliteLedger::entry_to_decide(std::string_view key) {
    return find_entry(db_, key, nullptr);
}

Claim SqliteLedger::add(const Arrival& arrival, std::string_view by, TimeMs now) {
    PreparedClaim prepared = prepare(arrival, now);
    prepared.by = by;
    return add_or_meet(prepared);
}

void SqliteLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    db_.change(kClose, key, static_cast<std::int64_t>(to), by, now);
}

std::unique_ptr<Lookup> SqliteLedger::look_inside() { return std::make_unique<Inside>(db_); }

bool SqliteLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(db_, key, box());
        if (!entry || !entry->event) return false;
        handed_out_.move(db_, entry->event->purchase_id);
        const std::optional<std::int64_t> sequence = find(db_, kRevive, key, by, now);
        if (!sequence) return false;
        const std::string& purchase = entry->event->purchase_id;
        std::optional<TimeMs> due; // none: when its turn comes
        if (purchase.empty()) due = now;
        handed_out_.queue_grows();
        db_.change(kPutBack, *sequence, due);
        db_.change(kForgetPassword, *sequence);
        if (!purchase.empty()) db_.change(kStepBack, purchase, now);
        call_up_next(purchase, now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return true;
    });
}

bool SqliteLedger::is_first_notice(std::string_view what, TimeMs now) {
    return transact("noting what was told", [&] { return db_.change(kNotice, what, now) == 1; });
}

} // namespace segpay
