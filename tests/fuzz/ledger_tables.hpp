// What stands in the tables of a ledger that an instance holds open, also of one in memory, which
// nobody else can open. For what the hooks do not list, such as the purchases.
#pragma once

#include <string>

namespace segpay::fuzz {

// Remembers every connection that is opened from now on. Once, before the first.
void watch_ledgers();

// Every row of every table of the ledger that was opened last, which must be open still.
std::string rows_of_last_ledger();

} // namespace segpay::fuzz
