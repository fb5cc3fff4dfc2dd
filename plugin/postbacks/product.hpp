// Product: which join option of which site a postback is about.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

namespace segpay {

// A sale, and access that begins before its sale, goes by the ref code of a cross sell or upsell
// (whose slot and values are in the event already), by the eTicket, by the seal, by the values of
// the link and the price; the product must be configured. A later event of a purchase that a sale
// has opened goes by the ledger (`known` may be null), whatever the postback says and however the
// configuration has changed. A decline, which changes nothing, goes as far as the evidence does.
//
// Fills eTicket, option, site, trial, program and partner; `option` is null when it is not
// configured, and stays when the caller has set it.
Objection find_product(EventDraft& event, const Postback& postback, const Config& config,
                       const Known* known, TimeMs now, const JoinOption*& option);

// The reason to quarantine a sale to a card on file when there is no evidence of what was sold.
Objection check_product(const EventDraft& event);

} // namespace segpay
