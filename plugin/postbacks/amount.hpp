// Amount: what an event is about in money (Processing API 2.0, "Full List of Postback Parameters").
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/trust.hpp"
#include "values/objection.hpp"

namespace segpay {

// A charge whose amount cannot be read waits for the operator, who may let it go without one. What
// takes money back from a known purchase does not wait: it is of all that was paid. Nor does what
// changes nothing.
Objection tell_amount(EventDraft& event, const Postback& postback, const JoinOption* option,
                      const Loaded& loaded, bool is_opened, Trust trust);

// A free trial was not paid, whatever was authorised.
void note_authorisation(EventDraft& event, const Postback& postback, const JoinOption* option);

} // namespace segpay
