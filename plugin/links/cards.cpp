// The rules for cards on file and for trials that can be converted.
#include "links/cards.hpp"

#include "links/parameters.hpp"
#include "values/word.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr TimeMs kDayMs = TimeMs{24} * 60 * 60 * 1000;

const JoinOption* option_of(const Config& config, const Purchase& purchase) {
    if (const JoinOption* option = config.option(purchase.option)) return option;
    return config.option_of(purchase.eticket);
}

TimeMs end_of_initial_period(const Purchase& purchase, const Price& price) {
    const TimeMs days = price.initial ? price.initial->days : 0;
    return purchase.opened_at_ms + days * kDayMs;
}

// ---- What both want -----------------------------------------------------------------------------

// Objections say why a purchase cannot be used, in words that follow "purchase 26346680 ".

Objection objection_to_owner(const Purchase& purchase, const LinkRequest& request) {
    if (!purchase.held_by.empty()) return "waits for the operator's decision about its sale";
    if (!request.member_id.empty() && !purchase.member_id.empty() &&
        request.member_id != purchase.member_id)
        return "is another member's";
    return {};
}

Objection objection_to_sale(const Purchase& purchase, const LinkRequest& request) {
    if (Objection objection = objection_to_owner(purchase, request)) return objection;
    if (purchase.opened_by == EventKind::unknown) return "has no sale that the ledger knows";
    if (purchase.is_unpaid) return "is not paid: its sale was taken back";
    return {};
}

// ---- One click ----------------------------------------------------------------------------------

// Processing API 2.0, <cardtype>: what it lists beside cards. "The one-click option is only
// available for credit card payments."
bool is_card(std::string_view card_type) {
    return !is_word(card_type, "echeck") && !is_word(card_type, "directdebit");
}

bool never_expires(const JoinOption* option) {
    return option && (option->price.type == Price::Type::digital ||
                      option->price.type == Price::Type::dynamic);
}

// When access ended or, if no event said so, when the paid period of a single sale ran out. 0: it
// has not ended.
TimeMs end_of(const Purchase& purchase, const JoinOption* option) {
    if (purchase.ended_at_ms != 0) return purchase.ended_at_ms;
    const bool runs_out = option && option->price.type == Price::Type::one_time &&
                          option->price.initial && option->price.initial->days > 0;
    return runs_out ? end_of_initial_period(purchase, option->price) : 0;
}

Objection objection_to_age(const Purchase& purchase, const JoinOption* option, TimeMs now) {
    if (never_expires(option)) return {};
    const TimeMs end = end_of(purchase, option);
    if (end == 0 || now < end + kCardServesAfterEndMs) return {};
    return "ended at " + iso_text(end) + ", 30 days ago or longer";
}

// Checks the sites whose members may buy an upsell.
Objection objection_to_site(const Config& config, const Purchase& purchase,
                            const LinkRequest& request) {
    const Offer* offer = request.upsell.empty() ? nullptr : config.upsell(request.upsell);
    if (!offer || offer->from_sites.empty() || purchase.site.empty()) return {};
    const auto& sites = offer->from_sites;
    if (std::find(sites.begin(), sites.end(), purchase.site) != sites.end()) return {};
    return "is of site " + purchase.site + ", whose members upsell " + offer->ref + " is not for";
}

Objection objection_to_card(const Config& config, const Purchase& purchase,
                            const LinkRequest& request, TimeMs now) {
    if (Objection objection = objection_to_sale(purchase, request)) return objection;
    if (!is_card(purchase.card_type)) return "was paid by " + purchase.card_type + ", not by card";
    if (Objection objection = objection_to_age(purchase, option_of(config, purchase), now))
        return objection;
    return objection_to_site(config, purchase, request);
}

// For an octoken that the host names itself: an old card leads to the full page, which sells as
// well.
Objection objection_to_named_card(const Config& config, const Purchase& purchase,
                                  const LinkRequest& request, TimeMs) {
    if (purchase.id != request.octoken) return {};
    if (Objection objection = objection_to_owner(purchase, request)) return objection;
    return objection_to_site(config, purchase, request);
}

// ---- Instant conversion -------------------------------------------------------------------------

Objection objection_to_times(const Purchase& purchase, const Price& price, TimeMs now) {
    if (purchase.opened_at_ms == 0) return "began at a time that the ledger does not know";
    const TimeMs from = purchase.opened_at_ms + kConversionStartsAfterSignUpMs;
    if (now < from)
        return "was sold at " + iso_text(purchase.opened_at_ms) + " and can be converted from " +
               iso_text(from) + " on, two minutes later; it is " + iso_text(now);
    const TimeMs trial_end = end_of_initial_period(purchase, price);
    const TimeMs until = trial_end - kConversionEndsBeforeTrialMs;
    if (now > until)
        return "has a trial that ends at " + iso_text(trial_end) +
               " and could be converted until " + iso_text(until) + ", 12 hours before; it is " +
               iso_text(now);
    return {};
}

