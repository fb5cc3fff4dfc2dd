// Percent-decoding and percent-encoding.
#include "wire/form.hpp"

#include <array>
#include <cstdint>

namespace segpay {

namespace {

constexpr std::array<bool, 256> kStandsForItself = [] {
    std::array<bool, 256> table{};
    for (unsigned c = '0'; c <= '9'; ++c)
        table[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c)
        table[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        table[c] = true;
    for (char c : {'-', '.', '_', '~', ':', ','})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

constexpr std::array<std::int8_t, 256> kHexValue = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t value = 0; value < kDigits.size(); ++value) {
        const auto digit = static_cast<unsigned char>(kDigits[value]);
        table[digit] = static_cast<std::int8_t>(value);
        if (value >= 10) table[digit - 'a' + 'A'] = static_cast<std::int8_t>(value);
    }
    return table;
}();

int hex_value(char c) { return kHexValue[static_cast<unsigned char>(c)]; }

std::string decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '+') {
            out += ' ';
        } else if (c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += c;
        }
    }
    return out;
}

} // namespace

Result<bool> decode_form(std::string_view encoded, Parameters& parameters, FormLimits limits) {
    while (!encoded.empty()) {
        const std::size_t end = encoded.find('&');
        const std::string_view piece = encoded.substr(0, end);
        encoded = end == std::string_view::npos ? std::string_view() : encoded.substr(end + 1);
        if (piece.empty()) continue;
        if (parameters.size() >= limits.fields)
            return Error{"more than " + std::to_string(limits.fields) + " fields"};

        const std::size_t equals = piece.find('=');
        Parameter parameter{
            decoded(piece.substr(0, equals)),
            equals == std::string_view::npos ? std::string() : decoded(piece.substr(equals + 1))};
        if (parameter.name.size() > limits.name_bytes)
            return Error{"a field name is longer than " + std::to_string(limits.name_bytes) +
                         " bytes"};
        if (parameter.value.size() > limits.value_bytes)
            return Error{"the value of \"" + parameter.name + "\" is longer than " +
                         std::to_string(limits.value_bytes) + " bytes"};
        parameters.push_back(std::move(parameter));
    }
    return true;
}

void append_encoded(std::string& out, std::string_view text) {
    constexpr char kHexDigits[] = "0123456789ABCDEF";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kStandsForItself[byte]) {
            out += c;
            continue;
        }
        out += '%';
        out += kHexDigits[byte >> 4];
        out += kHexDigits[byte & 15];
    }
}

std::string encode_form(const Parameters& parameters) {
    std::string out;
    for (const Parameter& parameter : parameters) {
        if (!out.empty()) out += '&';
        append_encoded(out, parameter.name);
        out += '=';
        append_encoded(out, parameter.value);
    }
    return out;
}

} // namespace segpay
