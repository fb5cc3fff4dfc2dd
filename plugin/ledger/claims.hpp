// What every back end tells of a claim in the same words. Knows no storage.
//
// Threads: free functions, from any thread.
#pragma once

#include "ledger/followers.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <string>

namespace segpay {

// An entry that was just made, and handed out at once; without its event.
Entry new_entry(const std::string& key, std::int64_t sequence, TimeMs now, TimeMs lease_end);

// Adds to the claim of `event` what need not be done inside the transaction: the event of a new
// entry, a password that was not stored, and a note that somebody waits behind another.
void complete(Claim& claim, const Event& event, Followers& followers);

} // namespace segpay
