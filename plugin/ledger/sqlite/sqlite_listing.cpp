// The statement of a slice.
#include "ledger/sqlite/sqlite_listing.hpp"

#include "ledger/sqlite/sqlite_rows.hpp"

#include <algorithm>
#include <string>

namespace segpay {

namespace {

constexpr std::uint64_t kFirstSlice = 64;
constexpr std::uint64_t kLargestSlice = 1'024;

constexpr std::uint32_t bit(EntryState state) { return 1u << static_cast<unsigned>(state); }

// Parameters: 1 the last sequence seen, 2 the states, 3 the purchase, 4 the member, 5 how many.
std::string slice_sql(const EntryQuery& query, bool has_bound) {
    std::string bound;
    if (has_bound) bound = query.newest_first ? " AND sequence < ?1" : " AND sequence > ?1";
    std::string sql = "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES
                      " WHERE (?2 >> IIF(queue.sequence IS NULL, entries.state, 1)) & 1";
    if (!query.member_id.empty()) sql += " AND entries.member_id = ?4";
    if (!query.purchase_id.empty())
        sql +=
            " AND entries.sequence IN (SELECT sequence FROM purchase_entries "
            "WHERE purchase_id = ?3" +
            bound +
            " UNION ALL SELECT sequence FROM entries "
            "WHERE sequence > (SELECT indexed_up_to FROM upkeep) AND purchase_id = ?3" +
            bound + ")";
    else if (!(query.states & bit(EntryState::settled)))
        sql +=
            " AND entries.sequence IN (SELECT sequence FROM entries INDEXED BY "
            "entries_unsettled WHERE state <> 2" +
            bound +
            " UNION ALL "
            "SELECT sequence FROM queue WHERE TRUE" +
            bound + ")";
    if (has_bound)
        sql += query.newest_first ? " AND entries.sequence < ?1" : " AND entries.sequence > ?1";
    sql += " ORDER BY entries.sequence";
    if (query.newest_first) sql += " DESC";
    return sql + " LIMIT ?5";
}

} // namespace

SqliteListing::SqliteListing(const EntryQuery& query)
    : query_(query), left_(query.limit ? query.limit : UINT64_MAX), size_(kFirstSlice) {
    if (query.after != 0) bound_ = query.after;
}

std::vector<Entry> SqliteListing::next(SqliteConnection& connection) {
    const std::uint64_t wanted = std::min(left_, size_);
    std::vector<Entry> found;
    {
        SqliteQuery rows =
            connection.query(slice_sql(query_, bound_.has_value()), bound_, query_.states,
                             query_.purchase_id, query_.member_id, wanted);
        while (rows.next())
            found.push_back(read_entry(rows, nullptr));
    }
    left_ -= found.size();
    size_ = std::min(size_ * 2, kLargestSlice);
    is_over_ = found.size() < wanted || left_ == 0;
    if (!found.empty()) bound_ = found.back().sequence;
    return found;
}

} // namespace segpay
