// The prices that an option may cost, by kind of charge and time.
#include "postbacks/price.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace segpay {

namespace {

// What is right for one name: a single amount, or a range.
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

Right exactly(const Money& amount) { return {amount, amount}; }

std::optional<Right> right_for(PriceName name, const PriceParts& price) {
    switch (name) {
        case PriceName::initial:
            if (price.initial) return exactly(price.initial->amount);
            if (price.initial_range)
                return Right{price.initial_range->minimum, price.initial_range->maximum};
            break;
        case PriceName::recurring:
            if (price.recurring) return exactly(price.recurring->amount);
            if (price.recurring_range)
                return Right{price.recurring_range->minimum, price.recurring_range->maximum};
            break;
        case PriceName::discount:
            if (price.discount) return exactly(*price.discount);
            break;
        case PriceName::dynamic:
            if (price.minimum && price.maximum) return Right{*price.minimum, *price.maximum};
            break;
    }
    return std::nullopt;
}

bool is_accepted(const FormerPrice& price, TimeMs time) {
    return price.ends_at_ms == 0 || time < price.ends_at_ms;
}

// A customer to whom Segpay does not grant a second trial pays the recurring price.
bool can_be_paid_for(PriceName name, EventKind kind) {
    if (name == PriceName::initial) return !is_renewal(kind);
    return name != PriceName::discount || !is_sale(kind);
}

std::string words_for(const Right& right, std::string_view name) {
    const std::string most = money_text(right.most) + " (" + std::string(name) + ")";
    return right.least == right.most ? most : amount_text(right.least) + " to " + most;
}

} // namespace

TimeMs time_of(const EventDraft& event) {
    return event.occurred_at_ms != 0 ? event.occurred_at_ms : event.received_at_ms;
}

bool is_price(const Money& amount, const Price& price, PriceName name, TimeMs time) {
    const auto is_right = [&](const PriceParts& parts) {
        const std::optional<Right> right = right_for(name, parts);
        return right && right->holds(amount);
    };
    return is_right(price) ||
           std::ranges::any_of(price.also_accepted, [&](const FormerPrice& former) {
               return is_accepted(former, time) && is_right(former);
           });
}

std::string prices_of(const JoinOption& option, EventKind kind, TimeMs time) {
    std::string all;
    const auto add = [&](const std::optional<Right>& right, std::string_view name) {
        if (right) all += (all.empty() ? "" : " or ") + words_for(*right, name);
    };
    for (const auto& [name, words] : kNames) {
        if (!can_be_paid_for(name, kind)) continue;
        add(right_for(name, option.price), words);
        for (const FormerPrice& former : option.price.also_accepted)
            if (is_accepted(former, time))
                add(right_for(name, former), "former " + std::string(words));
    }
    return all;
}

Objection check_price(const EventDraft& event, const JoinOption& option) {
    if (!event.amount || event.approved != true) return {};
    const TimeMs time = time_of(event);
    const bool is_right = std::ranges::any_of(kNames, [&](const NameWords& row) {
        return can_be_paid_for(row.name, event.kind) &&
               is_price(*event.amount, option.price, row.name, time);
    });
    if (is_right) return {};
    const std::string right_words = prices_of(option, event.kind, time);
    if (right_words.empty()) return {};
    return "option " + option.id + " was " + (is_sale(event.kind) ? "sold for " : "charged with ") +
           money_text(*event.amount) + "; it costs " + right_words;
}

bool is_captured_later(const EventDraft& event, const JoinOption& option) {
    return option.price.type == Price::Type::delayed_capture && event.amount &&
           is_sale(event.kind) && event.amount->minor != 0 &&
           is_price(*event.amount, option.price, PriceName::recurring, time_of(event));
}

std::optional<TimeMs> next_bill_after_conversion(const Price& price, TimeMs sold_at,
                                                 TimeMs converted_at) {
    if (price.type != Price::Type::instant_conversion || !price.initial || !price.recurring)
        return std::nullopt;
    const TimeMs period = TimeMs{price.recurring->days} * kDayMs;
    if (price.adjusts_trial) return converted_at + period;
    if (sold_at == 0) return std::nullopt;
    return std::max(converted_at, sold_at + TimeMs{price.initial->days} * kDayMs) + period;
}

bool is_authorisation_only(const Money& amount, const Money& initial) {
    if (initial.minor != 0 || amount.currency != initial.currency) return false;
    std::int64_t one = 1;
    for (unsigned i = 0; i < amount.currency.exponent(); ++i)
        one *= 10;
    return amount.minor == one;
}

} // namespace segpay
