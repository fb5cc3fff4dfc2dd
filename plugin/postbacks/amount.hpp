// Amount: the money of an event (Processing API 2.0, "Full List of Postback Parameters").
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/trust.hpp"
#include "values/objection.hpp"

namespace segpay {

// A charge whose amount cannot be read waits for the operator, who may release it without one. A
// refund of a known purchase does not wait: it is of all that was paid. Neither does an event that
// changes nothing.
Objection set_amount(EventDraft& event, const Postback& postback, const JoinOption* option,
                     const Loaded& loaded, bool is_opened, Trust trust);

// Sets the amount of a sale that was only authorised, as of a free trial, to 0.
void note_authorisation(EventDraft& event, const Postback& postback, const JoinOption* option);

} // namespace segpay
