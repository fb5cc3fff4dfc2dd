// What a sale is where its words alone do not tell, and the catalogue has to be asked.
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
    const JoinOption* option = nullptr; // what was sold, where that made it what it is
    Objection doubt;                    // for the operator: the kind is a guess
};

// The kind of the row, but for two cases.
//
// A sign-up to an instant-conversion price point can arrive with the stage of a conversion. On a
// purchase that is known as opened it is the conversion. On another one that says its eTicket, the
// price tells: at the initial price it is what stage "initial" makes of it, a `join` or by its
// extras a `cross_sell`, `upsell` and so on (declined, a `denial`); at the price of a conversion an
// `upgrade`; at another price, the sign-up, doubted.
//
// A one-time item by one click is charged to the purchase that has the card and arrives as its
// rebill; a template that echoes no octoken does not tell it from a renewal. It is one when the
// eTicket is that of a one-time item, or when the price is none of the purchase's own and that of
// exactly one item that is sold by one click: a `one_click` or, at a token site, a
// `token_purchase` (declined, a `denial`). Of dynamic prices none is told by the amount alone, nor
// is what the postback itself says to recur (rval). A purchase whose own product is such an item
// has no renewals: at its price it is sold once more, and a decline is a `denial`.
Judged judge_kind(const Classification& row, const Postback& postback, const Config& config,
                  const Loaded& loaded, TimeMs now);

} // namespace segpay
