// Finds the options that fit.
#include "postbacks/offers.hpp"

#include "postbacks/price.hpp"
#include "values/said.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace segpay {

namespace {

using Options = std::vector<const JoinOption*>;

template <class Fits>
Options those(const Options& options, Fits fits) {
    Options found;
    std::copy_if(options.begin(), options.end(), std::back_inserter(found),
                 [&](const JoinOption* option) { return fits(*option); });
    return found;
}

} // namespace

std::optional<Money> said_amount(const Postback& postback, Currency currency) {
    if (postback[Fact::price].empty()) return std::nullopt;
    if (!postback[Fact::currency].empty()) {
        const std::optional<Currency> said = Currency::from_code(postback[Fact::currency]);
        if (!said) return std::nullopt;
        currency = *said;
    }
    const Result<Money> amount = parse_amount(postback[Fact::price], currency);
    if (!amount) return std::nullopt;
    Money positive = *amount;
    if (positive.minor < 0) positive.minor = -positive.minor;
    return positive;
}

TimeMs said_time(const Postback& postback, TimeMs now) {
    const Result<TimeMs> time = parse_timestamp(postback[Fact::transaction_time]);
    return time ? *time : now;
}

bool costs(const JoinOption& option, EventKind kind, const Postback& postback, TimeMs now) {
    EventDraft charge;
    charge.kind = kind;
    charge.approved = true;
    charge.amount = said_amount(postback, option.price.currency);
    charge.occurred_at_ms = said_time(postback, now);
    return !check_price(charge, option);
}

bool is_charged_to_the_card(const JoinOption& option) {
    return option.price.type == Price::Type::one_time ||
           option.price.type == Price::Type::digital || option.price.type == Price::Type::dynamic;
}

bool is_of_token_site(const JoinOption& option, const Config& config) {
    const Site* site = config.site(option.site);
    return site && site->type == Site::Type::token;
}

bool is_sold_by_one_click(const JoinOption& option, const Config& config) {
    return option.has_one_click ||
           std::any_of(config.upsells.begin(), config.upsells.end(),
                       [&](const Offer& offer) { return offer.option == option.id; });
}

const JoinOption* offer_sold(const EventDraft& event, const Postback& postback,
                             const Config& config, TimeMs now) {
    Options fitting;
    for (const JoinOption& option : config.options)
        if (is_sold_by_one_click(option, config) &&
            (!event.is_later_sale || is_charged_to_the_card(option)) &&
            costs(option, event.kind, postback, now))
            fitting.push_back(&option);

    const auto has_tokens = [&](const JoinOption& option) {
        return is_of_token_site(option, config);
    };
    const auto has_none = [&](const JoinOption& option) { return !has_tokens(option); };
    const std::string_view tokenplus = said(event.tokenplus);
    if (event.kind == EventKind::token_purchase) {
        fitting = those(fitting, has_tokens);
        const Options counted = those(fitting, [&](const JoinOption& option) {
            return option.tokens != 0 && std::to_string(option.tokens) == tokenplus;
        });
        if (!counted.empty()) fitting = counted;
    } else if (event.kind == EventKind::one_click && !said(event.octoken).empty()) {
        const Options memberships = those(fitting, has_none);
        if (!memberships.empty()) fitting = memberships;
    }
    return fitting.size() == 1 ? fitting.front() : nullptr;
}

} // namespace segpay
