// Two questions to the catalogue: is it the sign-up, and is it another product?
#include "postbacks/meaning.hpp"

#include "postbacks/offers.hpp"
#include "postbacks/price.hpp"
#include "values/word.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr std::string_view kInstantConversion = "instantconversion";
constexpr std::string_view kRebill = "rebill";

const JoinOption* option_said(const Postback& postback, const Config& config) {
    const Result<ETicket> eticket = parse_eticket(postback[Fact::eticket]);
    return eticket ? config.option_of(*eticket) : nullptr;
}

bool is_initial_price(const Postback& postback, const JoinOption& option, TimeMs now) {
    const Price& price = option.price;
    const std::optional<Money> amount = said_amount(postback, price.currency);
    return amount && (is_price(*amount, price, PriceName::initial, said_time(postback, now)) ||
                      (price.initial && is_authorisation_only(*amount, price.initial->amount)));
}

// ---- A sign-up with the stage of a conversion ---------------------------------------------------

// Of the options that can be converted: whether the price is an initial price of one, and the
// conversion price of none. Without an eTicket the postback does not say which option it is.
bool is_only_an_initial_price(const Postback& postback, const Config& config, TimeMs now) {
    bool is_one = false;
    for (const JoinOption& option : config.options) {
        if (option.price.type != Price::Type::instant_conversion ||
            !said_amount(postback, option.price.currency))
            continue;
        if (costs(option, EventKind::upgrade, postback, now)) return false;
        is_one |= is_initial_price(postback, option, now);
    }
    return is_one;
}

Judged judge_conversion(const Classification& row, const Postback& postback, const Config& config,
                        const std::optional<Purchase>& purchase, TimeMs now) {
    const bool is_approved = row.approved == true;
    if (purchase && purchase->opened_by != EventKind::unknown) {
        const bool is_repeat = is_approved && is_sale(purchase->opened_by) &&
                               purchase->opening_transaction == postback[Fact::transaction_id];
        return {is_repeat ? purchase->opened_by : row.kind, nullptr, {}};
    }
    const EventKind sign_up = kind_as_sign_up(postback);
    if (postback[Fact::eticket].empty() && is_approved)
        return {is_only_an_initial_price(postback, config, now) ? sign_up : row.kind, nullptr, {}};
    const JoinOption* option = option_said(postback, config);
    if (!option || is_initial_price(postback, *option, now)) return {sign_up, nullptr, {}};
    if (said_amount(postback, option->price.currency) &&
        costs(*option, EventKind::upgrade, postback, now))
        return {row.kind, nullptr, {}};
    if (!is_approved) return {sign_up, nullptr, {}};
    return {sign_up, nullptr,
            "the stage is that of an instant conversion, the purchase is not known, and price \"" +
                std::string(shortened(postback[Fact::price], 40)) +
                "\" is neither the initial price of option " + option->id +
                " (then it is a sign-up) nor what a conversion costs"};
}

// ---- A one-click sale that arrives as a rebill --------------------------------------------------

// The option that the purchase was opened with, if it is still configured so.
const JoinOption* own_option(const Purchase& purchase, const Config& config) {
    const JoinOption* option = config.option(purchase.option);
    return option && option->eticket == purchase.eticket ? option : nullptr;
}

// Whether the amount is the recurring price that the postback itself gives.
bool is_said_to_recur(const Postback& postback, const JoinOption& own) {
    const auto said =
        std::ranges::find(postback.extras, "rval", [](const auto& extra) { return extra.first; });
    const std::optional<Money> amount = said_amount(postback, own.price.currency);
    if (said == postback.extras.end() || !amount) return false;
    const Result<Money> recurring = parse_amount(trimmed(said->second), amount->currency);
    return recurring && *recurring == *amount;
}

// The purchase's own product, if nothing of it renews and it is charged again at its price: to the
// card by one click, "classified as a rebill" (Processing API 2.0, "One Click Pricing").
const JoinOption* own_item(const Purchase& purchase, const Classification& row,
                           const Postback& postback, const Config& config, TimeMs now) {
    const JoinOption* own = own_option(purchase, config);
    if (!own || !is_charged_to_the_card(*own) || is_said_to_recur(postback, *own)) return nullptr;
    const Result<ETicket> said = parse_eticket(postback[Fact::eticket]);
    if (!postback[Fact::eticket].empty() && (!said || *said != own->eticket)) return nullptr;
    const bool is_sold = row.approved != true || costs(*own, EventKind::one_click, postback, now);
    return is_sold ? own : nullptr;
}

bool is_own_price(const JoinOption& own, const Postback& postback, TimeMs now) {
    if (costs(own, EventKind::join, postback, now)) return true;
    return !is_charged_to_the_card(own) && costs(own, EventKind::rebill, postback, now);
}

OffersThatFit other_products(const Purchase& purchase, const Postback& postback,
                             const Config& config, TimeMs now) {
    if (const JoinOption* said = option_said(postback, config)) {
        const bool is_other = said->eticket != purchase.eticket && is_charged_to_the_card(*said);
        return is_other ? OffersThatFit{said, 1} : OffersThatFit{};
    }
    const JoinOption* own = own_option(purchase, config);
    if (!own || !said_amount(postback, own->price.currency) || is_own_price(*own, postback, now) ||
        is_said_to_recur(postback, *own))
        return {};
    // In the currency that the postback says, or else that of the purchase. A configured amount is
    // evidence; an amount between two limits is not.
    const bool is_currency_said = !postback[Fact::currency].empty();
    return offers_that_fit(config, [&](const JoinOption& option) {
        return option.price.type != Price::Type::dynamic && is_charged_to_the_card(option) &&
               (is_currency_said || option.price.currency == own->price.currency) &&
               costs(option, EventKind::one_click, postback, now);
    });
}

// If several products fit, the seal may show which one was sold; else the sale waits.
Judged judge_rebill(const Classification& row, const Postback& postback, const Config& config,
                    const std::optional<Purchase>& purchase, TimeMs now) {
    const bool is_known = purchase && purchase->opened_by != EventKind::unknown;
    if (!is_known) return {row.kind, nullptr, {}};
    const OffersThatFit others = other_products(*purchase, postback, config, now);
    if (others.count > 1)
        return {row.approved == true ? EventKind::one_click : EventKind::denial, nullptr, {}};
    const JoinOption* option =
        others.first ? others.first : own_item(*purchase, row, postback, config, now);
    if (!option) return {row.kind, nullptr, {}};
    if (row.approved != true) return {EventKind::denial, option, {}};
    return {is_of_token_site(*option, config) ? EventKind::token_purchase : EventKind::one_click,
            option,
            {}};
}

} // namespace

Judged judge_kind(const Classification& row, const Postback& postback, const Config& config,
                  const Loaded& loaded, TimeMs now) {
    const bool is_renewal_row =
        row.kind == EventKind::rebill || row.kind == EventKind::insufficient_funds;
    if (is_renewal_row && row.stage == kRebill)
        return judge_rebill(row, postback, config, loaded.purchase, now);
    const bool is_conversion_row =
        row.kind == EventKind::upgrade || row.kind == EventKind::upgrade_denial;
    if (is_conversion_row && row.stage == kInstantConversion)
        return judge_conversion(row, postback, config, loaded.purchase, now);
    return {row.kind, nullptr, {}};
}

} // namespace segpay
