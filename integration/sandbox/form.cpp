// Form encoding over Poco's percent decoder; escapes in Segpay's own style.
#include "form.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cctype>

#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr std::string_view kPlain = "-_.!*()";

// Poco takes '+' for a space only behind a question mark; these are bare pairs.
std::string decoded(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    std::string out;
    try {
        Poco::URI::decode(spaced, out);
    } catch (const Poco::Exception&) {
        throw Refusal(400,
                      "a parameter has a broken percent escape; expected % and two hex digits");
    }
    return out;
}

} // namespace

std::string lower(std::string_view text) { return Poco::toLower(std::string(text)); }

std::string trimmed(std::string_view text) { return Poco::trim(std::string(text)); }

Params parse_form(std::string_view text) {
    Params params;
    std::size_t count = 0;
    while (!text.empty()) {
        std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        if (++count > kMaxParams) {
            throw Refusal(400, "more than " + std::to_string(kMaxParams) + " parameters");
        }
        auto equals = pair.find('=');
        auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
        params[lower(decoded(pair.substr(0, equals)))] = decoded(value);
    }
    return params;
}

std::string value_of(const Params& params, const std::string& name, std::string fallback) {
    auto found = params.find(name);
    if (found == params.end()) return fallback;
    return found->second;
}

bool is_yes(const Params& params, const std::string& name) {
    std::string value = lower(value_of(params, name));
    return value == "1" || value == "yes" || value == "true" || value == "on";
}

std::string encode_value(std::string_view value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (char c : value) {
        auto byte = static_cast<unsigned char>(c);
        bool ascii_word = byte < 0x80 && std::isalnum(byte);
        if (ascii_word || kPlain.find(c) != std::string_view::npos) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += {'%', kHex[byte >> 4], kHex[byte & 15]};
        }
    }
    return out;
}

} // namespace sandbox
