// Price: whether a sale cost what the join option costs (config/segpay.yaml, "prices"). Customers
// can edit the pay-page link, and with it choose a cheaper price point of the package.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "values/objection.hpp"
#include "values/timestamp.hpp"

#include <optional>
#include <string>

namespace segpay {

// What an option's price is paid for.
enum class PriceName : std::uint8_t {
    initial,   // the sign-up
    recurring, // what comes after, and a sign-up whose trial is not granted a second time
    discount,  // an instant conversion, and what comes after it
    dynamic,   // whatever the host named an amount for
};

// Whether the price has that name and is the amount, or has the amount between its limits; or one
// that it was before and that is still accepted at `time`.
bool is_price(const Money& amount, const Price& price, PriceName name, TimeMs time);

// When it happened or, where Segpay does not say, arrived.
TimeMs time_of(const EventDraft& event);

// What an approved charge of that kind may cost then, for people: "2.95 USD (initial) or 29.95 USD
// (recurring)". Empty: there is nothing to compare an amount with.
std::string prices_of(const JoinOption& option, EventKind kind, TimeMs time);

// What is wrong with the amount of an approved charge, for the operator; nothing, where there is
// nothing to compare it with. The currency of prices is that of the price point, whatever currency
// the pay page showed (Processing API 2.0, "Dynamic Multi-Currency").
Objection check_price(const EventDraft& event, const JoinOption& option);

// Whether the sale was only authorised: of a delayed capture the first charge comes after the
// initial period, and the card is asked at the sign-up for what will be charged then.
bool is_captured_later(const EventDraft& event, const JoinOption& option);

// When the next bill comes after an early conversion (Processing API 2.0, "Instant Conversion",
// "Adjust Trial Length"). None: the price cannot be converted, or it depends on when the trial ends
// and `sold_at` is not known (0).
std::optional<TimeMs> next_bill_after_conversion(const Price& price, TimeMs sold_at,
                                                 TimeMs converted_at);

// A free trial may come with a price of 1.00 that is only authorised, never charged: the amount
// that stands for it.
bool is_authorisation_only(const Money& amount, const Money& initial);

} // namespace segpay
