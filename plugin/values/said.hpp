// Whether an id, or an extra of a link, means anything. A template asks for more than Segpay has,
// and a missing value comes back empty, as blanks, or as 0.
#pragma once

#include <string_view>

namespace segpay {

// The general case of said(), for values with unusual ends.
std::string_view said_at_length(std::string_view value);

// The value without blanks at its ends. Empty if it means nothing: it is missing, or blank, or made
// of zeros alone ("0", "000", a GUID of zeros). `value` is clean text (values/word.hpp): line
// breaks are spaces. Not for numbers and texts, whose 0 has a meaning.
inline std::string_view said(std::string_view value) {
    if (value.empty()) return {};
    const auto first = static_cast<unsigned char>(value.front());
    const auto last = static_cast<unsigned char>(value.back());
    const bool is_usual = first > '0' && first < 0x80 && last > ' ' && last < 0x80;
    return is_usual ? value : said_at_length(value);
}

} // namespace segpay
