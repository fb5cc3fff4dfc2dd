// The file that a ledger is to live in: whether it can. Knows nothing of what a ledger holds.
#pragma once

#include <string>

namespace segpay {

// Why this user cannot open a ledger there now; empty: it can, as far as can be told without doing
// so. Another user may be able to.
std::string obstacle_at(const std::string& path);

// Whether a file is there that is no SQLite database, so that no user can.
bool is_of_another_kind(const std::string& path);

} // namespace segpay
