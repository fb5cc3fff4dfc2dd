// Four questions.
#include "ledger/mariadb/mysql_reading.hpp"

#include "ledger/mariadb/mysql_statements.hpp"

#include <string>
#include <utility>

namespace segpay::mysql {

std::optional<Purchase> find_purchase(MysqlConnection& connection, std::string_view id) {
    MysqlQuery row = connection.query(kFindPurchase, id);
    if (!row.next()) return std::nullopt;
    return read_purchase(row).memory;
}

std::vector<Purchase> find_purchases(MysqlConnection& connection, std::string_view sql,
                                     std::string_view whose, std::uint32_t limit) {
    std::vector<Purchase> found;
    const std::int64_t size = limit ? std::int64_t{limit} : INT64_MAX;
    MysqlQuery rows = connection.query(sql, whose, size);
    while (rows.next())
        found.push_back(read_purchase(rows).memory);
    return found;
}

std::optional<Entry> find_entry(MysqlConnection& connection, std::string_view key,
                                const SecretBox* box) {
    MysqlQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
}

std::optional<Event> find_transaction(MysqlConnection& connection, std::string_view id) {
    const std::string stem = transaction_stem(id);
    MysqlQuery row = connection.query(kReadByStem, stem, stem + "~");
    while (row.next()) {
        Entry entry = read_entry(row, nullptr);
        if (entry.event && entry.event->approved == true) return std::move(entry.event);
    }
    return std::nullopt;
}

} // namespace segpay::mysql
