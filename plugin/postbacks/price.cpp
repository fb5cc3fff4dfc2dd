// The prices that an option may cost, by what was sold and when.
#include "postbacks/price.hpp"

#include <array>
#include <optional>

namespace segpay {

namespace {

bool is_within(const Money& amount, const Price& price) {
    return amount.currency == price.currency && price.minimum && price.maximum &&
           amount.minor >= price.minimum->minor && amount.minor <= price.maximum->minor;
}

// A price that is right, and what it is called. Null: the option has none of that name.
struct RightPrice {
    const Money* amount = nullptr;
    std::string_view name;
};
using RightPrices = std::array<RightPrice, 3>;

// A trial that Segpay does not grant a second time is sold at the recurring price.
RightPrices right_prices(const Price& price, EventKind kind) {
    RightPrices right;
    if (price.initial && !is_renewal(kind)) right[0] = {&price.initial->amount, "initial"};
    if (price.recurring) right[1] = {&price.recurring->amount, "recurring"};
    if (price.discount && !is_sale(kind)) right[2] = {&*price.discount, "discount"};
    return right;
}

std::string words_for(const RightPrices& prices) {
    std::string words;
    for (const auto& [amount, name] : prices)
        if (amount)
            words += (words.empty() ? "" : " or ") + money_text(*amount) + " (" +
                     std::string(name) + ")";
    return words;
}

std::string words_for(const Price& range) {
    return amount_text(range.minimum.value_or(Money())) + " to " +
           money_text(range.maximum.value_or(Money()));
}

} // namespace

Objection check_price(const EventDraft& event, const JoinOption& option) {
    if (!event.amount || event.approved != true) return {};
    const Money& amount = *event.amount;
    std::string right_words;
    if (option.price.type == Price::Type::dynamic) {
        if (is_within(amount, option.price)) return {};
        right_words = words_for(option.price);
    } else {
        const RightPrices prices = right_prices(option.price, event.kind);
        for (const RightPrice& right : prices)
            if (right.amount && *right.amount == amount) return {};
        right_words = words_for(prices);
        if (right_words.empty()) return {};
    }
    return "option " + option.id + " was " + (is_sale(event.kind) ? "sold for " : "charged with ") +
           money_text(amount) + "; it costs " + right_words;
}

bool is_authorisation_only(const Money& amount, const Money& initial) {
    if (initial.minor != 0 || amount.currency != initial.currency) return false;
    std::int64_t one = 1;
    for (unsigned i = 0; i < amount.currency.exponent(); ++i)
        one *= 10;
    return amount.minor == one;
}

} // namespace segpay
