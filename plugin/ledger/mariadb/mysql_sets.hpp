// Questions about many keys at once in the MariaDB ledger, one request each. A question is asked
// for 2, 4, 8, ... keys, so that there are few statements to prepare.
#pragma once

#include "ledger/mariadb/mysql_rows.hpp"

namespace segpay::mysql {

// The rows of these purchases, locked, as far as they are there.
ByKey<StoredPurchase> locked_purchases(MysqlConnection& connection, const Keys& ids);

// The entries with these keys, as far as they are there.
ByKey<StoredEntry> stored_entries(MysqlConnection& connection, const Keys& event_keys);

// Those of these purchases of which anything is pending.
KeySet with_queue(MysqlConnection& connection, const Keys& ids);

} // namespace segpay::mysql
