// Kinds: which fields of a request mean something on a link of each kind. The others are refused,
// so that no host relies on a value that no page accepts.
#pragma once

#include "links/link.hpp"

#include <optional>

namespace segpay {

// Error: the request has a field that a link of its kind does not accept; the message begins with
// the name of the field.
std::optional<Error> check_kind(const LinkRequest& request);

} // namespace segpay
