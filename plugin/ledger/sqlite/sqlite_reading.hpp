// What both readers and transactions of an SQLite ledger look up.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace segpay {

// The purchases that `sql` finds: (whose they are, how many).
std::vector<Purchase> find_purchases(SqliteConnection& connection, std::string_view sql,
                                     std::string_view whose, std::uint32_t limit);

// The entry with that key. `box`: opens the password of its event; null: it comes without.
std::optional<Entry> find_entry(SqliteConnection& connection, std::string_view key,
                                const SecretBox* box);

// The approved transaction with that id.
std::optional<Event> find_transaction(SqliteConnection& connection, std::string_view id);

} // namespace segpay
