// What both readers and transactions of a MariaDB ledger look up.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/mariadb/mysql_handle.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace segpay::mysql {

std::optional<Purchase> find_purchase(MysqlConnection& connection, std::string_view id);

// The purchases that `sql` finds: (whose they are, how many).
std::vector<Purchase> find_purchases(MysqlConnection& connection, std::string_view sql,
                                     std::string_view whose, std::uint32_t limit);

// The entry with that key. `box`: opens the password of its event; null: it comes without.
std::optional<Entry> find_entry(MysqlConnection& connection, std::string_view key,
                                const SecretBox* box);

// The approved transaction with that id.
std::optional<Event> find_transaction(MysqlConnection& connection, std::string_view id);

} // namespace segpay::mysql
