// Checks the parts of a web address, from left to right.
#include "values/web_address.hpp"

#include "values/digits.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace segpay {

namespace {

enum class Flaw : std::uint8_t { none, scheme, unclean, blank, user, host, port };

constexpr std::array<const char*, 7> kWords = {
    "",
    "does not begin with https:// or http://",
    "holds a control character or is not UTF-8",
    "holds a blank, a quote, < or >; a blank is written %20",
    "has a user name or an @ before its host",
    "has no host, or one that is none; write e.g. https://www.example.com/",
    "has a port that is none",
};

// Characters that look like a space and are none, as UTF-8: no-break, zero-width, narrow and
// ideographic ones.
constexpr std::array<std::string_view, 5> kOtherBlanks = {
    "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE3\x80\x80", "\xEF\xBB\xBF"};

// The size of "https://" or "http://" in front; 0: neither.
std::size_t scheme_size(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return scheme.size();
    return 0;
}

bool holds_blank(std::string_view text) {
    unsigned found = 0, other = 0;
    for (const char c : text) { // without an early exit, so that a compiler vectorises it
        found |= unsigned{c == ' '} | unsigned{c == '"'} | unsigned{c == '<'} | unsigned{c == '>'};
        other |= static_cast<unsigned char>(c) & 0x80u;
    }
    if (found != 0 || other == 0) return found != 0;
    return std::ranges::any_of(kOtherBlanks, [&](std::string_view blank) {
        return text.find(blank) != std::string_view::npos;
    });
}

// Labels of letters, also of other scripts, digits, '-' and '_'; a dot may stand behind the last.
bool is_name(std::string_view host) {
    bool was_dot = true;
    for (const char c : host) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_other = c == '-' || c == '_' || (static_cast<unsigned char>(c) & 0x80u) != 0;
        if (c == '.' ? was_dot : !is_letter && !is_digit(c) && !is_other) return false;
        was_dot = c == '.';
    }
    return !host.empty();
}

// RFC 3986, 3.2.2; whether the numbers of IPv6 fit together is left to the browser.
bool is_literal(std::string_view host) {
    constexpr std::string_view kAllowed = "0123456789abcdefABCDEF:.";
    return host.size() > 2 && host.starts_with('[') && host.ends_with(']') &&
           host.substr(1, host.size() - 2).find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_port(std::string_view text) {
    if (text.empty()) return false;
    std::uint32_t port = 0;
    for (const char c : text) {
        if (!is_digit(c) || port > UINT16_MAX) return false;
        port = port * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return port <= UINT16_MAX;
}

Flaw flaw_of(std::string_view text) {
    const std::size_t begin = scheme_size(text);
    if (begin == 0) return Flaw::scheme;
    if (!is_clean(text)) return Flaw::unclean;
    if (holds_blank(text)) return Flaw::blank;

    std::string_view host = text.substr(begin, text.find_first_of("/?#", begin) - begin);
    if (host.find('@') != std::string_view::npos) return Flaw::user;
    const std::size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
    if (colon != std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return Flaw::port;
        host = host.substr(0, colon);
    }
    return is_name(host) || is_literal(host) ? Flaw::none : Flaw::host;
}

} // namespace

bool is_web_address(std::string_view text) { return flaw_of(text) == Flaw::none; }

Objection objection_to_web_address(std::string_view text) {
    const Flaw flaw = flaw_of(text);
    if (flaw == Flaw::none) return {};
    return kWords[static_cast<std::size_t>(flaw)];
}

} // namespace segpay
