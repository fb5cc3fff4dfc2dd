// The purchase, and over it the sale.
#include "postbacks/known.hpp"

namespace segpay {

namespace {

template <class Source>
void know_account(Known& known, const Source& source) {
    known.eticket = source.eticket;
    known.option = source.option;
    known.site = source.site;
    known.member_id = source.member_id;
    known.session = source.session;
    known.affiliate = source.affiliate;
    known.partner = source.partner;
}

} // namespace

std::optional<Known> known_from(const Memory& memory) {
    if (!memory.purchase && !memory.sale) return std::nullopt;
    Known known;
    if (const auto& purchase = memory.purchase) {
        know_account(known, *purchase);
        known.opened_by = purchase->opened_by;
        known.username = purchase->username;
        known.held_by = purchase->held_by;
    }
    if (const auto& sale = memory.sale) {
        know_account(known, *sale);
        if (!known.is_opened()) known.opened_by = sale->kind;
    }
    return known;
}

} // namespace segpay
