// Terms: what Segpay says of the price point beside what was paid.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/timestamp.hpp"

namespace segpay {

// Warns ("terms_not_as_configured") where a sale of `option` says another price or period of it
// (ival, iint, rval, rint) than the configuration: the price point was changed in the Merchant
// Portal, or the configuration has a typing error. Of a dynamic price and of a single use promotion
// they are their own.
void compare_terms(EventDraft& event, const Postback& postback, const JoinOption& option,
                   TimeMs now);

} // namespace segpay
