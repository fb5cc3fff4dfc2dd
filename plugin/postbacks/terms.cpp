// Two amounts and two numbers of days.
#include "postbacks/terms.hpp"

#include "postbacks/offers.hpp"
#include "values/digits.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <charconv>
#include <cstdint>

namespace segpay {

namespace {

std::string_view extra_of(const Postback& postback, std::string_view name) {
    for (const auto& [known, value] : postback.extras)
        if (known == name) return trimmed(value);
    return {};
}

// Whether the amount is one that the option can cost then.
bool is_right_amount(std::string_view said_price, EventKind kind, const Postback& postback,
                     const JoinOption& option, TimeMs now) {
    Postback priced;
    priced[Fact::price] = said_price;
    priced[Fact::currency] = postback[Fact::currency];
    return costs(option, kind, priced, now);
}

bool is_nothing(std::string_view amount) {
    return amount.find_first_not_of("0.") == std::string_view::npos;
}

// A period of no days, in the configuration or in the postback, says nothing.
bool is_right_period(std::string_view said_days, const std::optional<Period>& period) {
    const std::string_view text = said(said_days);
    if (text.empty() || !period || period->days == 0) return true;
    std::uint32_t days = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), days);
    return failure == std::errc() && end == text.data() + text.size() && days == period->days;
}

bool are_as_configured(const Postback& postback, const JoinOption& option, TimeMs now) {
    const std::string_view initial = postback[Fact::initial_value];
    if (!initial.empty() && !is_right_amount(initial, EventKind::join, postback, option, now))
        return false;
    const std::string_view recurring = extra_of(postback, "rval");
    const bool recurs = option.price.recurring.has_value();
    if (!recurs && !is_nothing(recurring)) return false;
    if (recurs && !is_nothing(recurring) &&
        !is_right_amount(recurring, EventKind::rebill, postback, option, now))
        return false;
    return is_right_period(extra_of(postback, "iint"), option.price.initial) &&
           is_right_period(extra_of(postback, "rint"), option.price.recurring);
}

bool is_promotion(const Postback& postback) {
    const std::string_view promotion = extra_of(postback, "singleusepromo");
    return !said(promotion).empty() && !is_word(promotion, "no") && !is_word(promotion, "false");
}

// Amounts, and days where it recurs, are of each sale.
bool is_named_by_host(const Price& price) {
    return price.type == Price::Type::dynamic || price.type == Price::Type::dynamic_recurring;
}

} // namespace

void compare_terms(EventDraft& event, const Postback& postback, const JoinOption& option,
                   TimeMs now) {
    if (!is_sale(event.kind) || is_named_by_host(option.price) || is_promotion(postback) ||
        are_as_configured(postback, option, now))
        return;
    event.warnings.emplace_back("terms_not_as_configured");
}

} // namespace segpay
