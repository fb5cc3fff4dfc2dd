// What an event changes in what is known of its purchase, and which repeat contradicts a stored
// event. The rules are the same for every back end of the ledger; nothing here knows storage.
#pragma once

#include "ledger/ledger.hpp"

#include <optional>
#include <string>

namespace segpay {

// The purchase after the event. What the event does not say stays; what a purchase is (its eTicket,
// option and site) is decided once, by the approved sale that opens it. `state` is left alone: it
// is already the one after the event.
Purchase learned(Purchase purchase, const Event& event);

// What a kept request changes in its purchase. A sale that would open it holds it: later events
// wait until an operator decides. An Enable that came before the sale and is not believed comes
// again and is believed then, so it is released with the sale. Of a purchase that is open, any of
// them may come again and be believed, once the configuration is corrected: the purchase notes that
// there is one. A kept sale also sets the user name, which nothing vouches for anyway: postbacks
// that name no purchase find it by that. False: nothing has changed.
bool learn_kept(Purchase& purchase, const KeptRequest& request, TimeMs now);

// Whether something of the purchase was kept that may come again and be believed.
bool has_kept(const Purchase& purchase);

// Whether what comes for the purchase waits for a decision about the sale that would open it.
bool is_waiting_for_sale(const Purchase& purchase);

// Whether the event opens a purchase that is held: it may be the sale that others wait for.
bool opens_held(const Purchase& purchase, const Event& event);

// The part of a stored event that its repeat must not contradict.
struct Essence {
    std::string purchase_id;
    std::optional<Money> amount;
};

// Why `event` cannot be a repeat of the stored one; none when it can. Only transactions can
// contradict themselves: a member event has no amount, and its key holds its purchase. What one of
// the two does not say contradicts nothing: a postback template may be repaired between two tries.
std::optional<std::string> contradiction(const Event& event, const Essence& stored);

} // namespace segpay
