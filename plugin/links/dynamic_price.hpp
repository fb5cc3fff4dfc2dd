// Dynamic prices: amounts that the host sets for each sale, within what the option allows, and the
// proof that Segpay's pricing service has them.
#pragma once

#include "links/link.hpp"

#include <optional>

namespace segpay {

// Appends the parameters of a dynamic price's page. Error: the option has no dynamic price (null: a
// partner's product) and the request has a field that needs one; or the request is not within the
// option's limits, or lacks what the page needs.
std::optional<Error> append_dynamic_price(const LinkRequest& request, const JoinOption* option,
                                          Link& link);

} // namespace segpay
