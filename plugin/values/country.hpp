// Countries by their two letters (ISO 3166-1).
#pragma once

#include <string_view>

namespace segpay {

// The code in capitals, whatever the case of `text`: "us" is US. "UK", which many write, is GB.
// Empty: no country has the code, as "ZZ", "XX" and "EU". Lives for ever.
std::string_view country_code(std::string_view text);

} // namespace segpay
