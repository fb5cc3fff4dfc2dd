// Money as text, for the pages and tools of this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace common {

// Minor units as a decimal number: "29.95" of 2995 and exponent 2, "500" of 500 and 0, "-0.05".
std::string decimal(std::int64_t minor, std::size_t exponent);

} // namespace common
