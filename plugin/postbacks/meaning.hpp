// The kind of a sale whose words alone do not decide it: the catalogue does.
#pragma once

#include "config/config.hpp"
#include "postbacks/known.hpp"
#include "postbacks/matrix.hpp"
#include "postbacks/postback.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

namespace segpay {

struct Judged {
    EventKind kind = EventKind::unknown;
    const JoinOption* option = nullptr; // what was sold, if that decided the kind
    Objection doubt;                    // for the operator: the kind is a guess
};

// The kind of the row, but for two cases.
//
// A sign-up to an instant-conversion price point can arrive with the stage of a conversion. On a
// purchase that is known as opened it is the conversion. On another one whose postback has an
// eTicket, the price decides: at the initial price it is what stage "initial" makes of it, a `join`
// or by its extras a `cross_sell`, `upsell` and so on (declined, a `denial`); at the price of a
// conversion an `upgrade`; at another price, the sign-up, doubted.
//
// A one-time item by one click is charged to the purchase that has the card and arrives as its
// rebill; if the template echoes no octoken, it looks like a renewal. It is an item when the
// eTicket is that of a one-time item, or when the price is none of the purchase's own and that of
// exactly one item that is sold by one click: a `one_click` or, at a token site, a `token_purchase`
// (declined, a `denial`). The amount alone identifies no dynamic price, nor anything that the
// postback itself says to recur (rval). A purchase whose own product is such an item has no
// renewals: at its price it is sold once more, and a decline is a `denial`.
Judged judge_kind(const Classification& row, const Postback& postback, const Config& config,
                  const Loaded& loaded, TimeMs now);

} // namespace segpay
