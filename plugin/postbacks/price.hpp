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

// What a price of an option is paid for.
enum class PriceName : std::uint8_t {
    initial,   // the sign-up
    recurring, // later charges, and a sign-up whose trial is not granted a second time
    discount,  // an instant conversion, and later charges
    dynamic,   // any sale whose amount the host sets
};

// Whether the amount is the price of that name, or within its limits; or was so at a former price
// that is still accepted at `time`.
bool is_price(const Money& amount, const Price& price, PriceName name, TimeMs time);

// The time of the event or, where Segpay says none, of its arrival.
TimeMs time_of(const EventDraft& event);

// What an approved charge of that kind may cost at `time`, for people: "2.95 USD (initial) or 29.95
// USD (recurring)". Empty: there is nothing to compare an amount with.
std::string prices_of(const JoinOption& option, EventKind kind, TimeMs time);

// The objection to the amount of an approved charge, for the operator; none where there is nothing
// to compare it with. The currency of prices is that of the price point, whatever currency the pay
// page showed (Processing API 2.0, "Dynamic Multi-Currency").
Objection check_price(const EventDraft& event, const JoinOption& option);

// Whether the sale was only authorised: with a delayed capture the first charge comes after the
// initial period, and the sign-up authorises the amount that will be charged then.
bool is_captured_later(const EventDraft& event, const JoinOption& option);

// The next billing date after an early conversion (Processing API 2.0, "Instant Conversion",
// "Adjust Trial Length"). nullopt: the price cannot be converted, or the date depends on the end of
// the trial and `sold_at` is not known (0).
std::optional<TimeMs> next_bill_after_conversion(const Price& price, TimeMs sold_at,
                                                 TimeMs converted_at);

// Whether the amount only authorises a free trial: 1.00, which is never charged.
bool is_authorisation_only(const Money& amount, const Money& initial);

} // namespace segpay
