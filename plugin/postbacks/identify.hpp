// Identity: recognises a repeat of a postback (events/identity.hpp).
#pragma once

#include "events/identity.hpp"
#include "postbacks/matrix.hpp"
#include "postbacks/postback.hpp"

namespace segpay {

// A transaction is identified by its id and the words of its row; a decline without an id by a
// digest of all that it says, so that its repeat is one and another decline is another. A member
// event is identified by its purchase, its action and the epoch; where the template asks for an id
// or a time, by that instead of the epoch, and a late repeat stays a repeat whatever happened in
// between.
void identify(Identity& identity, const EventDraft& event, const Postback& postback,
              const Classification& row);

} // namespace segpay
