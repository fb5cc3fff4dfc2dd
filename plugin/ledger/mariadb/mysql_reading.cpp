// The statement of a slice of a listing.
#include "ledger/mariadb/mysql_reading.hpp"

#include <string>
#include <vector>

namespace segpay::mysql {

namespace {

constexpr std::uint32_t kSettledBit = 1u << static_cast<unsigned>(EntryState::settled);

} // namespace

// What is settled is most of it, so an index leads past that.
MysqlQuery MysqlStatements::slice(MysqlConnection& connection, const EntryQuery& query,
                                  std::optional<std::uint64_t> bound, std::uint64_t size) {
    std::string sql = "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM segpay_entries e";
    std::vector<MysqlValue> values; // borrow from the query
    const auto add = [&](const char* condition, const MysqlValue& value) {
        sql += condition;
        values.push_back(value);
    };
    const bool is_settled_wanted = (query.states & kSettledBit) != 0;
    if (!is_settled_wanted && query.purchase_id.empty()) sql += " FORCE INDEX(entries_state)";
    sql += " LEFT JOIN segpay_queue q ON q.sequence = e.sequence";
    add(" WHERE e.state <> 0 AND (? >> e.state) & 1", query.states);
    if (!is_settled_wanted) sql += " AND e.state IN (1, 3, 4, 5, 6, 7, 8)";
    if (!query.purchase_id.empty()) add(" AND e.purchase_id = ?", query.purchase_id);
    if (!query.member_id.empty()) add(" AND e.member_id = ?", query.member_id);
    if (bound) add(query.newest_first ? " AND e.sequence < ?" : " AND e.sequence > ?", *bound);
    add(query.newest_first ? " ORDER BY e.sequence DESC LIMIT ?" : " ORDER BY e.sequence LIMIT ?",
        size);
    return connection.query_with(sql, values);
}

} // namespace segpay::mysql
