// Brackets, and the name between them.
#include "values/placeholder.hpp"

#include "values/blank.hpp"
#include "values/facts.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace segpay {

namespace {

constexpr std::array<std::string_view, 5> kOpening = {"<", "%3c", "%253c", "&lt;", "&amp;lt;"};
constexpr std::array<std::string_view, 5> kClosing = {">", "%3e", "%253e", "&gt;", "&amp;gt;"};
constexpr std::array<std::string_view, 8> kSpaces = {"+",          "%20",    "%2520",  "%c2%a0",
                                                     "%25c2%25a0", "&nbsp;", "&#160;", "_"};

// In all of these the text must be in small letters.
bool take_from_begin(std::string_view& text, std::span<const std::string_view> any_of) {
    for (std::string_view part : any_of)
        if (text.starts_with(part)) {
            text.remove_prefix(part.size());
            return true;
        }
    return false;
}

bool take_from_end(std::string_view& text, std::span<const std::string_view> any_of) {
    for (std::string_view part : any_of)
        if (text.ends_with(part)) {
            text.remove_suffix(part.size());
            return true;
        }
    return false;
}

bool take_space_from_begin(std::string_view& text) {
    const std::size_t blank = blank_at_begin(text);
    text.remove_prefix(blank);
    return blank != 0 || take_from_begin(text, kSpaces);
}

bool take_space_from_end(std::string_view& text) {
    const std::size_t blank = blank_at_end(text);
    text.remove_suffix(blank);
    return blank != 0 || take_from_end(text, kSpaces);
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
}

} // namespace

bool is_placeholder(std::string_view value) {
    constexpr std::size_t kLongest = 128; // a name of 64 characters, with all its escapes
    value = trimmed(value);
    if (value.size() > kLongest || !may_be_placeholder(value)) return false;
    const std::string small = lower_case(value);
    std::string_view inside = small;
    const bool is_opened = take_from_begin(inside, kOpening);
    const bool is_closed = take_from_end(inside, kClosing);
    if (!is_opened && !is_closed) return false;
    while (take_space_from_begin(inside) || take_space_from_end(inside)) {
    }
    constexpr std::string_view kExtra = "extra";
    std::string_view name = inside;
    if (name.starts_with(kExtra)) {
        name.remove_prefix(kExtra.size());
        bool is_apart = false;
        while (take_space_from_begin(name))
            is_apart = true;
        if (is_apart) return is_name(name);
    }
    return find_parameter(inside) != nullptr;
}

} // namespace segpay
