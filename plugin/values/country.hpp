// Countries by their two letters (ISO 3166-1).
#pragma once

#include <string_view>

namespace segpay {

// The code in capitals, for `text` in any case: "us" is US. The common "UK" is GB. Empty: no
// country has the code, as "ZZ", "XX" and "EU". Never freed.
std::string_view country_code(std::string_view text);

} // namespace segpay
