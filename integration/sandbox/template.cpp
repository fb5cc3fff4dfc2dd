// Placeholders in pasted URLs. Writes each URL twice: as it is sent, and with passwords masked.
#include "template.hpp"

#include "form.hpp"

namespace sandbox {
namespace {

constexpr std::string_view kPasswordPlaceholder = "extra password";
constexpr std::string_view kPasswordParameter = "password";
constexpr std::string_view kMask = "***";

// RFC 3986 allows none of these in a URL as they are.
bool is_illegal_in_url(unsigned char byte) {
    return byte <= 0x20 || byte >= 0x7f ||
           std::string_view("\"<>\\^`{|}").find(static_cast<char>(byte)) != std::string_view::npos;
}

void append_text(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (is_illegal_in_url(byte)) {
            out += {'%', kHex[byte >> 4], kHex[byte & 15]};
        } else {
            out += c;
        }
    }
}

} // namespace

void Filled::append(std::string_view name, std::string_view value) {
    std::string joint = sent.find('?') == std::string::npos ? "?" : "&";
    joint += encode_value(name) + "=";
    sent += joint + encode_value(value);
    shown += joint;
    shown += name == kPasswordParameter && !value.empty() ? kMask : encode_value(value);
}

Filled fill_in(std::string_view pasted, const Lookup& lookup) {
    Filled filled;
    while (!pasted.empty()) {
        std::size_t open = pasted.find('<');
        std::size_t close = open == std::string_view::npos ? open : pasted.find('>', open);
        std::string_view text = close == std::string_view::npos ? pasted : pasted.substr(0, open);
        append_text(filled.sent, text);
        append_text(filled.shown, text);
        if (close == std::string_view::npos) break;
        std::string name = lower(trimmed(pasted.substr(open + 1, close - open - 1)));
        std::string value = lookup(name);
        filled.sent += encode_value(value);
        filled.shown += name == kPasswordPlaceholder && !value.empty() ? std::string(kMask)
                                                                       : encode_value(value);
        pasted.remove_prefix(close + 1);
    }
    return filled;
}

bool is_default(std::string_view pasted) { return pasted.find('?') == std::string_view::npos; }

bool has_parameter(std::string_view pasted, std::string_view name) {
    std::string haystack = lower(pasted);
    std::string needle = std::string(name) + "=";
    for (std::size_t at = haystack.find(needle); at != std::string::npos;
         at = haystack.find(needle, at + 1)) {
        if (at > 0 && (haystack[at - 1] == '?' || haystack[at - 1] == '&')) return true;
    }
    return false;
}

} // namespace sandbox
