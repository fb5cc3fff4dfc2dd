// Unnamed: which purchase a postback is about that names none. The simple templates of the
// Processing API 2.0 ("Setting up Postbacks") ask for the user name alone.
#pragma once

#include "config/config.hpp"
#include "ledger/ledger.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/trust.hpp"
#include "values/timestamp.hpp"

#include <optional>
#include <string>

namespace segpay {

// Whether it says no purchase id, but something by which a purchase may be found: a decline by its
// transaction id alone, which is known where a stand-in was approved. Any other changes nothing.
// What contradicts itself is not looked for.
bool is_unnamed(const Postback& postback);

struct Found {
    std::optional<Purchase> purchase;
    std::string why_not; // for the operator; without the user name, which may be an address
};

// By the transaction that it says, if that is known: its own, or of what takes money back the sale
// that it names. Else by its user name, to the byte, if exactly one purchase fits: for each kind
// those to which it can have happened, and the eTicket and the member that it says exclude others.
//
// Never found so is a sale that begins a purchase of its own, as a cross sell does: it would be
// written over that of its parent. An Enable comes before its sale or soon after it (Processing API
// 2.0, "Enable Postback Example"), so it can only be about a purchase that was opened within the
// last 75 minutes; one that an operator releases (`trust`) is about any that has access.
Found find_unnamed(const Postback& postback, const Config& config, Trust trust, TimeMs now,
                   Lookup& ledger);

} // namespace segpay
