// One table of the fields that any event may teach; the rest is about the sale that opens.
#include "ledger/memory.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace segpay {

namespace {

struct TaughtField {
    std::string Purchase::*memory;
    std::string Event::*event;
};

constexpr std::array kTaughtFields = {
    TaughtField{&Purchase::member_id, &Event::member_id},
    TaughtField{&Purchase::session, &Event::session},
    TaughtField{&Purchase::affiliate, &Event::affiliate},
    TaughtField{&Purchase::username, &Event::username},
    TaughtField{&Purchase::trans_guid, &Event::trans_guid},
};

// Processing API 2.0, "Postback specs": the sales that can begin a purchase. A one-click sale of a
// one-time item reuses the purchase of the sign-up, which then stays what opened it.
constexpr std::array kOpeningKinds = {EventKind::join, EventKind::cross_sell,
                                      EventKind::token_purchase, EventKind::upsell,
                                      EventKind::one_click};

bool opens(const Purchase& purchase, const Event& event) {
    return purchase.opened_by == EventKind::unknown && event.approved == true &&
           std::ranges::find(kOpeningKinds, event.kind) != kOpeningKinds.end();
}

std::string words(const Money& money) {
    return amount_text(money) + " " + std::string(money.currency.code());
}

} // namespace

// The sale that opens a purchase says whose it is; whatever comes before or after only fills gaps,
// so that a later purchase by one click, under the same id, moves no renewal to another affiliate.
// A declined sale was of a link that may have been edited before the next try: it teaches nothing.
Purchase learned(Purchase purchase, const Event& event) {
    if (event.approved == false) return purchase;
    const bool is_opening = opens(purchase, event);
    for (const TaughtField& field : kTaughtFields) {
        const std::string& said = event.*field.event;
        std::string& known = purchase.*field.memory;
        if (!said.empty() && (is_opening || known.empty())) known = said;
    }
    if (is_opening) {
        purchase.opened_by = event.kind;
        purchase.eticket = event.eticket;
        purchase.option = event.option;
        purchase.site = event.site;
    }
    if (event.standin && event.approved == true)
        purchase.standin_transaction = event.transaction_id;
    return purchase;
}

std::optional<std::string> contradiction(const Event& event, const Essence& stored) {
    if (event.transaction_id.empty()) return std::nullopt;
    const std::string subject = "transaction " + event.transaction_id + " ";
    if (!event.purchase_id.empty() && !stored.purchase_id.empty() &&
        event.purchase_id != stored.purchase_id)
        return subject + "was of purchase " + stored.purchase_id + ", now it is of purchase " +
               event.purchase_id;
    if (event.amount && stored.amount && *event.amount != *stored.amount)
        return subject + "was about " + words(*stored.amount) + ", now it is about " +
               words(*event.amount);
    return std::nullopt;
}

} // namespace segpay
