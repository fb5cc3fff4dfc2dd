// The accounts of the bench programs: the example account, with Segpay's own pay page, without and
// with every setting that decides which senders are trusted.
#pragma once

#include "config/config.hpp"
#include "values/timestamp.hpp"

#include <string_view>

namespace segpay::bench {

constexpr TimeMs kNow = 1'790'000'000'000; // 2026-09-21T14:13:20Z

// Neither authenticity nor seal.
Config open_account();

// Five networks, a secret parameter, and a seal that is checked where it is echoed: here, always.
Config guarded_account();

// The sender of the postbacks: the fourth of those networks.
constexpr std::string_view kPeer = "192.0.2.20";

} // namespace segpay::bench
