// Whether a ledger can be in the configured file. Knows nothing of what a ledger holds.
#pragma once

#include <string>

namespace segpay {

// Why this user cannot open a ledger there now; empty: it can, as far as can be checked without
// doing so. Another user may be able to.
std::string obstacle_at(const std::string& path);

// Whether the file exists and is no SQLite database, so that no user can open it as a ledger.
bool is_of_another_kind(const std::string& path);

} // namespace segpay
