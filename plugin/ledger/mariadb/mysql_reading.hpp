// What is looked up in a MariaDB ledger, by readers and inside transactions: see Reading.
#pragma once

#include "ledger/mariadb/mysql_rows.hpp"
#include "ledger/reading.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace segpay::mysql {

struct MysqlStatements {
    static constexpr std::string_view kPurchase =
        "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS " FROM segpay_purchases WHERE id = ?";
    static constexpr std::string_view kPurchasesOf =
        "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS
        " FROM segpay_purchases WHERE member_id = ? AND member_id <> '' AND opened_by <> 0 "
        "ORDER BY opened_at DESC, id DESC LIMIT ?";
    static constexpr std::string_view kPurchasesNamed =
        "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS
        " FROM segpay_purchases WHERE username = ? AND username <> '' "
        "ORDER BY opened_at DESC, id DESC LIMIT ?";
    static constexpr std::string_view kByKey =
        "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
        " WHERE e.event_key = ? AND e.state <> 0";
    static constexpr std::string_view kBySequence =
        "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES " WHERE e.sequence = ?";
    static constexpr std::string_view kByPrefix =
        "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
        " WHERE e.event_key > ? AND e.event_key < ? ORDER BY e.event_key";
    static constexpr std::string_view kHasKey = "SELECT 1 FROM segpay_entries WHERE event_key = ?";
    static constexpr std::string_view kWaiting =
        "SELECT COUNT(*), COALESCE(MIN(next_attempt_at), 0) FROM segpay_queue";
    static constexpr std::string_view kDueOf =
        "SELECT sequence, purchase_id FROM segpay_queue "
        "WHERE purchase_id = ? AND next_attempt_at <= ? LIMIT 1";
    static constexpr std::string_view kDue =
        "SELECT sequence, purchase_id FROM segpay_queue WHERE next_attempt_at <= ? "
        "ORDER BY next_attempt_at, sequence LIMIT 1";

    static Purchase read_purchase(const MysqlQuery& row) {
        return read_stored_purchase(row).purchase;
    }
    static MysqlQuery slice(MysqlConnection& connection, const EntryQuery& query,
                            std::optional<std::uint64_t> bound, std::uint64_t size);
};

using MysqlReading = ReadingOn<MysqlConnection, MysqlStatements>;

} // namespace segpay::mysql
