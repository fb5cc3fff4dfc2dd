// From a postback to what the host is told: the event and its identity, a question, or the reason
// why an operator has to look at it first.
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
        quarantine, // not believed or not understood; `reason` says why
    };
    Outcome outcome = Outcome::unknown;
    EventDraft event;
    Identity identity; // in quarantine: only of what was understood but is not believed
    std::string reason;
    // In quarantine for no fault of its own: the sale that opens its purchase waits there.
    bool is_held = false;
    TextStore texts; // those of the event that were made for it

    void clear();
};

// Pure. `translation` is used again from postback to postback: warm, an ordinary one allocates
// nothing. Its event lives no longer than the four that it is made of.
void translate(const Postback& postback, const Config& config, const Loaded& loaded, TimeMs now,
               Trust trust, Translation& translation);
void translate(const Postback&, const Config&, const Loaded&&, TimeMs, Trust,
               Translation&) = delete; // the event would outlive its memory

} // namespace segpay
