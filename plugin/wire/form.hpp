// The form encoding of HTML (application/x-www-form-urlencoded): the one language in which links go
// out and postbacks come in. Knows no parameter by name.
#pragma once

#include "values/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Limits on what comes from outside.
constexpr std::size_t kMaxRequestBytes = std::size_t{64} * 1024; // query and body together
constexpr std::size_t kMaxFields = 256;
constexpr std::size_t kMaxNameBytes = 64;                     // decoded
constexpr std::size_t kMaxValueBytes = std::size_t{8} * 1024; // decoded

struct Parameter {
    std::string name; // as sent
    std::string value;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};
using Parameters = std::vector<Parameter>;

struct FormLimits {
    std::size_t fields = kMaxFields;
    std::size_t name_bytes = kMaxNameBytes;
    std::size_t value_bytes = kMaxValueBytes;
};

// Decodes `encoded` and appends what it holds, in order. '+' is a space; a '%' that begins no
// escape stands for itself; empty pieces ("&&") are skipped. Error: a limit is exceeded; it names
// the field.
Result<bool> decode_form(std::string_view encoded, Parameters& parameters, FormLimits limits = {});

// Percent-encodes every byte but letters, digits and "-._~:,"; the last two are legal in a query,
// and Segpay's own examples show eTickets and price-point lists with them.
void append_encoded(std::string& out, std::string_view text);

// "name=value&name=value".
std::string encode_form(const Parameters& parameters);

} // namespace segpay
