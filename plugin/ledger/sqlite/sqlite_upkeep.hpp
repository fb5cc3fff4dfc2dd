// What a ledger's file wants from time to time, in slices: the history of purchases is indexed, and
// what is old enough is forgotten but for its key. The pages that this frees are used again; the
// file does not get smaller. Call from inside a transaction, but for is_upkeep_due.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"
#include "values/timestamp.hpp"

#include <optional>

namespace segpay {

bool is_upkeep_due(SqliteConnection& connection, std::optional<TimeMs> forget_before);

// Puts the entries that came since into purchase_entries, so many at most as a slice has.
void index_some(SqliteConnection& connection);

// Deletes entries that came before that time and are settled, dismissed or released. What else is
// found among them stays for good.
void forget_some(SqliteConnection& connection, TimeMs before);

} // namespace segpay
