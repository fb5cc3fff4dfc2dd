// One place per table where the order of its columns is spelled out.
#include "ledger/sqlite/sqlite_rows.hpp"

#include "ledger/purchase_record.hpp"

#include <stdexcept>
#include <tuple>

#include <sqlite3.h>

namespace segpay {

namespace {

// The last entry is never deleted, so the numbers grow for ever.
constexpr std::string_view kInsertKey =
    "INSERT INTO keys(key, sequence, purchase_id, amount_minor, currency) "
    "VALUES(?, (SELECT IFNULL(MAX(sequence), 0) + 1 FROM entries), ?, ?, ?) RETURNING sequence";
constexpr std::string_view kInsertEntry =
    "INSERT INTO entries(sequence, key, state, kind, purchase_id, member_id, received_at, "
    "changed_at, attempts, record, password, request, message) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12)";
constexpr std::string_view kEnqueue =
    "INSERT INTO queue(purchase_id, sequence, attempts, next_attempt_at, lease_until) "
    "VALUES(?, ?, ?, ?, ?)";

constexpr std::string_view kInsertPurchase =
    "INSERT INTO purchases(" SEGPAY_PURCHASE_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?)";
constexpr std::string_view kUpdatePurchase =
    "UPDATE purchases SET member_id = ?2, username = ?3, opened_by = ?4, opened_at = ?5, "
    "record = ?6 WHERE id = ?1";
constexpr std::string_view kUpdateRecord = "UPDATE purchases SET record = ?2 WHERE id = ?1";

std::int64_t insert_key(SqliteConnection& connection, std::string_view key, const Event& event) {
    std::optional<std::int64_t> minor;
    std::optional<std::string_view> currency;
    if (event.amount) {
        minor = event.amount->minor;
        currency = event.amount->currency.code();
    }
    SqliteQuery row = connection.query(kInsertKey, key, event.purchase_id, minor, currency);
    row.next();
    return row.integer(0);
}

} // namespace

Purchase read_purchase(const SqliteQuery& row) {
    try {
        return read_purchase_row(row);
    } catch (const std::runtime_error& damage) {
        throw SqliteError(SQLITE_CORRUPT, damage.what());
    }
}

// A column that is not named stays in its index, on a page that need not be written.
void write_purchase(SqliteConnection& connection, const Purchase* before,
                    const Purchase& purchase) {
    const auto columns = [](const Purchase& p) {
        return std::tie(p.member_id, p.username, p.opened_by, p.opened_at_ms);
    };
    const std::string record = purchase_record(purchase);
    if (before && columns(*before) == columns(purchase))
        connection.change(kUpdateRecord, purchase.id, record);
    else
        connection.change(before ? kUpdatePurchase : kInsertPurchase, purchase.id,
                          purchase.member_id, purchase.username,
                          static_cast<std::int64_t>(purchase.opened_by), purchase.opened_at_ms,
                          record);
}

void insert_entry(SqliteConnection& connection, NewEntry& entry) {
    static const Event kNoEvent;
    const Event& event = entry.event ? *entry.event : kNoEvent;
    entry.sequence = insert_key(connection, entry.key, event);

    std::optional<std::int64_t> kind;
    std::optional<std::string_view> record;
    std::optional<Blob> password;
    if (entry.event) {
        kind = static_cast<std::int64_t>(event.kind);
        record = entry.record;
    }
    if (entry.password) password = Blob{*entry.password};
    const bool is_pending = entry.state == EntryState::pending;
    const EntryState state = is_pending ? EntryState::settled : entry.state;
    const int attempts = entry.lease_until ? 1 : 0; // while it is in the queue
    connection.change(kInsertEntry, entry.sequence, entry.key, static_cast<std::int64_t>(state),
                      kind, event.purchase_id, event.member_id, entry.now, is_pending ? 1 : 0,
                      record, password, entry.request, entry.message);
    if (is_pending)
        connection.change(kEnqueue, event.purchase_id, entry.sequence, attempts, entry.lease_until,
                          entry.lease_until.value_or(0));
}

} // namespace segpay
