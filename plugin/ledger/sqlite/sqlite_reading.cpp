// The statement of a slice of a listing.
#include "ledger/sqlite/sqlite_reading.hpp"

#include <string>

namespace segpay {

namespace {

constexpr std::uint32_t bit(EntryState state) { return 1u << static_cast<unsigned>(state); }

// The sequences of what is not settled, and no more of them than are wanted: entries by their
// index, and what is pending by the queue.
std::string unsettled_sql(const EntryQuery& query, const std::string& bound) {
    std::string end;
    if (query.member_id.empty()) // else the condition comes later
        end =
            query.newest_first ? " ORDER BY sequence DESC LIMIT ?5" : " ORDER BY sequence LIMIT ?5";
    std::string sql =
        "SELECT * FROM (SELECT sequence FROM entries INDEXED BY entries_unsettled "
        "WHERE state <> 2 AND (?2 >> state) & 1" +
        bound + end + ")";
    if (query.states & bit(EntryState::pending))
        sql +=
            " UNION ALL SELECT * FROM (SELECT sequence FROM queue WHERE TRUE" + bound + end + ")";
    return sql;
}

// Parameters: 1 the last sequence seen, 2 the states, 3 the purchase, 4 the member, 5 how many.
std::string slice_sql(const EntryQuery& query, bool has_bound) {
    std::string bound;
    if (has_bound) bound = query.newest_first ? " AND sequence < ?1" : " AND sequence > ?1";
    std::string sql = "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES
                      " WHERE (?2 >> IIF(queue.sequence IS NULL, entries.state, 1)) & 1";
    if (!query.member_id.empty()) sql += " AND entries.member_id = ?4";
    if (!query.purchase_id.empty())
        sql += " AND entries.purchase_id = ?3 AND entries.purchase_id <> ''";
    else if (!(query.states & bit(EntryState::settled)))
        sql += " AND entries.sequence IN (" + unsettled_sql(query, bound) + ")";
    if (has_bound)
        sql += query.newest_first ? " AND entries.sequence < ?1" : " AND entries.sequence > ?1";
    sql += " ORDER BY entries.sequence";
    if (query.newest_first) sql += " DESC";
    return sql + " LIMIT ?5";
}

} // namespace

SqliteQuery SqliteStatements::slice(SqliteConnection& connection, const EntryQuery& query,
                                    const std::optional<std::uint64_t>& bound,
                                    const std::uint64_t& size) {
    return connection.query(slice_sql(query, bound.has_value()), bound, query.states,
                            query.purchase_id, query.member_id, size);
}

} // namespace segpay
