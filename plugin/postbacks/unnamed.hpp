// Unnamed: finds the purchase of a postback that names none. The simple templates of the Processing
// API 2.0 ("Setting up Postbacks") ask for the user name alone.
#pragma once

#include "config/config.hpp"
#include "ledger/ledger.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/trust.hpp"
#include "values/timestamp.hpp"

#include <optional>
#include <string>

namespace segpay {

// Whether it has no purchase id, but something to find a purchase by: a decline only its
// transaction id, which is known where a stand-in was approved; any other decline changes nothing.
// A postback that contradicts itself is not looked up.
bool is_unnamed(const Postback& postback);

struct Found {
    std::optional<Purchase> purchase;
    std::string why_not; // for the operator; without the user name, which may be an address
};

// By its transaction, if that is known: its own, or, for an event that takes money back, the sale
// that it names. Else by its user name, compared to the byte, if exactly one purchase fits: for
// each kind those that it can be about, and its eTicket and member exclude others.
//
// A sale that begins a purchase of its own, as a cross sell does, is never found so: it would
// overwrite that of its parent. An Enable comes before its sale or soon after it (Processing API
// 2.0, "Enable Postback Example"), so it can only be about a purchase that was opened within the
// last 75 minutes; one that an operator releases (`trust`) is about any that has access.
Found find_unnamed(const Postback& postback, const Config& config, Trust trust, TimeMs now,
                   Lookup& ledger);

} // namespace segpay
