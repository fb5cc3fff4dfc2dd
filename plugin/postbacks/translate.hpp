// Translates a postback into what the host gets: the event and its identity, a question, or the
// reason why an operator has to check it first.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "events/identity.hpp"
#include "postbacks/known.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/trust.hpp"
#include "values/text_store.hpp"

#include <optional>
#include <string>

namespace segpay {

struct Translation {
    enum class Outcome {
        event,      // `event` and `identity` are complete
        probe,      // `event` holds user name, e-mail and site
        unknown,    // no row of the matrix fits; `reason` shows its words
        quarantine, // not trusted or not understood; `reason` says why
    };
    Outcome outcome = Outcome::unknown;
    EventDraft event;
    Identity identity; // in quarantine: only of an event that is understood but not trusted
    std::string reason;
    // Quarantined only because the sale that opens its purchase is.
    bool is_held = false;
    TextStore texts; // texts that were made for the event

    void clear();
};

// Pure. `translation` can be reused for the next postback: once warm, an ordinary one allocates
// nothing. Its event lives no longer than the other arguments.
void translate(const Postback& postback, const Config& config, const Loaded& loaded, TimeMs now,
               Trust trust, Translation& translation);
void translate(const Postback&, const Config&, const Loaded&&, TimeMs, Trust,
               Translation&) = delete; // the event would refer to destroyed data

} // namespace segpay
