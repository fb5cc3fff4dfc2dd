// Terms: what Segpay says of the price point beside what was paid.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/text_store.hpp"

namespace segpay {

// Warns ("terms_not_as_configured", and a sentence with what is said and what is configured) where
// a sale of `option` says another price or period of it (ival, iint, rval, rint) than the
// configuration: the price point was changed in the Merchant Portal, or the configuration has a
// typing error. Of a price that the host names they must lie between its limits; of a single use
// promotion they are their own. Judged by the time of the sale, which `event` tells. `texts` keeps
// the sentence.
void compare_terms(EventDraft& event, const Postback& postback, const JoinOption& option,
                   TextStore& texts);

} // namespace segpay
