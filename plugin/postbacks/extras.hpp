// Extras: what an event carries beside its fields.
#pragma once

#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/facts.hpp"

namespace segpay {

// A fact that has no field in the event, or none in one of this kind, becomes an extra.
inline void add_extra(EventDraft& event, const Postback& postback, Fact fact) {
    if (!postback[fact].empty()) event.extras.emplace_back(canonical_name(fact), postback[fact]);
}

} // namespace segpay
