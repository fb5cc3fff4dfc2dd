// One function for each type of dynamic price.
#include "links/dynamic_price.hpp"

#include "links/parameters.hpp"
#include "links/price_hash.hpp"
#include "values/digits.hpp"

#include <charconv>

namespace segpay {

namespace {

// ---- Within limits ------------------------------------------------------------------------------

Objection objection_to_amount(std::string_view text, const Money& minimum, const Money& maximum) {
    const Result<Money> amount = parse_amount(text, minimum.currency);
    if (!amount) return amount.error();
    if (amount->minor >= minimum.minor && amount->minor <= maximum.minor) return {};
    return std::string(text) + " is not within " + amount_text(minimum) + " to " +
           money_text(maximum);
}

Objection objection_to_days(std::string_view text, const PeriodRange& range) {
    std::uint32_t days = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped_at, failure] = std::from_chars(text.data(), end, days);
    if (failure != std::errc() || stopped_at != end)
        return quoted(text) + " is not a number of days";
    if (days >= range.minimum_days && days <= range.maximum_days) return {};
    return std::to_string(days) + " is not within " + std::to_string(range.minimum_days) + " to " +
           std::to_string(range.maximum_days) + " days";
}

Error in_field(std::string_view field, const Objection& objection) {
    return {std::string(field) + ": " + objection.text()};
}

// ---- What is of dynamic prices only -------------------------------------------------------------

struct DynamicText {
    std::string_view field;
    std::string_view LinkRequest::*value;
    bool is_of_sales;         // Price::Type::dynamic accepts it
    bool is_of_subscriptions; // Price::Type::dynamic_recurring accepts it
};
constexpr DynamicText kTexts[] = {
    {"amount", &LinkRequest::amount, true, true},
    {"price_hash", &LinkRequest::price_hash, true, true},
    {"description", &LinkRequest::description, true, false},
    {"initial_days", &LinkRequest::initial_days, false, true},
    {"recurring_amount", &LinkRequest::recurring_amount, false, true},
    {"recurring_days", &LinkRequest::recurring_days, false, true},
};

std::string why_not(const JoinOption* option) {
    if (!option) return "what a partner sells has a fixed price";
    switch (option->price.type) {
        case Price::Type::dynamic:
            return "option " + option->id + " has a dynamic price that does not recur";
        case Price::Type::dynamic_recurring:
            return "option " + option->id + " has a dynamic recurring price, whose page takes none";
        default:
            return "option " + option->id + " has a fixed price";
    }
}

std::optional<Error> check_texts(const LinkRequest& request, const JoinOption* option) {
    const bool is_sale = option && option->price.type == Price::Type::dynamic;
    const bool is_subscription = option && option->price.type == Price::Type::dynamic_recurring;
    for (const DynamicText& text : kTexts) {
        const bool is_taken =
            (is_sale && text.is_of_sales) || (is_subscription && text.is_of_subscriptions);
        if (!is_taken && !(request.*text.value).empty())
            return Error{std::string(text.field) + ": " + why_not(option)};
    }
    return {};
}

// ---- The types ----------------------------------------------------------------------------------

// A dynamic price needs a hash of its amount that only Segpay can make (One Click Web Service,
// "Dynamic Pricing"), or the id that the newer pricing service gives for it; without one, the pay
// page refuses the amount. A service that asks Segpay fills in LinkRequest::price_hash before this
// call.
std::optional<Error> append_sale(const LinkRequest& request, const JoinOption& option, Link& link) {
    const Price& price = option.price;
    if (request.amount.empty())
        return Error{"amount: is missing; option " + option.id + " has a dynamic price"};
    if (Objection objection = objection_to_amount(request.amount, price.minimum.value_or(Money()),
                                                  price.maximum.value_or(Money())))
        return in_field("amount", objection);
    if (request.price_hash.empty())
        return Error{
            "price_hash: is missing; a link with a dynamic price needs a hash from "
            "Segpay's pricing service for its amount, which this version does not ask"};

    link.fields.push_back({"amount", request.amount});
    std::string_view id;
    if (!read_pricing_id(request.price_hash, id)) {
        link.fields.push_back({"dynamicpricingid", id});
    } else {
        PriceHash& hash = link.composed->price_hash;
        if (Objection objection = read_price_hash(request.price_hash, hash))
            return in_field("price_hash", objection);
        link.fields.push_back({"dynamictrans", {hash.data(), hash.size()}});
    }
    if (request.description.empty()) return {};
    return append_field("description", request.description, "dynamicdesc", Rule::text, link.fields);
}

// Dynamic Recurring Billing: the id stands for amounts and days, so none of these are on the link.
// The host repeats here what it asked the service for; Segpay refuses what is outside of the price
// point's ranges, and so does this check.
std::optional<Error> append_subscription(const LinkRequest& request, const JoinOption& option,
                                         Link& link) {
    struct Asked {
        std::string_view amount_field, amount, days_field, days;
        const std::optional<PeriodRange>& range;
    };
    for (const Asked& asked : {Asked{"amount", request.amount, "initial_days", request.initial_days,
                                     option.price.initial_range},
                               Asked{"recurring_amount", request.recurring_amount, "recurring_days",
                                     request.recurring_days, option.price.recurring_range}}) {
        if (!asked.range) continue;
        if (!asked.amount.empty())
            if (Objection objection =
                    objection_to_amount(asked.amount, asked.range->minimum, asked.range->maximum))
                return in_field(asked.amount_field, objection);
        if (!asked.days.empty())
            if (Objection objection = objection_to_days(asked.days, *asked.range))
                return in_field(asked.days_field, objection);
    }
    if (request.price_hash.empty())
        return Error{
            "price_hash: is missing; a link with a dynamic recurring price needs the id that "
            "Segpay's pricing service gives for its amounts and days, which this version does not "
            "ask"};
    std::string_view id;
    if (Objection objection = read_pricing_id(request.price_hash, id))
        return in_field("price_hash", objection);
    link.fields.push_back({"DynamicPricingID", id});
    return {};
}

} // namespace

std::optional<Error> append_dynamic_price(const LinkRequest& request, const JoinOption* option,
                                          Link& link) {
    if (auto error = check_texts(request, option)) return error;
    if (!option) return {};
    if (option->price.type == Price::Type::dynamic) return append_sale(request, *option, link);
    if (option->price.type == Price::Type::dynamic_recurring)
        return append_subscription(request, *option, link);
    return {};
}

} // namespace segpay
