// Extras: what an event says beside its fields.
#pragma once

#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/facts.hpp"

namespace segpay {

// Facts that have no field in the event, or not in one of this kind, travel as extras.
inline void add_extra(EventDraft& event, const Postback& postback, Fact fact) {
    if (!postback[fact].empty()) event.extras.emplace_back(canonical_name(fact), postback[fact]);
}

} // namespace segpay
