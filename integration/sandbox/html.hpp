// The frame of every page: head, stylesheet, links.
#pragma once

#include "common/escape_html.hpp"

#include <string>
#include <string_view>

namespace sandbox {

using common::escape_html;

/// A whole page around a body that is HTML already.
std::string html_page(std::string_view title, const std::string& body);

/// A link, or plain text where the address is neither http nor https.
std::string html_link(const std::string& address, const std::string& text);

/// <input type="hidden">.
std::string hidden_input(const std::string& name, const std::string& value);

} // namespace sandbox
