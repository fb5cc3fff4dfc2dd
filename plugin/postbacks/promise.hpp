// The promise: is the postback about what we asked for? The seal over the link's values, and test
// money in a live account. Who sent the postback was asked before (request.hpp).
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/timestamp.hpp"

#include <string>
#include <string_view>

namespace segpay {

// Only a sale that opens something is promised by a link; a renewal echoes the link's values, but
// months later.
bool is_promised(EventKind kind);

// The seal that the link had; empty: none, or seals are off.
std::string_view seal_of(const Postback& postback, const Config& config);

// The option whose link the postback's seal proves, where the postback itself does not say what was
// sold; null when it has no good seal. The option lives in `config`.
const JoinOption* sealed_option(const Postback& postback, const Config& config, TimeMs now);

// What is wrong, for the operator; empty when the promise is kept.
std::string check_promise(const Event& event, const Postback& postback, const Config& config,
                          TimeMs now);

} // namespace segpay
