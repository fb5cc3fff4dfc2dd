// Product: which join option of which site a postback is about.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

namespace segpay {

// By the ref code of a cross sell or upsell (whose slot and values are in the event already), by
// the eTicket, by the seal, or as remembered (`known` may be null). Fills eTicket, option, site,
// trial, program and partner; `option` is null when it is not known.
Objection find_product(EventDraft& event, const Postback& postback, const Config& config,
                       const Known* known, TimeMs now, const JoinOption*& option);

} // namespace segpay
