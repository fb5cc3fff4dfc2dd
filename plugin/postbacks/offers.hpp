// Offers by one click: which options can be sold so, and which of them a postback without an
// eTicket is about.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/postback.hpp"
#include "values/timestamp.hpp"

#include <cstddef>
#include <optional>

namespace segpay {

// The amount of the postback, without its sign; in `currency` if the postback has none. nullopt:
// there is no amount that can be read.
std::optional<Money> said_amount(const Postback& postback, Currency currency);

// The time of the transaction or, where the postback has none, `now`.
TimeMs said_time(const Postback& postback, TimeMs now);

// Whether an approved charge of that kind costs what the postback says; true when it says nothing.
bool costs(const JoinOption& option, EventKind kind, const Postback& postback, TimeMs now);

// Whether Segpay charges it, by one click, to the purchase that has the card, and posts it as a
// rebill of that purchase; any other product becomes a purchase of its own (Processing API 2.0,
// "One Click Pricing").
bool is_charged_to_the_card(const JoinOption& option);

bool is_of_token_site(const JoinOption& option, const Config& config);

// Whether it can have been offered by one click: one click is enabled for it, or an upsell sells
// it.
bool is_sold_by_one_click(const JoinOption& option, const Config& config);

// The options that are sold by one click and fit.
struct OffersThatFit {
    const JoinOption* first = nullptr;
    std::size_t count = 0;
};
template <class Fits>
OffersThatFit offers_that_fit(const Config& config, Fits fits) {
    OffersThatFit offers;
    for (const JoinOption& option : config.options) {
        if (!is_sold_by_one_click(option, config) || !fits(option)) continue;
        if (offers.count++ == 0) offers.first = &option;
    }
    return offers;
}

// What was sold by one click, by the values of the link and by the price: with tokenplus an option
// of a token site, and of those, if the value is a number of tokens that is sold, only these;
// without, but with octoken, one of a membership site, and only if none of them fits, any. `event`
// has kind, upsell, tokenplus and octoken. Null: not exactly one fits.
const JoinOption* offer_sold(const EventDraft& event, const Postback& postback,
                             const Config& config, TimeMs now);

} // namespace segpay
