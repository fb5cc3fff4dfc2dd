// Blanks and zeros.
#include "values/said.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

// As UTF-8: of ASCII, the spaces that pages and spreadsheets put for it, and what nobody sees at
// all (zero-width space, byte order mark).
constexpr std::array<std::string_view, 22> kBlanks = {" ",
                                                      "\t",
                                                      "\xC2\xA0",
                                                      "\xE1\x9A\x80",
                                                      "\xE2\x80\x80",
                                                      "\xE2\x80\x81",
                                                      "\xE2\x80\x82",
                                                      "\xE2\x80\x83",
                                                      "\xE2\x80\x84",
                                                      "\xE2\x80\x85",
                                                      "\xE2\x80\x86",
                                                      "\xE2\x80\x87",
                                                      "\xE2\x80\x88",
                                                      "\xE2\x80\x89",
                                                      "\xE2\x80\x8A",
                                                      "\xE2\x80\x8B",
                                                      "\xE2\x80\xA8",
                                                      "\xE2\x80\xA9",
                                                      "\xE2\x80\xAF",
                                                      "\xE2\x81\x9F",
                                                      "\xE3\x80\x80",
                                                      "\xEF\xBB\xBF"};

std::string_view without_blanks(std::string_view text) {
    const auto begins = [&](std::string_view blank) { return text.starts_with(blank); };
    const auto ends = [&](std::string_view blank) { return text.ends_with(blank); };
    for (auto blank = kBlanks.begin();
         (blank = std::find_if(kBlanks.begin(), kBlanks.end(), begins)) != kBlanks.end();)
        text.remove_prefix(blank->size());
    for (auto blank = kBlanks.begin();
         (blank = std::find_if(kBlanks.begin(), kBlanks.end(), ends)) != kBlanks.end();)
        text.remove_suffix(blank->size());
    return text;
}

// "0", "000", "00000000-0000-0000-0000-000000000000".
bool is_zero(std::string_view text) {
    return text.starts_with('0') && text.find_first_not_of("0-") == std::string_view::npos;
}

} // namespace

std::string_view said_at_length(std::string_view value) {
    const std::string_view text = without_blanks(value);
    return is_zero(text) ? std::string_view() : text;
}

} // namespace segpay
