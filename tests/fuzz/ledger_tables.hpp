// The table rows of a ledger that an instance holds open, also of one in memory, which no other
// connection can open. For data that the hooks do not list, such as the purchases.
#pragma once

#include <string>

namespace segpay::fuzz {

// Records every connection that is opened from now on. Once, before the first.
void watch_ledgers();

// Every row of every table of the ledger that was opened last, which must be open still.
std::string rows_of_last_ledger();

} // namespace segpay::fuzz
