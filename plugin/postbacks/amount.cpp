// Reads price and currency, and recognises charges that were only authorised.
#include "postbacks/amount.hpp"

#include "postbacks/extras.hpp"
#include "postbacks/price.hpp"
#include "values/word.hpp"

#include <string>
#include <utility>

namespace segpay {

namespace {

// The currency of the sale that is taken back, where neither the postback nor an option has one.
std::optional<Currency> loaded_currency(const EventDraft& event, const Loaded& loaded) {
    const bool is_of_sale =
        loaded.sale && is_about_sale(event.kind) && loaded.sale->purchase_id == event.purchase_id;
    if (!is_of_sale || !loaded.sale->amount) return std::nullopt;
    return loaded.sale->amount->currency;
}

// Amounts are positive in events: the sign adds nothing to the trantype. A member event has no
// amount: its price is that of a transaction, which has an event of its own.
Objection read_amount(EventDraft& event, const Postback& postback, const JoinOption* option,
                      const Loaded& loaded) {
    const std::string_view text = postback[Fact::price];
    if (text.empty()) {
        if (event.approved == true) event.warnings.emplace_back("price_not_said");
        return {};
    }
    std::optional<Currency> currency = Currency::from_code(postback[Fact::currency]);
    if (!currency && !postback[Fact::currency].empty())
        return "currencycode \"" + std::string(shortened(postback[Fact::currency], 20)) +
               "\" is no currency of ISO 4217";
    if (!currency) {
        currency = option ? option->price.currency : loaded_currency(event, loaded);
        if (!currency) return "there is a price, but neither currencycode nor a known join option";
        event.warnings.emplace_back(option ? "currency_from_option" : "currency_from_sale");
    }
    // The currency of a garbled template is cut out of a field that a customer may have typed.
    if (postback.is_currency_recovered && option && *currency != option->price.currency)
        return "the garbled template gives currency " + std::string(currency->code()) +
               ", but option " + option->id + " costs " +
               std::string(option->price.currency.code());
    Result<Money> amount = parse_amount(text, *currency);
    if (!amount) return "price: " + amount.error();
    event.amount = *amount;
    if (event.amount->minor < 0) event.amount->minor = -event.amount->minor;
    return {};
}

// The initial amount as configured or, if the product is not configured, as the postback says.
std::optional<Money> initial_amount(const EventDraft& event, const Postback& postback,
                                    const JoinOption* option) {
    if (option)
        return option->price.initial ? std::optional(option->price.initial->amount) : std::nullopt;
    if (postback[Fact::initial_value].empty()) return std::nullopt;
    const Result<Money> amount =
        parse_amount(postback[Fact::initial_value], event.amount->currency);
    return amount ? std::optional(*amount) : std::nullopt;
}

} // namespace

Objection set_amount(EventDraft& event, const Postback& postback, const JoinOption* option,
                     const Loaded& loaded, bool is_opened, Trust trust) {
    Objection objection = read_amount(event, postback, option, loaded);
    if (!objection) return {};
    const bool is_currency_unsaid = postback[Fact::currency].empty();
    const bool is_deliverable = changes_nothing(event.kind, event.approved) ||
                                (is_currency_unsaid && !is_sale(event.kind) && is_opened) ||
                                (is_currency_unsaid && is_about_sale(event.kind)) ||
                                (is_currency_unsaid && trust == Trust::released);
    if (!is_deliverable) return objection;
    event.amount.reset();
    event.warnings.emplace_back(is_currency_unsaid ? "currency_not_said" : "amount_not_understood");
    for (Fact fact : {Fact::price, Fact::currency})
        add_extra(event, postback, fact);
    return {};
}

void note_authorisation(EventDraft& event, const Postback& postback, const JoinOption* option) {
    if (!event.amount || event.approved != true || !is_sale(event.kind)) return;
    const std::optional<Money> initial = initial_amount(event, postback, option);
    const bool is_unpaid = (initial && is_authorisation_only(*event.amount, *initial)) ||
                           (option && is_captured_later(event, *option));
    if (!is_unpaid) return;
    event.amount->minor = 0;
    event.warnings.emplace_back("authorisation_only");
}

} // namespace segpay
