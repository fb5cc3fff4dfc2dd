// One table of the fields that any event may teach, one of what takes a sale back; the rest is
// about the sale that opens.
#include "ledger/purchase_changes.hpp"

#include "events/kept_key.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace segpay {

namespace {

struct TaughtField {
    std::string Purchase::*purchase;
    std::string Event::*event;
    bool is_the_sellers; // a name in the books of the merchant on whose form it was sold
};

constexpr std::array kTaughtFields = {
    TaughtField{&Purchase::member_id, &Event::member_id, true},
    TaughtField{&Purchase::session, &Event::session, true},
    TaughtField{&Purchase::affiliate, &Event::affiliate, true},
    TaughtField{&Purchase::username, &Event::username, false},
    TaughtField{&Purchase::trans_guid, &Event::trans_guid, false},
};

// What takes a sale back or restores it, and where it names that sale. The final decline of a
// stand-in comes with the id of its approval (Processing API 2.0, "Stand-in").
struct PaymentChange {
    EventKind kind;
    std::string Event::*sale;
    bool is_unpaid; // afterwards
};

constexpr std::array kPaymentChanges = {
    PaymentChange{EventKind::standin_decline, &Event::transaction_id, true},
    PaymentChange{EventKind::void_sale, &Event::related_transaction_id, true},
    PaymentChange{EventKind::chargeback, &Event::related_transaction_id, true},
    PaymentChange{EventKind::revoke, &Event::related_transaction_id, true},
    PaymentChange{EventKind::chargeback_reversal, &Event::related_transaction_id, false},
    PaymentChange{EventKind::rdr_reversal, &Event::related_transaction_id, false},
};

bool is_open(const Purchase& purchase) { return purchase.opened_by != EventKind::unknown; }

bool opens(const Purchase& purchase, const Event& event) {
    return !is_open(purchase) && event.approved == true && is_sale(event.kind) &&
           !event.is_later_sale;
}

bool converts(const Event& event) {
    return event.approved == true &&
           (event.kind == EventKind::conversion || event.kind == EventKind::upgrade);
}

TimeMs time_of(const Event& event) {
    return event.occurred_at_ms != 0 ? event.occurred_at_ms : event.received_at_ms;
}

// A sale can be taken back before it is claimed: then the one that opens the purchase is compared
// with what was said in advance. Segpay lists no relatedtranid for reversals, so one that names no
// sale is taken to be about the opening one (Processing API 2.0, "Full List of Postback
// Parameters").
void learn_payment(Purchase& purchase, const Event& event) {
    const auto change = std::ranges::find(kPaymentChanges, event.kind, &PaymentChange::kind);
    if (change == kPaymentChanges.end()) return;
    const std::string& sale = event.*change->sale;
    if (sale.empty() && change->is_unpaid) return;
    if (!is_open(purchase) && change->is_unpaid) purchase.opening_transaction = sale;
    if (sale.empty() || sale == purchase.opening_transaction)
        purchase.is_unpaid = change->is_unpaid;
}

void learn_access(Purchase& purchase, const Event& event) {
    if (purchase.state.has_access)
        purchase.ended_at_ms = 0;
    else if (purchase.ended_at_ms == 0)
        purchase.ended_at_ms = time_of(event);
}

// More of one purchase wait for the operator.
bool has_room_for_kept(const Purchase& purchase) {
    constexpr std::ptrdiff_t kMost = 16;
    return std::ranges::count_if(purchase.outstanding, [](const Outstanding& one) {
               return is_kept_key(one.key);
           }) < kMost;
}

// What another merchant calls his member is no name of ours, even where a later postback, which
// does not say who sold, echoes it again.
void learn_names(Purchase& purchase, const Event& event, bool is_opening) {
    const bool is_a_partners = !purchase.partner.empty() || !event.partner.empty();
    for (const TaughtField& field : kTaughtFields) {
        const std::string& said = event.*field.event;
        std::string& known = purchase.*field.purchase;
        if (field.is_the_sellers && is_a_partners) {
            if (is_opening) known.clear(); // taught by one that came before the sale
        } else if (!said.empty() && (is_opening || known.empty())) {
            known = said;
        }
    }
}

void learn_opening(Purchase& purchase, const Event& event) {
    const bool was_taken_back = purchase.opening_transaction == event.transaction_id;
    purchase.is_unpaid = purchase.is_unpaid && was_taken_back;
    purchase.opened_by = event.kind;
    purchase.opening_transaction = event.transaction_id;
    purchase.partner = event.partner;
    purchase.eticket = event.eticket;
    purchase.option = event.option;
    purchase.site = event.site;
    purchase.card_type = event.card_type;
    purchase.opened_at_ms = time_of(event);
    purchase.held_by.clear();
    std::erase_if(purchase.outstanding,
                  [](const Outstanding& one) { return is_kept_key(one.key); });
}

} // namespace

// The sale that opens a purchase says whose it is; whatever comes before or after only fills gaps,
// so that a later purchase by one click, under the same id, moves no renewal to another affiliate.
// A declined sale was of a link that may have been edited before the next try: it teaches nothing
// but that a stand-in is over.
Purchase learned(Purchase purchase, const Event& event) {
    learn_payment(purchase, event);
    learn_access(purchase, event);
    if (event.approved == false) return purchase;
    const bool is_opening = opens(purchase, event);
    if (is_opening) learn_opening(purchase, event);
    learn_names(purchase, event, is_opening);
    if (converts(event) && purchase.converted_at_ms == 0) purchase.converted_at_ms = time_of(event);
    return purchase;
}

bool has_kept(const Purchase& purchase) {
    return std::ranges::any_of(purchase.outstanding,
                               [](const Outstanding& one) { return is_kept_key(one.key); });
}

bool learn_kept(Purchase& purchase, const KeptRequest& request, TimeMs now) {
    if (request.state != EntryState::quarantined || !request.event) return false;
    const Event& event = *request.event;
    if (opens(purchase, event)) {
        purchase.held_by = request.key;
        if (purchase.username.empty()) purchase.username = event.username;
    } else if (!request.is_held && has_room_for_kept(purchase) &&
               (event.kind == EventKind::member_enable || is_open(purchase))) {
        purchase.outstanding.push_back({request.key, now});
    } else {
        return false;
    }
    purchase.id = event.purchase_id;
    return true;
}

bool is_waiting_for_sale(const Purchase& purchase) {
    return !purchase.held_by.empty() && !is_open(purchase);
}

bool opens_held(const Purchase& purchase, const Event& event) {
    return (!purchase.held_by.empty() || has_kept(purchase)) && opens(purchase, event);
}

std::optional<std::string> contradiction(const Event& event, const Essence& stored) {
    if (event.transaction_id.empty()) return std::nullopt;
    const std::string subject = "transaction " + event.transaction_id + " ";
    if (!event.purchase_id.empty() && !stored.purchase_id.empty() &&
        event.purchase_id != stored.purchase_id)
        return subject + "was of purchase " + stored.purchase_id + ", now it is of purchase " +
               event.purchase_id;
    if (event.amount && stored.amount && *event.amount != *stored.amount)
        return subject + "was about " + money_text(*stored.amount) + ", now it is about " +
               money_text(*event.amount);
    return std::nullopt;
}

} // namespace segpay
