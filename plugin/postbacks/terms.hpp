// Terms: what Segpay says of the price point beside what was paid.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/text_store.hpp"

namespace segpay {

// Warns ("terms_not_as_configured", and a sentence with what the postback says and what is
// configured) when the price or period of a sale of `option` (ival, iint, rval, rint) is not as
// configured: the price point was changed in the Merchant Portal, or the configuration has a typing
// error. A price that the host sets must be within its limits; a single use promotion has terms of
// its own and is not compared. Former prices count by the time of the sale, which `event` has.
// `texts` stores the sentence.
void compare_terms(EventDraft& event, const Postback& postback, const JoinOption& option,
                   TextStore& texts);

} // namespace segpay
