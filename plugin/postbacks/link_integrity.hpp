// The promise: is the postback about what we asked for? The seal over the link's values, and test
// money in a live account. Who sent the postback was asked before (request.hpp).
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

#include <string_view>

namespace segpay {

// What a link of ours promised: a sale that a customer decided on, and the access that begins
// before that sale is told. A renewal echoes the link's values too, but months later; what was sold
// on another merchant's form was promised by a link of his, and nobody of ours is named by it.
bool comes_from_link(const EventDraft& event, bool is_opened);

// The seal that the link had; empty: none, or seals are off.
std::string_view seal_of(const Postback& postback, const Config& config);

// The option whose link the postback's seal proves, where the postback itself does not say what was
// sold; null when it has no good seal. The option lives in `config`.
const JoinOption* sealed_option(const Postback& postback, const Config& config, TimeMs now);

// What is wrong with whose postback it is: another merchant's reached this account. On a partner's
// form the partner may be named.
Objection check_merchant(const EventDraft& event, const Postback& postback, const Config& config);

// What is wrong, for the operator; none when the promise is kept. `is_opened`: the sale that opens
// the purchase was believed before.
Objection check_link_integrity(const EventDraft& event, const Postback& postback,
                               const Config& config, bool is_opened, TimeMs now);

} // namespace segpay
