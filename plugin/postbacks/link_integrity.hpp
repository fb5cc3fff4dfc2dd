// Link integrity: whether the postback is about what a link of this account asked for. Checks the
// seal over the link's values, and test money in a live account. The sender was authenticated
// before (request.hpp).
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

#include <string_view>

namespace segpay {

// Whether a link of this account vouches for the event: a sale that a customer decided on, or
// access that begins before the event of that sale. A renewal echoes the link's values too, but
// months later; a sale on another merchant's form comes from a link of that merchant, and names no
// member of this account.
bool comes_from_link(const EventDraft& event, bool is_opened);

// The seal that the link had; empty: none, or seals are off.
std::string_view seal_of(const Postback& postback, const Config& config);

// The option whose link the postback's seal proves, where the postback itself does not say what was
// sold; null when it has no good seal. The option lives in `config`.
const JoinOption* sealed_option(const Postback& postback, const Config& config, TimeMs now);

// The objection to a postback of another merchant that reached this account. On a partner's form
// the partner may be named.
Objection check_merchant(const EventDraft& event, const Postback& postback, const Config& config);

// The objection, for the operator; none when the postback agrees with its link. `is_opened`: the
// sale that opens the purchase was accepted before.
Objection check_link_integrity(const EventDraft& event, const Postback& postback,
                               const Config& config, bool is_opened, TimeMs now);

} // namespace segpay
