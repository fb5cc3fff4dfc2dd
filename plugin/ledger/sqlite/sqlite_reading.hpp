// What is looked up in an SQLite ledger, by readers and inside transactions: see Reading.
#pragma once

#include "ledger/reading.hpp"
#include "ledger/sqlite/sqlite_rows.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace segpay {

struct SqliteStatements {
    static constexpr std::string_view kPurchase =
        "SELECT " SEGPAY_PURCHASE_COLUMNS " FROM purchases WHERE id = ?";
    // The conditions are those of the indexes.
    static constexpr std::string_view kPurchasesOf =
        "SELECT " SEGPAY_PURCHASE_COLUMNS
        " FROM purchases INDEXED BY purchases_member "
        "WHERE member_id = ? AND member_id <> '' AND opened_by <> 0 "
        "ORDER BY opened_at DESC, id DESC LIMIT ?";
    static constexpr std::string_view kPurchasesNamed =
        "SELECT " SEGPAY_PURCHASE_COLUMNS
        " FROM purchases INDEXED BY purchases_username WHERE username = ? AND username <> '' "
        "ORDER BY opened_at DESC, id DESC LIMIT ?";
    static constexpr std::string_view kByKey =
        "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES
        " WHERE entries.sequence = (SELECT sequence FROM keys WHERE key = ?)";
    static constexpr std::string_view kBySequence =
        "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES " WHERE entries.sequence = ?";
    static constexpr std::string_view kByPrefix =
        "SELECT " SEGPAY_ENTRY_COLUMNS " FROM keys JOIN " SEGPAY_ENTRIES
        " WHERE entries.sequence = keys.sequence AND keys.key > ? AND keys.key < ? "
        "ORDER BY keys.key";
    static constexpr std::string_view kHasKey = "SELECT 1 FROM keys WHERE key = ?";
    static constexpr std::string_view kWaiting =
        "SELECT COUNT(*), IFNULL(MIN(next_attempt_at), 0) FROM queue";
    static constexpr std::string_view kDueOf =
        "SELECT sequence, purchase_id FROM queue WHERE purchase_id = ? AND next_attempt_at <= ? "
        "LIMIT 1";
    static constexpr std::string_view kDue =
        "SELECT sequence, purchase_id FROM queue WHERE next_attempt_at <= ? "
        "ORDER BY next_attempt_at, sequence LIMIT 1";

    static Purchase read_purchase(const SqliteQuery& row) { return segpay::read_purchase(row); }
    static SqliteQuery slice(SqliteConnection& connection, const EntryQuery& query,
                             const std::optional<std::uint64_t>& bound, const std::uint64_t& size);
};

using SqliteReading = ReadingOn<SqliteConnection, SqliteStatements>;

} // namespace segpay
