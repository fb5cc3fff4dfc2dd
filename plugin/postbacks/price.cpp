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
RightPrices right_prices(const Price& price) {
    RightPrices right;
    if (price.initial) right[0] = {&price.initial->amount, "initial"};
    if (price.recurring) right[1] = {&price.recurring->amount, "recurring"};
    if (price.discount) right[2] = {&*price.discount, "discount"};
    return right;
}

} // namespace

std::string check_price(const EventDraft& event, const JoinOption& option) {
    if (!event.amount || event.approved != true) return {};
    const Money& amount = *event.amount;
    const std::string_view what = is_sale(event.kind) ? "sold for " : "charged with ";
    if (option.price.type == Price::Type::dynamic) {
        if (is_within(amount, option.price)) return {};
        return "option " + option.id + " was " + std::string(what) + money_text(amount) +
               "; it costs " + amount_text(option.price.minimum.value_or(Money())) + " to " +
               money_text(option.price.maximum.value_or(Money()));
    }
    const std::optional<Period>& usual =
        is_sale(event.kind) ? option.price.initial : option.price.recurring;
    if (usual && usual->amount == amount) return {};
    std::string right_words;
    for (const auto& [right, name] : right_prices(option.price)) {
        const bool is_due = right && !(is_sale(event.kind) && name == "discount") &&
                            !(is_renewal(event.kind) && name == "initial");
        if (!is_due) continue;
        if (amount == *right) return {};
        right_words += (right_words.empty() ? "" : " or ") + money_text(*right) + " (" +
                       std::string(name) + ")";
    }
    if (right_words.empty()) return {};
    return "option " + option.id + " was " + std::string(what) + money_text(amount) +
           "; it costs " + right_words;
}

bool is_authorisation_only(const Money& amount, const Money& initial) {
    if (initial.minor != 0 || amount.currency != initial.currency) return false;
    std::int64_t one = 1;
    for (unsigned i = 0; i < amount.currency.exponent(); ++i)
        one *= 10;
    return amount.minor == one;
}

} // namespace segpay
