// The statements of upkeep. How far it went is in the file, in the one row of `upkeep`.
#include "ledger/sqlite/sqlite_upkeep.hpp"

#include <string_view>

namespace segpay {

namespace {

constexpr std::int64_t kIndexSlice = 1'000;
constexpr std::int64_t kForgetSlice = 500;

constexpr std::string_view kIsIndexDue =
    "SELECT indexed_up_to < (SELECT MAX(sequence) FROM entries) FROM upkeep";
// The last entry stays: the next one's sequence is reckoned from it. (before)
constexpr std::string_view kIsForgettingDue =
    "SELECT received_at < ? AND sequence < (SELECT MAX(sequence) FROM entries) FROM entries "
    "WHERE sequence > (SELECT forgotten_up_to FROM upkeep) ORDER BY sequence LIMIT 1";

// The last sequence of the slice that is to be indexed: (how many).
constexpr std::string_view kIndexEnd =
    "SELECT MAX(sequence) FROM (SELECT sequence FROM entries "
    "WHERE sequence > (SELECT indexed_up_to FROM upkeep) ORDER BY sequence LIMIT ?)";
// (end)
constexpr std::string_view kIndex =
    "INSERT OR IGNORE INTO purchase_entries SELECT purchase_id, sequence FROM entries "
    "WHERE sequence > (SELECT indexed_up_to FROM upkeep) AND sequence <= ? AND purchase_id <> '' "
    "ORDER BY purchase_id, sequence";
constexpr std::string_view kIndexed = "UPDATE upkeep SET indexed_up_to = ?";

// As kIndexEnd, of what came before a time and is indexed: (before, how many).
constexpr std::string_view kForgetEnd =
    "SELECT MAX(sequence) FROM (SELECT sequence, received_at FROM entries "
    "WHERE sequence > (SELECT forgotten_up_to FROM upkeep) "
    "AND sequence <= (SELECT indexed_up_to FROM upkeep) "
    "AND sequence < (SELECT MAX(sequence) FROM entries) ORDER BY sequence LIMIT ?2) "
    "WHERE received_at < ?1";

#define SEGPAY_FORGETTABLE                                                                   \
    "FROM entries WHERE sequence > (SELECT forgotten_up_to FROM upkeep) AND sequence <= ?1 " \
    "AND received_at < ?2 AND state IN (2, 7, 8) AND NOT EXISTS (SELECT 1 FROM queue "       \
    "WHERE queue.purchase_id = entries.purchase_id AND queue.sequence = entries.sequence)"
// (end, before)
constexpr std::string_view kForgetHistory =
    "DELETE FROM purchase_entries WHERE (purchase_id, sequence) IN "
    "(SELECT purchase_id, sequence " SEGPAY_FORGETTABLE ")";
constexpr std::string_view kForget = "DELETE " SEGPAY_FORGETTABLE;
#undef SEGPAY_FORGETTABLE
constexpr std::string_view kForgotten = "UPDATE upkeep SET forgotten_up_to = ?";

} // namespace

bool is_upkeep_due(SqliteConnection& connection, std::optional<TimeMs> forget_before) {
    if (connection.integer(kIsIndexDue) != 0) return true;
    if (!forget_before) return false;
    SqliteQuery row = connection.query(kIsForgettingDue, *forget_before);
    return row.next() && row.integer(0) != 0;
}

void index_some(SqliteConnection& connection) {
    std::int64_t end = 0;
    {
        SqliteQuery row = connection.query(kIndexEnd, kIndexSlice);
        if (!row.next() || row.is_null(0)) return;
        end = row.integer(0);
    }
    connection.change(kIndex, end);
    connection.change(kIndexed, end);
}

void forget_some(SqliteConnection& connection, TimeMs before) {
    std::int64_t end = 0;
    {
        SqliteQuery row = connection.query(kForgetEnd, before, kForgetSlice);
        if (!row.next() || row.is_null(0)) return;
        end = row.integer(0);
    }
    connection.change(kForgetHistory, end, before);
    connection.change(kForget, end, before);
    connection.change(kForgotten, end);
}

} // namespace segpay
