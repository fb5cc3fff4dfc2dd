// Parses the hash of a dynamic price.
#include "links/price_hash.hpp"

#include <algorithm>
#include <cstddef>

namespace segpay {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Takes one character, escaped or not, from the front of `text`.
char take(std::string_view& text) {
    const bool is_escape =
        text.size() >= 3 && text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
    const char c =
        is_escape ? static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2])) : text[0];
    text.remove_prefix(is_escape ? 3 : 1);
    return c;
}

// 20 bytes fill 26 characters and four bits of the 27th; one '=' completes the last four.
bool is_base64_of_20_bytes(const PriceHash& hash) {
    const auto is_digit = [](char c) { return kBase64.find(c) != std::string_view::npos; };
    return std::all_of(hash.begin(), hash.end() - 1, is_digit) && hash.back() == '=' &&
           kBase64.find(hash[hash.size() - 2]) % 4 == 0;
}

} // namespace

Objection read_pricing_id(std::string_view text, std::string_view& id) {
    constexpr std::string_view kPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    const bool is_guid = std::equal(
        text.begin(), text.end(), kPattern.begin(), kPattern.end(),
        [](char c, char wanted) { return wanted == '-' ? c == '-' : hex_value(c) >= 0; });
    if (!is_guid)
        return "is not an id of the pricing service, e.g. 0f8fad5b-d9cb-469f-a165-70867728950e";
    id = text;
    return {};
}

Objection read_price_hash(std::string_view text, PriceHash& hash) {
    std::size_t count = 0;
    while (!text.empty()) {
        const char c = take(text);
        if (count < hash.size()) hash[count] = c;
        ++count;
    }
    if (count != hash.size())
        return "has " + std::to_string(count) + " characters; a hash is 28 characters of base64, " +
               "percent-encoded or not";
    if (!is_base64_of_20_bytes(hash))
        return "is not base64 of 20 bytes: 27 letters, digits, '+' and '/', then '='";
    return {};
}

} // namespace segpay
