// Form encoding as the pay page and the postbacks use it: parameters in, percent-escapes out.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sandbox {

/// Parameters by lower-cased name. Segpay returns user-defined names in lower case.
using Params = std::map<std::string, std::string>;

constexpr std::size_t kMaxBodyBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxParams = 200;

std::string lower(std::string_view text);
std::string trimmed(std::string_view text);

/// Reads "a=1&b=2". The last of two values of one name counts. Throws Refusal (400) on a broken
/// escape and on more than kMaxParams parameters.
Params parse_form(std::string_view text);

/// The value of a parameter, or the fallback where there is none.
std::string value_of(const Params& params, const std::string& name, std::string fallback = "");

/// "1", "yes", "true" and "on" are yes; so a JSON true and a ticked check box are.
bool is_yes(const Params& params, const std::string& name);

/// Escapes a value as Segpay does: "7%2f28%2f2008+3%3a38%3a43+PM+(GMT+STANDARD+TIME)".
std::string encode_value(std::string_view value);

} // namespace sandbox
