// Three questions.
#include "ledger/sqlite/sqlite_reading.hpp"

#include "ledger/sqlite/sqlite_statements.hpp"

#include <string>
#include <utility>

namespace segpay {

std::optional<Entry> find_entry(SqliteConnection& connection, std::string_view key,
                                const SecretBox* box) {
    SqliteQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
}

std::vector<Purchase> find_purchases(SqliteConnection& connection, std::string_view sql,
                                     std::string_view whose, std::uint32_t limit) {
    std::vector<Purchase> found;
    const std::int64_t size = limit ? std::int64_t{limit} : -1;
    SqliteQuery rows = connection.query(sql, whose, size);
    while (rows.next())
        found.push_back(read_purchase(rows));
    return found;
}

std::optional<Event> find_transaction(SqliteConnection& connection, std::string_view id) {
    const std::string stem = transaction_stem(id);
    const std::string end = stem + "~";
    SqliteQuery row = connection.query(kReadByStem, stem, end);
    while (row.next()) {
        Entry entry = read_entry(row, nullptr);
        if (entry.event && entry.event->approved == true) return std::move(entry.event);
    }
    return std::nullopt;
}

} // namespace segpay
