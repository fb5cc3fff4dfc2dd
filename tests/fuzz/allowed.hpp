// The kinds of event that a request's parameters allow, by protocol and guides. Independent of the
// plugin's own matrix on purpose: the two are compared. Where the history of a purchase decides
// between two kinds, both are allowed.
#pragma once

#include "wire/form.hpp"

#include <string_view>

namespace segpay::fuzz {

// `kind` is a name as in biller_event.kind_name.
bool is_allowed(std::string_view kind, const Parameters& request);

} // namespace segpay::fuzz
