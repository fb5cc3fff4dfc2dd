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
constexpr Question kSequences = {
    "SELECT sequence, event_key FROM segpay_entries WHERE event_key IN", ""};
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
        StoredPurchase purchase = read_purchase(row);
        std::string id = purchase.memory.id;
        found.emplace(std::move(id), std::move(purchase));
    });
    return found;
}

ByKey<std::int64_t> sequences_of(MysqlConnection& connection, const Keys& event_keys) {
    ByKey<std::int64_t> found;
    ask(connection, kSequences, event_keys,
        [&](const MysqlQuery& row) { found.emplace(std::string(row.text(1)), row.integer(0)); });
    return found;
}

std::set<std::string, std::less<>> with_queue(MysqlConnection& connection, const Keys& ids) {
    std::set<std::string, std::less<>> found;
    ask(connection, kWithQueue, ids,
        [&](const MysqlQuery& row) { found.emplace(std::string(row.text(0))); });
    return found;
}

} // namespace segpay::mysql
