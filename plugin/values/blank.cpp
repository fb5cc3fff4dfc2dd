// A table of blanks, as UTF-8.
#include "values/blank.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

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

template <class IsThere>
std::size_t size_of_blank(IsThere is_there) {
    const auto* const blank = std::find_if(kBlanks.begin(), kBlanks.end(), is_there);
    return blank == kBlanks.end() ? 0 : blank->size();
}

} // namespace

std::size_t blank_at_begin(std::string_view text) {
    return size_of_blank([&](std::string_view blank) { return text.starts_with(blank); });
}

std::size_t blank_at_end(std::string_view text) {
    return size_of_blank([&](std::string_view blank) { return text.ends_with(blank); });
}

} // namespace segpay
