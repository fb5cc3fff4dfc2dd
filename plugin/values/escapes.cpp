// Decodes one escape after the other.
#include "values/escapes.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace segpay {

namespace {

constexpr int kMostRounds = 3;
constexpr std::size_t kLongestReference = 10; // "#x10FFFF", "#01114111"

struct Entity {
    std::string_view name;
    std::uint32_t character;
};
// The five of XML, and the spaces of HTML.
constexpr std::array kEntities = {
    Entity{"lt", '<'},      Entity{"gt", '>'},      Entity{"amp", '&'},
    Entity{"quot", '"'},    Entity{"apos", '\''},   Entity{"nbsp", 0xA0},
    Entity{"ensp", 0x2002}, Entity{"emsp", 0x2003}, Entity{"thinsp", 0x2009}};

// All of the digits, or nullopt.
std::optional<std::uint32_t> number_of(std::string_view digits, int base) {
    std::uint32_t number = 0; // unsigned: from_chars then accepts no sign
    const char* const end = digits.data() + digits.size();
    const auto [stopped_at, failure] = std::from_chars(digits.data(), end, number, base);
    const bool is_one = failure == std::errc() && stopped_at == end;
    return is_one ? std::optional(number) : std::nullopt;
}

bool is_character(std::uint32_t number) {
    return number != 0 && number <= 0x10FFFF && !(number >= 0xD800 && number <= 0xDFFF);
}

// The bytes of an escape; size 0: none.
struct Escape {
    std::array<char, 4> bytes{};
    std::size_t count = 0;
    std::size_t size = 0;
};

Escape escape_of(std::uint32_t character, std::size_t size) {
    Escape escape;
    escape.count = write_utf8(escape.bytes.data(), character);
    escape.size = size;
    return escape;
}

Escape percent_escape(std::string_view text) {
    const bool is_wide = text.size() >= 6 && (text[1] == 'u' || text[1] == 'U');
    if (is_wide)
        if (const auto character = number_of(text.substr(2, 4), 16);
            character && is_character(*character))
            return escape_of(*character, 6);
    if (text.size() < 3) return {};
    const auto byte = number_of(text.substr(1, 2), 16);
    return byte ? Escape{{static_cast<char>(*byte)}, 1, 3} : Escape{};
}

Escape reference(std::string_view text) {
    const std::size_t end = text.substr(0, kLongestReference + 2).find(';');
    if (end == std::string_view::npos) return {};
    const auto character = character_of_reference(text.substr(1, end - 1));
    return character ? escape_of(*character, end + 1) : Escape{};
}

Escape escape_at_begin(std::string_view text) {
    if (text[0] == '%') return percent_escape(text);
    return text[0] == '&' ? reference(text) : Escape{};
}

} // namespace

std::optional<std::uint32_t> character_of_reference(std::string_view reference) {
    for (const Entity& entity : kEntities)
        if (reference == entity.name) return entity.character;
    if (!reference.starts_with('#')) return std::nullopt;
    reference.remove_prefix(1);
    const bool is_hex = reference.starts_with('x') || reference.starts_with('X');
    if (is_hex) reference.remove_prefix(1);
    const auto number = number_of(reference, is_hex ? 16 : 10);
    return number && is_character(*number) ? number : std::nullopt;
}

bool may_have_escapes(std::string_view text) {
    return text.find_first_of("%&") != std::string_view::npos;
}

Unescaped unescaped_once(std::string_view text) {
    Unescaped plain;
    plain.text.reserve(text.size()); // so that it never reallocates
    plain.from.reserve(text.size() + 1);
    for (std::size_t at = 0; at < text.size();) {
        const Escape escape = escape_at_begin(text.substr(at));
        if (escape.size == 0)
            plain.text += text[at];
        else
            plain.text.append(escape.bytes.data(), escape.count);
        plain.from.resize(plain.text.size(), at);
        at += std::max(escape.size, std::size_t{1});
    }
    plain.from.push_back(text.size());
    return plain;
}

Unescaped unescaped(std::string_view text) {
    Unescaped plain = unescaped_once(text);
    for (int round = 1; round < kMostRounds && may_have_escapes(plain.text); ++round) {
        Unescaped next = unescaped_once(plain.text);
        for (std::size_t& from : next.from)
            from = plain.from[from];
        plain = std::move(next);
    }
    return plain;
}

} // namespace segpay
