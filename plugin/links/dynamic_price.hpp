// Dynamic prices: amounts that the host names for each sale, within what the option allows, and the
// proof of Segpay's pricing service that it knows them.
#pragma once

#include "links/link.hpp"

#include <optional>

namespace segpay {

// Appends what the page of a dynamic price takes. Error: the option has no dynamic price (null: a
// partner's product) and the request says something that only these have; or the request is not
// within the option's limits, or lacks what the page needs.
std::optional<Error> append_dynamic_price(const LinkRequest& request, const JoinOption* option,
                                          Link& link);

} // namespace segpay
