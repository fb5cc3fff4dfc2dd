// Comparison of Segpay's words, and the cleaning of text from outside.
#include "values/word.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace segpay {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_separator(char c) { return c == ' ' || c == '_' || c == '-'; }

// The meaning of bytes 0x80 to 0x9F in Windows-1252; 0: none.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// 0: none.
char16_t windows_1252(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x80 && code < 0xA0 ? kWindows1252[code - 0x80u] : code;
}

void append_utf8(std::string& out, char16_t c) {
    std::array<char, 4> utf8;
    out.append(utf8.data(), write_utf8(utf8.data(), c));
}

// Length of the UTF-8 character that `bytes` begins with; 0 when there is none. Overlong forms,
// surrogates and code points past U+10FFFF are none.
std::size_t utf8_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto continues = [&](std::size_t i) {
        return i < bytes.size() && (at(i) & 0xC0) == 0x80;
    };
    const unsigned char first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!continues(1) || !continues(2)) return 0;
        if (first == 0xE0 && at(1) < 0xA0) return 0;
        if (first == 0xED && at(1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if (first == 0xF0 && at(1) < 0x90) return 0;
        if (first == 0xF4 && at(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);

template <class Word>
std::uint64_t word_at(const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

// The bytes of a text of less than eight, some of them twice; padded with spaces.
std::uint64_t short_word(std::string_view text) {
    const char* bytes = text.data();
    const std::size_t size = text.size();
    if (size >= 4)
        return word_at<std::uint32_t>(bytes) | word_at<std::uint32_t>(bytes + size - 4) << 32;
    std::uint64_t word = 0x2020202020202020;
    for (std::size_t i = 0; i < size; ++i)
        word = word << 8 | static_cast<unsigned char>(bytes[i]);
    return word;
}

// The highest bit of a byte is set when one of the eight is no printable ASCII.
std::uint64_t strangeness(std::uint64_t bytes) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    const std::uint64_t below_space = bytes - kEach * ' ';
    const std::uint64_t is_delete = (bytes ^ (kEach * 0x7F)) - kEach;
    return bytes | below_space | is_delete;
}

bool is_strange(std::uint64_t found) { return (found & 0x8080808080808080) != 0; }

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

// U+0080 to U+009F as UTF-8: control characters too.
bool is_c1_control(std::string_view character) {
    return character.size() == 2 && character[0] == '\xC2' &&
           static_cast<unsigned char>(character[1]) < 0xA0;
}

bool is_clean_thoroughly(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (is_control(byte)) return false;
        if (byte < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0 || is_c1_control(text.substr(at, length))) return false;
        at += length;
    }
    return true;
}

} // namespace

bool is_word(std::string_view text, std::string_view word) {
    std::size_t matched = 0;
    for (char c : text) {
        if (is_separator(c)) continue;
        if (matched == word.size() || lower(c) != word[matched]) return false;
        ++matched;
    }
    return matched == word.size();
}

std::string_view end_of_word(std::string_view text, std::span<char> room) {
    std::size_t begin = room.size();
    for (std::size_t i = text.size(); i > 0 && begin > 0; --i)
        if (!is_separator(text[i - 1])) room[--begin] = lower(text[i - 1]);
    return {room.data() + begin, room.size() - begin};
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = lower(c);
    return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string_view trimmed_at_ends(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::size_t write_utf8(char* room, std::uint32_t character) {
    const auto rest = [&](unsigned shift) {
        return static_cast<char>(0x80 | ((character >> shift) & 0x3F));
    };
    if (character < 0x80) {
        room[0] = static_cast<char>(character);
        return 1;
    }
    if (character < 0x800) {
        room[0] = static_cast<char>(0xC0 | (character >> 6));
        room[1] = rest(0);
        return 2;
    }
    if (character < 0x10000) {
        room[0] = static_cast<char>(0xE0 | (character >> 12));
        room[1] = rest(6);
        room[2] = rest(0);
        return 3;
    }
    room[0] = static_cast<char>(0xF0 | (character >> 18));
    room[1] = rest(12);
    room[2] = rest(6);
    room[3] = rest(0);
    return 4;
}

std::string clean_text(std::string_view bytes) {
    std::string clean;
    clean.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        if (length == 0) {
            const char16_t meaning = windows_1252(bytes[0]);
            append_utf8(clean, meaning == 0 ? u' ' : meaning);
            bytes.remove_prefix(1);
            continue;
        }
        const std::string_view character = bytes.substr(0, length);
        const bool is_blank =
            is_control(static_cast<unsigned char>(character[0])) || is_c1_control(character);
        if (is_blank)
            clean += ' ';
        else
            clean += character;
        bytes.remove_prefix(length);
    }
    return clean;
}

std::string from_windows_1252(std::string_view bytes) {
    std::string utf8;
    utf8.reserve(3 * bytes.size()); // so that it never reallocates: it may hold a password
    for (const char byte : bytes)
        append_utf8(utf8, windows_1252(byte));
    return utf8;
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

bool is_clean(std::string_view text) {
    std::uint64_t found = 0;
    if (text.size() < kWordBytes) {
        found = strangeness(short_word(text));
    } else {
        const char* last = text.data() + text.size() - kWordBytes; // the last eight begin here
        for (const char* at = text.data(); at < last; at += kWordBytes)
            found |= strangeness(word_at<std::uint64_t>(at));
        found |= strangeness(word_at<std::uint64_t>(last));
    }
    return !is_strange(found) || is_clean_thoroughly(text);
}

std::string_view shortened(std::string_view utf8, std::size_t max_bytes) {
    if (utf8.size() <= max_bytes) return utf8;
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80)
        --end;
    return utf8.substr(0, end);
}

std::size_t character_count(std::string_view utf8) {
    std::size_t count = 0;
    for (char c : utf8)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
    return count;
}

} // namespace segpay
