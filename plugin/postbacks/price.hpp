// Price: whether a sale cost what the join option costs (config/segpay.yaml, "prices"). Customers
// can edit the pay-page link, and with it choose a cheaper price point of the package.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "values/objection.hpp"

namespace segpay {

// What an option's price is paid for.
enum class PriceName : std::uint8_t {
    initial,   // the sign-up
    recurring, // what comes after, and a sign-up whose trial is not granted a second time
    discount,  // an instant conversion, and what comes after it
    dynamic,   // whatever the host named an amount for
};

// Whether the price has that name and is the amount, or has the amount between its limits.
bool is_price(const Money& amount, const Price& price, PriceName name);

// What is wrong with the amount of an approved charge, for the operator; nothing, where there is
// nothing to compare it with. The currency of prices is that of the price point, whatever currency
// the pay page showed (Processing API 2.0, "Dynamic Multi-Currency").
Objection check_price(const EventDraft& event, const JoinOption& option);

// A free trial may come with a price of 1.00 that is only authorised, never charged: the amount
// that stands for it.
bool is_authorisation_only(const Money& amount, const Money& initial);

} // namespace segpay
