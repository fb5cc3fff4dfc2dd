// HTML escaping, for the pages and tools of this folder.
#pragma once

#include <string>
#include <string_view>

namespace common {

// Text for element content and quoted attributes: & < > " ' as references.
std::string escape_html(std::string_view text);

} // namespace common
