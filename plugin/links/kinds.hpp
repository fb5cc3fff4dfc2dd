// Kinds: which fields of a request mean something on a link of each kind. The others are refused,
// so that no host believes to have sent what no page takes.
#pragma once

#include "links/link.hpp"

#include <optional>

namespace segpay {

// Error: the request says something that a link of its kind does not take; the message begins with
// the name of the field.
std::optional<Error> check_kind(const LinkRequest& request);

} // namespace segpay
