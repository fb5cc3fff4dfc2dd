// The evidence of what was sold, from the strongest to the weakest.
#include "postbacks/product.hpp"

#include "postbacks/link_integrity.hpp"
#include "postbacks/offers.hpp"
#include "values/said.hpp"
#include "values/word.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr std::string_view kNotSaid = "product_not_said";

bool is_by_one_click(EventKind kind) {
    return kind == EventKind::upsell || kind == EventKind::token_purchase ||
           kind == EventKind::one_click;
}

// A one-time item that is sold by one click is charged to the purchase that has the card: the
// product of that purchase is not what was sold.
bool is_charged_to_another(const EventDraft& event, const Postback& postback) {
    return is_by_one_click(event.kind) && postback[Fact::eticket].empty();
}

// A product that is sold must be configured; so must one that gives access before its sale.
bool must_be_configured(const EventDraft& event, const Known* known) {
    return is_sale(event.kind) ||
           (event.kind == EventKind::member_enable && !(known && known->is_opened()));
}

// The sale has settled the product.
bool is_settled(const EventDraft& event, const Known* known) {
    return known && (known->is_opened() || known->is_of_sale) && !is_sale(event.kind) &&
           event.kind != EventKind::denial && !(known->option.empty() && known->eticket.is_none());
}

// Takes what a ref code sells: the option and program of the offer, and the partner on whose form
// it was sold.
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

const Offer* offer_of(const EventDraft& event, const Config& config) {
    if (!event.cross_sell_ref.empty()) return config.cross_sell(event.cross_sell_ref);
    return event.upsell.empty() ? nullptr : config.upsell(said(event.upsell));
}

Objection take_named_offer(EventDraft& event, const Config& config, const JoinOption*& option) {
    const Offer* offer = offer_of(event, config);
    if (!event.cross_sell_ref.empty()) {
        if (!offer)
            return "cross-sell ref \"" + std::string(shortened(event.cross_sell_ref, 40)) +
                   "\" is not configured";
        return take_offer(event, *offer, "cross-sell ref", config, option);
    }
    if (!offer || (option && option->id != offer->option)) return {};
    return take_offer(event, *offer, "upsell", config, option);
}

void take_option(EventDraft& event, const JoinOption& option) {
    event.option = option.id;
    event.site = option.site;
    event.trial = option.is_trial;
    event.tokens = option.tokens;
    if (event.eticket.is_none()) event.eticket = option.eticket;
}

void recall_product(EventDraft& event, const Known& known) {
    event.eticket = known.eticket;
    event.option = known.option;
    event.site = known.site;
}

// As the ledger has it. The configuration counts only if it still has the price point that was
// sold, not what the option has become since.
void take_settled(EventDraft& event, const Postback& postback, const Config& config,
                  const Known& known, const JoinOption*& option) {
    recall_product(event, known);
    option = config.option(known.option);
    if (option && !known.eticket.is_none() && option->eticket != known.eticket) option = nullptr;
    if (option) take_option(event, *option);
    if (const Offer* offer = offer_of(event, config); offer && offer->option == event.option)
        event.program = offer->program;
    const std::string_view said = postback[Fact::eticket];
    const Result<ETicket> eticket = parse_eticket(said);
    if (!said.empty() && (!eticket || *eticket != known.eticket))
        event.extras.emplace_back(canonical_name(Fact::eticket), said);
}

// By the evidence of the postback.
Objection find_said(EventDraft& event, const Postback& postback, const Config& config,
                    const Known* known, TimeMs now, const JoinOption*& option) {
    const bool is_of_another = is_charged_to_another(event, postback);
    if (const std::string_view text = postback[Fact::eticket]; !text.empty()) {
        Result<ETicket> eticket = parse_eticket(text);
        if (!eticket) return eticket.error();
        event.eticket = *eticket;
    } else if (known && !is_of_another && !option) {
        event.eticket = known->eticket;
    }
    if (!option) option = config.option_of(event.eticket);
    if (Objection objection = take_named_offer(event, config, option)) return objection;
    const bool is_sold = is_sale(event.kind) && event.cross_sell_slot == 0;
    if (!option && (is_of_another || (is_sold && event.eticket.is_none())))
        option = sealed_option(postback, config, now);
    if (!option && is_of_another) option = offer_sold(event, postback, config, now);
    if (option)
        take_option(event, *option);
    else if (!postback[Fact::eticket].empty())
        return "eticket " + to_string(event.eticket) + " is no configured join option";
    return {};
}

} // namespace

Objection find_product(EventDraft& event, const Postback& postback, const Config& config,
                       const Known* known, TimeMs now, const JoinOption*& option) {
    if (is_settled(event, known)) {
        take_settled(event, postback, config, *known, option);
        return {};
    }
    Objection objection = find_said(event, postback, config, known, now, option);
    if (objection && must_be_configured(event, known)) return objection;
    if (objection) {
        option = nullptr;
        event.warnings.emplace_back("product_not_configured");
    }
    if (event.kind == EventKind::cross_sell && event.cross_sell_ref.empty())
        event.warnings.emplace_back("cross_sell_ref_not_said");
    if (option) return {};
    const bool is_of_another = is_charged_to_another(event, postback);
    if (is_of_another || (is_sale(event.kind) && !(known && known->is_opened()))) {
        event.warnings.emplace_back(kNotSaid);
    } else if (known && event.eticket == known->eticket) {
        event.option = known->option;
        event.site = known->site;
        if (known->eticket.is_none()) option = config.option(known->option);
    }
    return {};
}

Objection check_product(const EventDraft& event) {
    const bool is_known =
        std::find(event.warnings.begin(), event.warnings.end(), kNotSaid) == event.warnings.end();
    if (is_known || !is_by_one_click(event.kind)) return {};
    return "nothing shows what was sold by one click: the postback has no eticketid, and not "
           "exactly one option fits its seal, its extras and its price; see at Segpay which it "
           "was, "
           "and release it with that: quarantine release KEY --say eticketid=PACKAGE:PRICEPOINT";
}

} // namespace segpay
