// The ways in which a postback can name a product, from the surest to the vaguest.
#include "postbacks/product.hpp"

#include "postbacks/promise.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

namespace segpay {

namespace {

// A one-time item that is sold by one click is charged to the purchase that has the card: what is
// remembered of that purchase is not what was sold.
bool is_charged_to_another(const EventDraft& event, const Postback& postback) {
    return (event.kind == EventKind::upsell || event.kind == EventKind::token_purchase ||
            event.kind == EventKind::one_click) &&
           postback[Fact::eticket].empty();
}

// What is sold under a ref code: the offer's option, its program, and whose form it was sold on.
Objection take_offer(EventDraft& event, const Offer& offer, std::string_view what,
                     const Config& config, const JoinOption*& option) {
    const JoinOption* offered = config.option(offer.option);
    if (!offered)
        return std::string(what) + " \"" + offer.ref + "\" is sold by merchant " +
               (offer.partner ? offer.partner->merchant_id : std::string("?")) +
               ", whose postbacks are not ours";
    if (!event.eticket.is_none() && offered->eticket != event.eticket)
        return std::string(what) + " \"" + offer.ref + "\" sells eticket " +
               to_string(offered->eticket) + ", but the purchase is of " + to_string(event.eticket);
    option = offered;
    event.program = offer.program;
    if (offer.partner) event.partner = offer.partner->merchant_id;
    return {};
}

} // namespace

Objection find_product(EventDraft& event, const Postback& postback, const Config& config,
                       const Known* known, TimeMs now, const JoinOption*& option) {
    const bool is_of_another = is_charged_to_another(event, postback);
    if (const std::string_view text = postback[Fact::eticket]; !text.empty()) {
        Result<ETicket> eticket = parse_eticket(text);
        if (!eticket) return eticket.error();
        event.eticket = *eticket;
    } else if (known && !is_of_another) {
        event.eticket = known->eticket;
    }

    option = config.option_of(event.eticket);
    if (!event.cross_sell_ref.empty()) {
        const Offer* offer = config.cross_sell(event.cross_sell_ref);
        if (!offer)
            return "cross-sell ref \"" + std::string(shortened(event.cross_sell_ref, 40)) +
                   "\" is not configured";
        if (Objection objection = take_offer(event, *offer, "cross-sell ref", config, option))
            return objection;
    } else if (const Offer* offer =
                   event.upsell.empty() ? nullptr : config.upsell(said(event.upsell));
               offer && (!option || option->id == offer->option)) {
        if (Objection objection = take_offer(event, *offer, "upsell", config, option))
            return objection;
    }
    const bool is_sold = is_sale(event.kind) && event.cross_sell_slot == 0;
    if (!option && (is_of_another || (is_sold && event.eticket.is_none())))
        option = sealed_option(postback, config, now);
    if (event.kind == EventKind::cross_sell && event.cross_sell_ref.empty())
        event.warnings.emplace_back("cross_sell_ref_not_said");

    if (option) {
        event.option = option->id;
        event.site = option->site;
        event.trial = option->is_trial;
        if (event.eticket.is_none()) event.eticket = option->eticket;
        return {};
    }
    if (!postback[Fact::eticket].empty())
        return "eticket " + to_string(event.eticket) + " is no configured join option";
    if (is_of_another || (is_sale(event.kind) && !(known && known->is_opened()))) {
        event.warnings.emplace_back("product_not_said");
    } else if (known) {
        event.option = known->option;
        event.site = known->site;
    }
    return {};
}

} // namespace segpay
