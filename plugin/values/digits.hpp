// Digits: numbers and ids as Segpay writes them.
#pragma once

#include "values/folded.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace segpay {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool are_eight_digits(const char* text) {
    constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0u, kZeros = 0x3030303030303030u,
                            kSix = 0x0606060606060606u; // carries what is more than 9
    const std::uint64_t eight = number_at<std::uint64_t>(text);
    return (((eight & kHigh) ^ kZeros) | (((eight + kSix) & kHigh) ^ kZeros)) == 0;
}

// Whether the text consists of digits, at least one.
constexpr bool is_number(std::string_view text) {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    if (text.size() < 8 || text.size() > 16)
        return !text.empty() && std::all_of(begin, end, is_digit);
    return are_eight_digits(begin) && are_eight_digits(end - 8);
}

// For a number: "020656" is 20656. Empty: it is 0.
constexpr std::string_view without_leading_zeros(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

constexpr std::size_t kMaxIdCharacters = 40;

// Whether it can be an id: letters, digits and '-'. Most are numbers; tokens have letters.
constexpr bool is_id(std::string_view text) {
    if (text.empty() || text.size() > kMaxIdCharacters) return false;
    return is_number(text) || std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
           });
}

// Appends at most `most` digits from `at` on to the number, which wraps around if it becomes too
// large; returns where it stopped.
constexpr const char* read_digits(const char* at, const char* end, std::size_t most,
                                  std::uint64_t& number) {
    const auto left = static_cast<std::size_t>(end - at);
    const char* const stop = at + std::min(most, left);
    for (; at != stop && is_digit(*at); ++at)
        number = number * 10 + static_cast<unsigned>(*at - '0');
    return at;
}

} // namespace segpay
