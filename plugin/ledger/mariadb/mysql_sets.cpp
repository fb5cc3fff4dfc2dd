// Lists of keys in the text of a statement.
#include "ledger/mariadb/mysql_sets.hpp"

#include <bit>

namespace segpay::mysql {

namespace {

struct Question {
    std::string_view before, after; // the list
};
constexpr Question kLockPurchases = {
    "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS " FROM segpay_purchases WHERE id IN", " FOR UPDATE"};
// As StoredEntryColumn says, and the key behind them.
constexpr Question kStored = {
    "SELECT e.sequence, e.state, e.purchase_id, e.amount_minor, e.currency, q.next_attempt_at, "
    "q.lease_until, e.event_key FROM " SEGPAY_MYSQL_ENTRIES " WHERE e.event_key IN",
    ""};
constexpr Question kWithQueue = {
    "SELECT DISTINCT purchase_id FROM segpay_queue WHERE purchase_id IN", ""};

template <class Each>
void ask(MysqlConnection& connection, const Question& question, const Keys& keys,
         const Each& each) {
    if (keys.empty()) return;
    std::vector<MysqlValue> values(keys.begin(), keys.end());
    values.resize(std::bit_ceil(values.size()), values.back());
    std::string sql(question.before);
    for (std::size_t i = 0; i < values.size(); ++i)
        sql += i == 0 ? "(?" : ",?";
    sql += ")";
    sql += question.after;
    MysqlQuery rows = connection.query_with(sql, values);
    while (rows.next())
        each(rows);
}

} // namespace

ByKey<StoredPurchase> locked_purchases(MysqlConnection& connection, const Keys& ids) {
    ByKey<StoredPurchase> found;
    ask(connection, kLockPurchases, ids, [&](const MysqlQuery& row) {
        StoredPurchase purchase = read_stored_purchase(row);
        std::string id = purchase.purchase.id;
        found.emplace(std::move(id), std::move(purchase));
    });
    return found;
}

ByKey<StoredEntry> stored_entries(MysqlConnection& connection, const Keys& event_keys) {
    ByKey<StoredEntry> found;
    ask(connection, kStored, event_keys, [&](const MysqlQuery& row) {
        found.emplace(std::string(row.text(StoredEntryColumn::lease_until + 1)),
                      read_stored_entry(row));
    });
    return found;
}

KeySet with_queue(MysqlConnection& connection, const Keys& ids) {
    KeySet found;
    ask(connection, kWithQueue, ids,
        [&](const MysqlQuery& row) { found.emplace(std::string(row.text(0))); });
    return found;
}

} // namespace segpay::mysql
