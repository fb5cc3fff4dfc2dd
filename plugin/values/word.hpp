// Words as Segpay writes them: case and the separators space, '_' and '-' do not count, so "Instant
// Conversion", "InstantConversion" and "INSTANT_CONVERSION" are one word. Also the cleaning of all
// text from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace segpay {

// Whether `text`, normalised, is `word`, which must be given in normalised form.
bool is_word(std::string_view text, std::string_view word);

// For "Instant Conversion" the end of "instantconversion": as much of it as fits into `room`, at
// the end of `room`.
std::string_view end_of_word(std::string_view text, std::span<char> room);

std::string lower_case(std::string_view text);                    // ASCII letters only
bool equal_ignoring_case(std::string_view a, std::string_view b); // ASCII letters only

// Without spaces and tabs at the ends.
std::string_view trimmed_at_ends(std::string_view text);
inline std::string_view trimmed(std::string_view text) {
    const bool is_trimmed = text.empty() || (text.front() > ' ' && text.back() > ' ');
    return is_trimmed ? text : trimmed_at_ends(text);
}

// Valid UTF-8 without control characters: bytes that are no UTF-8 are read as Windows-1252, control
// characters become spaces. Never fails.
std::string clean_text(std::string_view bytes);

// Converts Windows-1252, which includes ISO-8859-1, to UTF-8. A byte without a meaning becomes NUL.
std::string from_windows_1252(std::string_view bytes);

// Writes a character, up to U+10FFFF, into four bytes of room; returns how many it used.
std::size_t write_utf8(char* room, std::uint32_t character);

bool is_utf8(std::string_view bytes);

// Whether clean_text would leave the text unchanged.
bool is_clean(std::string_view text);

// At most so many bytes of valid UTF-8, cut between two characters. For texts that are shown.
std::string_view shortened(std::string_view utf8, std::size_t max_bytes);

// Number of characters of valid UTF-8.
std::size_t character_count(std::string_view utf8);

} // namespace segpay
