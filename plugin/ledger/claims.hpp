// What every back end tells of a claim in the same words. Knows no storage.
//
// Threads: free functions, from any thread.
#pragma once

#include "ledger/followers.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// An entry that was just made, and handed out at once; without its event.
Entry new_entry(const std::string& key, std::int64_t sequence, TimeMs now, TimeMs lease_end);

// Adds to the claim of `event` what need not be done inside the transaction: the event of a new
// entry, a password that was not stored, and a note that somebody waits behind another.
void complete(Claim& claim, const Event& event, Followers& followers);

// Who decided about what Segpay told again and was believed.
constexpr std::string_view kByRepeat = "believed when it came again";

// What becomes of an entry that is kept for a purchase when a sale opens the purchase.
enum class Fate {
    stays,
    follows, // it was held until then
    is_told, // it tells of that very sale
};
Fate fate_of(const Entry& kept, const Event& opening);

// Whether the entry is a sale whose release would open a purchase: what is held waits for it.
bool is_undecided_sale(const Entry& entry);

// Why an entry, as it is inside the transaction, is not to be released or dismissed.
std::optional<Decision> not_to_release(const std::optional<Entry>& entry);
std::optional<Decision> not_to_dismiss(const std::optional<Entry>& entry);

} // namespace segpay
