// The prices that an option may cost, by what was sold and when.
#include "postbacks/price.hpp"

#include <array>
#include <optional>

namespace segpay {

namespace {

// What is right for one name: a single amount, or all from the least to the most.
struct Right {
    Money least;
    Money most;

    bool holds(const Money& amount) const {
        return amount.currency == least.currency && amount.minor >= least.minor &&
               amount.minor <= most.minor;
    }
};

struct NameWords {
    PriceName name;
    std::string_view words;
};
constexpr std::array kNames = {
    NameWords{PriceName::initial, "initial"}, NameWords{PriceName::recurring, "recurring"},
    NameWords{PriceName::discount, "discount"}, NameWords{PriceName::dynamic, "dynamic"}};

std::optional<Right> right_for(PriceName name, const Price& price) {
    switch (name) {
        case PriceName::initial:
            if (price.initial) return Right{price.initial->amount, price.initial->amount};
            break;
        case PriceName::recurring:
            if (price.recurring) return Right{price.recurring->amount, price.recurring->amount};
            break;
        case PriceName::discount:
            if (price.discount) return Right{*price.discount, *price.discount};
            break;
        case PriceName::dynamic:
            if (price.minimum && price.maximum) return Right{*price.minimum, *price.maximum};
            break;
    }
    return std::nullopt;
}

// A trial that Segpay does not grant a second time is sold at the recurring price.
bool can_be_paid_for(PriceName name, EventKind kind) {
    if (name == PriceName::initial) return !is_renewal(kind);
    return name != PriceName::discount || !is_sale(kind);
}

std::string words_for(const Right& right, std::string_view name) {
    const std::string most = money_text(right.most) + " (" + std::string(name) + ")";
    return right.least == right.most ? most : amount_text(right.least) + " to " + most;
}

} // namespace

bool is_price(const Money& amount, const Price& price, PriceName name) {
    const std::optional<Right> right = right_for(name, price);
    return right && right->holds(amount);
}

Objection check_price(const EventDraft& event, const JoinOption& option) {
    if (!event.amount || event.approved != true) return {};
    std::string right_words;
    for (const auto& [name, words] : kNames) {
        if (!can_be_paid_for(name, event.kind)) continue;
        const std::optional<Right> right = right_for(name, option.price);
        if (!right) continue;
        if (right->holds(*event.amount)) return {};
        right_words += (right_words.empty() ? "" : " or ") + words_for(*right, words);
    }
    if (right_words.empty()) return {};
    return "option " + option.id + " was " + (is_sale(event.kind) ? "sold for " : "charged with ") +
           money_text(*event.amount) + "; it costs " + right_words;
}

bool is_authorisation_only(const Money& amount, const Money& initial) {
    if (initial.minor != 0 || amount.currency != initial.currency) return false;
    std::int64_t one = 1;
    for (unsigned i = 0; i < amount.currency.exponent(); ++i)
        one *= 10;
    return amount.minor == one;
}

} // namespace segpay
