// One place per table where the order of its columns is spelled out.
#include "ledger/mariadb/mysql_rows.hpp"

#include "ledger/purchase_record.hpp"

#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <errmsg.h>

namespace segpay::mysql {

namespace {

// The unique key decides, and says so by the number of rows: 1 won, 0 lost. INSERT IGNORE would
// also cut off what is too long, without a word.
constexpr std::string_view kInsertEntry =
    "INSERT INTO segpay_entries(event_key, state, kind, purchase_id, place, member_id, "
    "amount_minor, currency, received_at, changed_at, record, password, request, message, "
    "decided_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "
    "ON DUPLICATE KEY UPDATE event_key = event_key";
constexpr std::string_view kEnqueue =
    "INSERT INTO segpay_queue(sequence, purchase_id, place, attempts, next_attempt_at, "
    "lease_until, owner) VALUES(?, ?, ?, ?, ?, ?, ?)";

// Both with the same parameters; a row that is not there has version 0.
constexpr std::string_view kInsertPurchase =
    "INSERT INTO segpay_purchases(member_id, username, opened_by, opened_at, record, id, version) "
    "VALUES(?, ?, ?, ?, ?, ?, ? + 1) ON DUPLICATE KEY UPDATE id = id";
constexpr std::string_view kUpdatePurchase =
    "UPDATE segpay_purchases SET member_id = ?, username = ?, opened_by = ?, opened_at = ?, "
    "record = ?, version = version + 1 WHERE id = ? AND version = ?";

using Text = std::optional<std::string_view>;

Text said(const std::string& text) { return text.empty() ? Text() : Text(text); }

void need_all(std::int64_t changed, std::size_t wanted) {
    if (changed != static_cast<std::int64_t>(wanted))
        throw MysqlError::conflict("another front end was faster");
}

} // namespace

StoredPurchase read_stored_purchase(const MysqlQuery& row) {
    try {
        StoredPurchase stored;
        stored.purchase = stored.before = read_purchase_row(row);
        stored.version = row.integer(PurchaseColumn::record + 1);
        return stored;
    } catch (const std::runtime_error& damage) {
        throw MysqlError(CR_UNKNOWN_ERROR, damage.what());
    }
}

void write_purchases(MysqlConnection& connection, std::span<const StoredPurchase> purchases) {
    for (const bool is_new : {true, false}) {
        std::vector<MysqlValue> rows;
        std::deque<std::string> records; // the rows borrow
        for (const auto& [purchase, before, version] : purchases) {
            if ((version == 0) != is_new) continue;
            const std::string& record = records.emplace_back(purchase_record(purchase));
            add_row(rows, purchase.member_id, purchase.username,
                    static_cast<std::int64_t>(purchase.opened_by), purchase.opened_at_ms, record,
                    purchase.id, version);
        }
        if (rows.empty()) continue;
        need_all(connection.change_all(is_new ? kInsertPurchase : kUpdatePurchase, rows),
                 records.size());
    }
}

void insert_entries(MysqlConnection& connection, std::span<const NewEntry> entries) {
    static const Event kNoEvent;
    std::vector<MysqlValue> rows;
    for (const NewEntry& entry : entries) {
        const Event& event = entry.event ? *entry.event : kNoEvent;
        std::optional<std::int64_t> kind, minor;
        Text currency, record;
        if (entry.event) {
            kind = static_cast<std::int64_t>(event.kind);
            record = entry.record;
        }
        if (event.amount) {
            minor = event.amount->minor;
            currency = event.amount->currency.code();
        }
        add_row(rows, entry.key, static_cast<std::int64_t>(entry.state), kind,
                said(event.purchase_id), entry.place, said(event.member_id), minor, currency,
                entry.now, entry.now, record, entry.password, entry.request, entry.message);
    }
    need_all(connection.change_all(kInsertEntry, rows), entries.size());
}

void enqueue(MysqlConnection& connection, std::span<const NewEntry> entries, std::int64_t owner) {
    std::vector<MysqlValue> rows;
    for (const NewEntry& entry : entries) {
        if (entry.state != EntryState::pending) continue;
        const bool is_leased = entry.lease_until.has_value();
        add_row(rows, entry.sequence, said(entry.event->purchase_id), entry.place,
                is_leased ? 1 : 0, entry.lease_until, entry.lease_until.value_or(0),
                is_leased ? owner : 0);
    }
    if (!rows.empty()) connection.change_all(kEnqueue, rows);
}

} // namespace segpay::mysql
