// From a postback to what the host is told: the event and its identity, a question, or the reason
// why an operator has to look at it first.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "events/identity.hpp"
#include "ledger/ledger.hpp"
#include "postbacks/postback.hpp"

#include <optional>
#include <string>

namespace segpay {

struct Translation {
    enum class Outcome {
        event,      // `event` and `identity` are complete
        probe,      // `event` holds user name, e-mail and site
        unknown,    // no row of the matrix fits; `reason` shows its words
        quarantine, // not believed or not understood; `reason` says why
    };
    Outcome outcome = Outcome::unknown;
    Event event;
    Identity identity;
    std::string reason;
};

// How much is believed. An operator who releases a request has looked at it.
enum class Trust { verify, released };

// `purchase` is what the ledger remembers of the postback's purchase. Pure.
Translation translate(const Postback& postback, const Config& config,
                      const std::optional<Purchase>& purchase, TimeMs now, Trust trust);

} // namespace segpay
