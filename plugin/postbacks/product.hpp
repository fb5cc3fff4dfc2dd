// Product: which join option of which site a postback is about.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

namespace segpay {

// Of a sale, and of access that begins before its sale: by the ref code of a cross sell or upsell
// (whose slot and values are in the event already), by the eTicket, by the seal, by what the link
// said and the price; the configuration must know it. Of what comes later on a purchase that a sale
// has opened, as remembered (`known` may be null), whatever it says and whatever was changed in the
// configuration since. Of a decline, which changes nothing, as far as it can be told.
//
// Fills eTicket, option, site, trial, program and partner; `option` is null when the configuration
// does not know it, and stays what it is when the caller knows it.
Objection find_product(EventDraft& event, const Postback& postback, const Config& config,
                       const Known* known, TimeMs now, const JoinOption*& option);

// Of a sale that is charged to a card on file: why it waits, where nothing tells what was sold.
Objection check_product(const EventDraft& event);

} // namespace segpay
