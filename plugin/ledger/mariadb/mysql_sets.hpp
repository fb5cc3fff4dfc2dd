// Questions about many keys at once in the MariaDB ledger, one request each. A question is asked
// for 2, 4, 8, ... keys, so that there are few statements to prepare.
#pragma once

#include "ledger/mariadb/mysql_rows.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::mysql {

using Keys = std::vector<std::string_view>;
template <class Value>
using ByKey = std::map<std::string, Value, std::less<>>;

// The rows of these purchases, locked, as far as they are there.
ByKey<StoredPurchase> locked_purchases(MysqlConnection& connection, const Keys& ids);

// The sequences of the entries with these keys, as far as they are there.
ByKey<std::int64_t> sequences_of(MysqlConnection& connection, const Keys& event_keys);

// Those of these purchases of which anything is pending.
std::set<std::string, std::less<>> with_queue(MysqlConnection& connection, const Keys& ids);

} // namespace segpay::mysql
