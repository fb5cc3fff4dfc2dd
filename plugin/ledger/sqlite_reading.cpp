// Two questions.
#include "ledger/sqlite_reading.hpp"

#include "ledger/sqlite_statements.hpp"

#include <string>
#include <utility>

namespace segpay {

std::optional<Entry> find_entry(SqliteConnection& connection, std::string_view key,
                                const SecretBox* box) {
    SqliteQuery row = connection.query(kReadByKey, key);
    if (!row.next()) return std::nullopt;
    return read_entry(row, box);
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
