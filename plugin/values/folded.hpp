// Texts as numbers in which case makes no difference: comparing names or words costs a few
// instructions, and nearly all input consists of known ones.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace segpay {

// Turns capital letters into small ones. Some other printable characters fall together as well, but
// never with a letter or a digit.
constexpr std::uint64_t kSmall = 0x2020202020202020u;

template <class Number>
constexpr std::uint64_t number_at(const char* text) {
    std::array<char, sizeof(Number)> bytes{};
    std::copy_n(text, bytes.size(), bytes.begin());
    return std::bit_cast<Number>(bytes);
}

constexpr std::uint64_t folded_eight(const char* text) {
    return number_at<std::uint64_t>(text) | kSmall;
}

// All of a text of less than eight bytes; comparable among texts of one size.
constexpr std::uint64_t folded_few(std::string_view text) {
    const char* const begin = text.data();
    const std::size_t size = text.size();
    if (size >= 4)
        return number_at<std::uint32_t>(begin) |
               (number_at<std::uint32_t>(begin + size - 4) << 32) | kSmall;
    if (size == 0) return 0;
    return number_at<std::uint8_t>(begin) | (number_at<std::uint8_t>(begin + size / 2) << 8) |
           (number_at<std::uint8_t>(begin + size - 1) << 16) | kSmall;
}

// Whether `text`, in any case, is `word`, which must be in small letters.
constexpr bool spells(std::string_view text, std::string_view word) {
    const std::size_t size = word.size();
    if (text.size() != size) return false;
    if (size < 8) return folded_few(text) == folded_few(word);
    for (std::size_t at = 0; at + 8 < size; at += 8)
        if (folded_eight(text.data() + at) != folded_eight(word.data() + at)) return false;
    return folded_eight(text.data() + size - 8) == folded_eight(word.data() + size - 8);
}

} // namespace segpay
