// What is known of an account: from the purchase, overridden by the sale.
#include "postbacks/known.hpp"

namespace segpay {

namespace {

// Takes what the source says; an empty text does not replace what is known.
template <class Source>
void know_account(Known& known, const Source& source) {
    const auto learn = [](std::string_view& text, std::string_view said) {
        if (!said.empty()) text = said;
    };
    if (!source.eticket.is_none()) known.eticket = source.eticket;
    learn(known.option, source.option);
    learn(known.site, source.site);
    learn(known.member_id, source.member_id);
    learn(known.session, source.session);
    learn(known.affiliate, source.affiliate);
    known.partner = source.partner;
}

} // namespace

std::optional<Known> known_from(const Loaded& loaded, EventKind kind,
                                std::string_view purchase_id) {
    const bool is_of_sale =
        loaded.sale && is_about_sale(kind) && loaded.sale->purchase_id == purchase_id;
    if (!loaded.purchase && !is_of_sale) return std::nullopt;
    Known known;
    if (const auto& purchase = loaded.purchase) {
        know_account(known, *purchase);
        known.opened_by = purchase->opened_by;
        known.username = purchase->username;
        known.held_by = purchase->held_by;
        known.opened_at_ms = purchase->opened_at_ms;
    }
    if (is_of_sale) {
        if (!loaded.sale->partner.empty()) // then the names of the purchase are another account's
            known.member_id = known.session = known.affiliate = {};
        know_account(known, *loaded.sale);
        known.is_of_sale = true;
    }
    return known;
}

} // namespace segpay
