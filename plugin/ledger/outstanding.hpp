// Outstanding: member events that Segpay will send again, because the last answer was not success.
//
// An Enable, Disable, Cancel or Reactivation without an id or a time differs from an earlier one by
// the epoch of its purchase alone (events/identity.hpp). That is right for what was answered with
// success: what comes after it is new. What was answered with failure, or not at all, comes again,
// every 5 minutes for up to one hour (Processing API 2.0, "Retry postback"), and meanwhile other
// events may have changed the state: the repeat would look new, and an old Enable would open access
// for ever. So each purchase keeps a list of those that were not answered with success, and the
// next of the same kind within Segpay's time is that one, whatever came between.
//
// An event is outstanding from its claim on, so it is also after a crash before the answer left; it
// ends with the answer (Ledger::answered) or when Segpay's time is over. Segpay may not have waited
// for a late answer: then the event stays outstanding.
//
// What was kept for an operator, and may come again and be believed, stands here by the key of what
// is kept: of an Enable that came before its sale until the sale is believed, of anything else for
// good (purchase_changes.hpp).
//
// Threads: free functions, from any thread.
#pragma once

#include "ledger/ledger.hpp"

#include <string>
#include <string_view>

namespace segpay {

// The key of the event in its purchase, which gets the state after it; when the event repeats an
// outstanding one, the key is that one's and the state stays. `window_ms`: how long Segpay repeats.
std::string recognised(Purchase& purchase, const Arrival& arrival, TimeMs now, TimeMs window_ms);

// Whether the event with that key is in the list of the purchase.
bool is_outstanding(const Purchase& purchase, std::string_view key);

// Adds an event that was recognised under that key, unless it is there, with the time when it was
// received; removes those whose time is over. Events with an id or a time are not added, nor is one
// that waited longer than Segpay repeats it. False: nothing has changed.
bool remember_outstanding(Purchase& purchase, const Event& event, const Identity& identity,
                          const std::string& key, TimeMs now, TimeMs window_ms);

// It was answered with success. False: it was not in the list.
bool forget_outstanding(Purchase& purchase, std::string_view key);

} // namespace segpay
