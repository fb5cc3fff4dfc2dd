// What is kept for the operator in the MariaDB ledger, what becomes of it, and what he decides:
// each in one transaction.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/mariadb/mysql_ledger.hpp"
#include "ledger/mariadb/mysql_reading.hpp"
#include "ledger/mariadb/mysql_statements.hpp"
#include "ledger/memory.hpp"

#include <memory>

namespace segpay::mysql {

namespace {

// The ledger as it is inside the transaction that runs.
class Inside final : public Lookup {
public:
    explicit Inside(MysqlConnection& connection) : connection_(connection) {}

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
    MysqlConnection& connection_;
};

} // namespace

Kept MysqlLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<std::string> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        if (request.is_held && !is_to_wait(request)) return Kept::for_freed;
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = password;
        entry.now = now;
        const bool is_new = insert_entry(writer(), entry).has_value();
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request, now);
        return is_new ? Kept::anew : Kept::before;
    });
}

// The row of the purchase is written: on another node the sale that opens it may be claimed in this
// moment, and would not find what is not there yet.
bool MysqlLedger::is_to_wait(const KeptRequest& request) {
    const std::string& id = request.event.value().purchase_id;
    if (!is_waiting_for_sale(locked_purchase(id).memory)) return false;
    writer().change(kTouchPurchase, id);
    return true;
}

void MysqlLedger::hold_purchase(const KeptRequest& request, TimeMs now) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    StoredPurchase known = locked_purchase(id);
    if (learn_kept(known.memory, request, now))
        write_purchase(writer(), known.memory, known.version);
}

// Who keeps more for it writes its row, too.
std::vector<Entry> MysqlLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    if (purchase_id.empty()) return kept;
    writer().change(kTouchPurchase, purchase_id);
    MysqlQuery rows = writer().query(kKeptFor, purchase_id);
    while (rows.next())
        kept.push_back(read_entry(rows, box()));
    return kept;
}

Decision MysqlLedger::decide(const char* operation, const std::function<Decision()>& work) {
    return transact(operation, work);
}

std::optional<Entry> MysqlLedger::entry_to_decide(std::string_view key) {
    const std::optional<std::int64_t> state = find(writer(), kLockEntry, key);
    if (!state) return std::nullopt;
    std::optional<Entry> entry = find_entry(writer(), key, nullptr);
    if (entry) entry->state = static_cast<EntryState>(*state);
    return entry;
}

Claim MysqlLedger::add(const Arrival& arrival, std::string_view by, TimeMs now) {
    Prepared prepared = prepare(arrival, now);
    prepared.by = by;
    Claim claim;
    const GatheredClaim alone{&prepared, &claim};
    write_distinct_claims({&alone, 1});
    return claim;
}

void MysqlLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    writer().change(kClose, number(to), now, by, key, number(to), number(to));
}

std::unique_ptr<Lookup> MysqlLedger::look_inside() { return std::make_unique<Inside>(writer()); }

bool MysqlLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(writer(), key, box());
        if (!entry || !entry->event) return false;
        const auto& purchase = entry->event->purchase_id;
        if (!purchase.empty()) writer().change(kTouchPurchase, purchase);
        if (writer().change(kRevive, by, now, key) != 1) return false;
        const bool is_back = put_back(static_cast<std::int64_t>(entry->sequence), now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return is_back;
    });
}

// At its old place in the queue of its purchase.
bool MysqlLedger::put_back(std::int64_t sequence, TimeMs now) {
    std::string purchase;
    std::int64_t place = 0, attempts = 0;
    {
        MysqlQuery row = writer().query(kPlaceOf, sequence);
        if (!row.next()) return false;
        purchase = row.text(0);
        place = row.integer(1);
        attempts = row.integer(2);
    }
    if (purchase.empty()) {
        writer().change_with(kQueue, queue_row(sequence, purchase, place, attempts, now, 0));
    } else {
        writer().change_with(kQueue,
                             queue_row(sequence, purchase, place, attempts, std::nullopt, 0));
        writer().change(kStepBack, purchase, now);
        call_up_next(purchase, now);
    }
    return true;
}

bool MysqlLedger::is_first_notice(std::string_view what, TimeMs now) {
    return transact("noting what was told",
                    [&] { return writer().change(kNotice, what, now) == 1; });
}

} // namespace segpay::mysql
