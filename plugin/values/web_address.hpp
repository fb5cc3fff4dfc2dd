// Web address: where customers can be sent. One rule for what is configured and for what a host
// puts on a link.
#pragma once

#include "values/objection.hpp"

#include <string_view>

namespace segpay {

// Whether a browser finds its way there: http:// or https:// in any case (RFC 3986, 3.1), a host,
// perhaps a port, and clean text (is_clean) without blanks, quotes, < and >. A user name before the
// host is none of it: links show what they carry. Allocates nothing.
bool is_web_address(std::string_view text);

// Of what is none, the reason, for the name of what was read to go before: "has no host".
Objection objection_to_web_address(std::string_view text);

} // namespace segpay
