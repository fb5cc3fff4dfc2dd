// Digits with a point among them.
#include "common/decimal.hpp"

namespace common {

std::string decimal(std::int64_t minor, std::size_t exponent) {
    const bool is_negative = minor < 0;
    std::string digits = std::to_string(minor).substr(is_negative ? 1 : 0);
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    if (exponent > 0) digits.insert(digits.size() - exponent, ".");
    return (is_negative ? "-" : "") + digits;
}

} // namespace common
