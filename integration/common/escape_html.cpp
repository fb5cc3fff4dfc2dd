// A table of five characters.
#include "common/escape_html.hpp"

namespace common {

namespace {

constexpr std::string_view reference_of(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

} // namespace

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        const std::string_view reference = reference_of(c);
        if (reference.empty())
            escaped += c;
        else
            escaped += reference;
    }
    return escaped;
}

} // namespace common
