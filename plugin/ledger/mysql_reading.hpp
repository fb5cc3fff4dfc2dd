// What both readers and transactions of a MariaDB ledger look up.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/mysql_handle.hpp"

#include <optional>
#include <string_view>

namespace segpay::mysql {

std::optional<Purchase> find_purchase(MysqlConnection& connection, std::string_view id);

// The entry with that key. `box`: opens the password of its event; null: it comes without.
std::optional<Entry> find_entry(MysqlConnection& connection, std::string_view key,
                                const SecretBox* box);

// The approved transaction with that id.
std::optional<Event> find_transaction(MysqlConnection& connection, std::string_view id);

} // namespace segpay::mysql
