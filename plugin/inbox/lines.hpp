// Log lines about one event.
#pragma once

#include "events/event.hpp"

#include <string>
#include <string_view>

namespace segpay {

// "join segpay/t1/... purchase 1 option 101: applied".
std::string line_about(const Event& event, std::string_view key, std::string_view what);

} // namespace segpay
