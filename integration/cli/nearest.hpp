// The nearest known name to a mistyped one, for error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nats_cli {

// "; did you mean \"email\"?" or, when nothing is near, the list of known names.
std::string suggestion(std::string_view typed, const std::vector<std::string_view>& known);

} // namespace nats_cli