// Processing API 2.0, "Instant Conversion/One-Click Errors": refuses what Segpay would refuse
// (ERR302, ERR304, ERR305, ERR306, ERR310).
Objection objection_to_trial(const Config& config, const Purchase& purchase,
                             const LinkRequest& request, TimeMs now) {
    if (Objection objection = objection_to_sale(purchase, request)) return objection;
    const JoinOption* option = option_of(config, purchase);
    if (!option || option->price.type != Price::Type::instant_conversion)
        return "was not sold at an instant-conversion price";
    if (!request.option.empty() && request.option != option->id)
        return "was sold as option " + option->id;
    if (purchase.trans_guid.empty())
        return "has no trans_guid; the Transaction Postback has to echo transguid=<transguid>";
    if (purchase.converted_at_ms != 0)
        return "was converted at " + iso_text(purchase.converted_at_ms);
    if (purchase.ended_at_ms != 0) return "ended at " + iso_text(purchase.ended_at_ms);
    if (!purchase.state.renews) return "was cancelled";
    return objection_to_times(purchase, option->price, now);
}

Objection objection_to_named_trial(const Config& config, const Purchase& purchase,
                                   const LinkRequest& request, TimeMs now) {
    if (purchase.trans_guid != request.ictoken) return {};
    return objection_to_trial(config, purchase, request, now);
}

// ---- The choice ---------------------------------------------------------------------------------

// What a kind of link needs of a purchase: the token on the link, where a purchase has that token,
// and when the purchase can be used, if found here or if named by the host.
struct Need {
    LinkKind kind;
    std::string_view field;
    std::string_view LinkRequest::*token;
    std::string Purchase::*source;
    Objection (*objection)(const Config&, const Purchase&, const LinkRequest&, TimeMs);
    Objection (*objection_to_named)(const Config&, const Purchase&, const LinkRequest&, TimeMs);
};
constexpr Need kNeeds[] = {
    {LinkKind::one_click, "octoken", &LinkRequest::octoken, &Purchase::id, objection_to_card,
     objection_to_named_card},
    {LinkKind::instant_conversion, "ictoken", &LinkRequest::ictoken, &Purchase::trans_guid,
     objection_to_trial, objection_to_named_trial},
};

const Need* need_of(const LinkRequest& request) {
    const auto need = std::find_if(std::begin(kNeeds), std::end(kNeeds),
                                   [&](const Need& each) { return each.kind == request.kind; });
    return need == std::end(kNeeds) ? nullptr : need;
}

Error refusal(const Need& need, const Purchase& purchase, const Objection& objection) {
    return {std::string(need.field) + ": purchase " + purchase.id + " " + objection.text()};
}

Error nothing_known(const Need& need, const LinkRequest& request) {
    return {std::string(need.field) + ": is missing, and the ledger knows no purchase " +
            (request.purchase_id.empty() ? "of member " + quoted(request.member_id)
                                         : quoted(request.purchase_id))};
}

std::optional<Error> check_named(const Need& need, const Config& config,
                                 std::span<const Purchase> purchases, TimeMs now,
                                 const LinkRequest& request) {
    for (const Purchase& purchase : purchases)
        if (Objection objection = need.objection_to_named(config, purchase, request, now))
            return refusal(need, purchase, objection);
    return {};
}

} // namespace

WantedPurchases purchases_wanted(const LinkRequest& request) {
    if (!need_of(request)) return {};
    if (request.kind == LinkKind::one_click && !request.octoken.empty())
        return {request.octoken, {}};
    if (!request.purchase_id.empty()) return {request.purchase_id, {}};
    return {{}, request.member_id};
}

std::optional<Error> choose_card(const Config& config, std::span<const Purchase> purchases,
                                 TimeMs now, LinkRequest& request) {
    const Need* need = need_of(request);
    if (!need) return {};
    if (!(request.*need->token).empty()) return check_named(*need, config, purchases, now, request);
    const WantedPurchases wanted = purchases_wanted(request);
    if (wanted.purchase_id.empty() && wanted.member_id.empty()) return {}; // see build_link
    if (purchases.empty()) return nothing_known(*need, request);

    const Purchase* serving = nullptr;
    const Purchase* latest = nullptr;
    Objection why;
    const auto is_later = [](const Purchase& each, const Purchase* than) {
        return !than || each.opened_at_ms > than->opened_at_ms;
    };
    for (const Purchase& purchase : purchases) {
        Objection objection = need->objection(config, purchase, request, now);
        if (!objection) {
            if (is_later(purchase, serving)) serving = &purchase;
        } else if (is_later(purchase, latest)) {
            latest = &purchase;
            why = std::move(objection);
        }
    }
    if (!serving) return refusal(*need, *latest, why);
    request.*need->token = serving->*need->source;
    return {};
}

} // namespace segpay
