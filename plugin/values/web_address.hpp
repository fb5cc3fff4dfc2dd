// Web address: where customers can be sent. One rule for the configuration and for the links of a
// host.
#pragma once

#include "values/objection.hpp"

#include <string_view>

namespace segpay {

// Whether a browser can open it: http:// or https:// in any case (RFC 3986, 3.1), a host, perhaps a
// port, and clean text (is_clean) without blanks, quotes, < and >. A user name before the host is
// refused: links show it. Allocates nothing.
bool is_web_address(std::string_view text);

// Why it is none; the caller puts the name of the value before it: "has no host".
Objection objection_to_web_address(std::string_view text);

} // namespace segpay
