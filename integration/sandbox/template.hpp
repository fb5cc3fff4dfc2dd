// Postback URLs as pasted in the portal: filling in the placeholders. Has no purchases.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sandbox {

/// A filled-in URL (or form), and the same with every password masked, for display.
struct Filled {
    std::string sent;
    std::string shown;

    /// Appends "name=value", with '?' or '&' before it as the URL needs it.
    void append(std::string_view name, std::string_view value);
};

/// Finds a placeholder's value by its lower-cased name without the angle brackets, "purchaseid" or
/// "extra username". An unknown name has an empty value.
using Lookup = std::function<std::string(std::string_view)>;

/// Replaces each <placeholder> by its escaped value. Text outside placeholders is sent byte for
/// byte, except for bytes that HTTP does not allow in a URL, which are percent-escaped.
Filled fill_in(std::string_view pasted, const Lookup& lookup);

/// No parameters typed: Segpay sends a default postback, with all parameters that it has.
bool is_default(std::string_view pasted);

/// Whether the pasted URL has a parameter of this name, in any case.
bool has_parameter(std::string_view pasted, std::string_view name);

} // namespace sandbox
