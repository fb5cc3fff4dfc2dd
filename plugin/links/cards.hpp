// Cards: which of a member's purchases a one-click link or an instant conversion uses. Pure
// functions over purchases of the ledger, so that a host asks "one click for member M" and stores
// none of Segpay's ids.
#pragma once

#include "config/config.hpp"
#include "ledger/ledger.hpp"
#include "links/link.hpp"

#include <optional>
#include <span>

namespace segpay {

// Processing API 2.0, "Instant Conversion": valid up to 12 hours before the end of the trial ...
constexpr TimeMs kConversionEndsBeforeTrialMs = TimeMs{12} * 60 * 60 * 1000;
// ... and Segpay is not ready within two minutes of the sign-up (IC301Text).
constexpr TimeMs kConversionStartsAfterSignUpMs = TimeMs{2} * 60 * 1000;

// The purchases that choose_card needs: the one with that id or, when there is none, all of the
// member. Both empty: it needs none.
struct WantedPurchases {
    std::string_view purchase_id;
    std::string_view member_id;
};
WantedPurchases purchases_wanted(const LinkRequest& request);

// Fills in octoken or ictoken from `purchases`, the most recent that can be used, if the request
// asks for one and names none; a token that it names is checked if one of `purchases` has it.
// `request` then borrows from `purchases`. Error: no purchase can be used, with the reason why the
// most recent cannot; the message begins with the name of the field.
std::optional<Error> choose_card(const Config& config, std::span<const Purchase> purchases,
                                 TimeMs now, LinkRequest& request);

} // namespace segpay
