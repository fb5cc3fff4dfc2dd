// The table of actions: the condition, the transaction and the postbacks of each.
#include "life.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "refusal.hpp"

namespace sandbox {
namespace {

// An action in progress: its input, and its results.
struct Scene {
    const PricePoint& price;
    Books& books;
    Purchase& purchase;
    const Params& params;
    Timestamp now;
    std::string transaction_id;
    std::vector<std::pair<PostbackKind, std::optional<Transaction>>> postbacks;

    bool says_approved() const {
        std::string value = lower(value_of(params, "approved", "yes"));
        if (value == "yes" || value == "1" || value == "true") return true;
        if (value == "no" || value == "0" || value == "false") return false;
        throw Refusal(400, "approved is \"" + value + "\"; expected yes or no");
    }

    // Books a transaction and has it posted back.
    Transaction& book(Transaction transaction) {
        transaction_id = transaction.id;
        postbacks.emplace_back(PostbackKind::transaction, transaction);
        purchase.transactions.push_back(std::move(transaction));
        return purchase.transactions.back();
    }

    // Adds a member postback. It is about the purchase, even if the transaction that caused it was
    // a one-click payment for another item.
    void add_member_postback(PostbackKind kind, std::optional<Transaction> cause = {}) {
        if (kind == PostbackKind::disable && !purchase.has_login()) return;
        if (cause) {
            cause->eticket = purchase.eticket;
            cause->extras = purchase.extras;
        }
        postbacks.emplace_back(kind, std::move(cause));
    }

    void end_access(std::optional<Transaction> cause = {}) {
        bool had_access = purchase.status == Status::active || purchase.status == Status::cancelled;
        if (!had_access) return;
        purchase.status = Status::expired;
        purchase.expired_at = now;
        add_member_postback(PostbackKind::disable, std::move(cause));
    }
};

bool is_sale(const Transaction& t) {
    return t.trantype == "sale" && t.action == "Auth" && t.approved;
}

Transaction draft(const Scene& scene, const std::string& stage, bool approved,
                  const Money& amount) {
    Transaction t;
    t.id = scene.books.next_transaction_id();
    t.guid = guid_of(t.id);
    t.stage = stage;
    t.approved = approved;
    t.price = t.auth_price = amount;
    t.eticket = scene.purchase.eticket;
    t.extras = scene.purchase.extras;
    t.at = scene.now;
    t.reason_code = value_of(scene.params, "reason");
    t.comment = value_of(scene.params, "comment");
    t.entered_by = value_of(scene.params, "by");
    return t;
}

// The sale that a refund, void or dispute is about: the one that tranid names, or the latest in a
// matching state.
Transaction& sale_in(Scene& scene, std::initializer_list<Fate> fit) {
    std::string wanted = value_of(scene.params, "tranid");
    auto& all = scene.purchase.transactions;
    auto found = std::find_if(all.rbegin(), all.rend(), [&](const Transaction& t) {
        bool is_fit = std::find(fit.begin(), fit.end(), t.fate) != fit.end();
        return is_sale(t) && is_fit && (wanted.empty() || t.id == wanted);
    });
    if (found == all.rend()) {
        throw Refusal(409, "purchase " + scene.purchase.id + " has no sale " +
                               (wanted.empty() ? "" : wanted + " ") + "that this could be done to");
    }
    return *found;
}

Money amount_of(const Scene& scene, const Transaction& sale) {
    std::string text = value_of(scene.params, "amount");
    if (text.empty()) return sale.price;
    auto amount = parse_money(text, sale.price.currency);
    if (!amount || std::abs(amount->minor) > sale.price.minor) {
        throw Refusal(400,
                      "amount is \"" + text + "\"; expected a decimal up to " + spoken(sale.price));
    }
    return *amount;
}

// "Transaction Postback Matrix": a transaction that follows a sale has an id of its own and names
// the sale in relatedtranid; its stage is always initial.
Transaction& follow(Scene& scene, std::initializer_list<Fate> fit, Fate fate,
                    const std::string& trantype, const std::string& action) {
    Transaction& sale = sale_in(scene, fit);
    Transaction t = draft(scene, "Initial", true, amount_of(scene, sale));
    t.trantype = trantype;
    t.action = action;
    t.related_id = sale.id;
    t.eticket = sale.eticket;
    t.extras = sale.extras;
    sale.fate = fate;
    return scene.book(std::move(t));
}

void renew(Scene& scene, const std::string& stage, bool approved) {
    scene.book(draft(scene, stage, approved, scene.price.recurring));
    if (!approved) return;
    scene.purchase.has_converted = true;
    scene.purchase.standin_pending = false;
    scene.purchase.next_bill = scene.now + scene.price.recurring_days * kDay;
}

void convert_early(Scene& scene) {
    bool approved = scene.says_approved();
    Money amount = scene.price.discount.value_or(scene.price.recurring);
    scene.book(draft(scene, "InstantConversion", approved, amount));
    if (!approved) return;
    Timestamp from = scene.price.adjust_trial ? scene.now : scene.purchase.next_bill;
    scene.purchase.has_converted = true;
    scene.purchase.next_bill = from + scene.price.recurring_days * kDay;
}

void cancel(Scene& scene) {
    scene.purchase.status = Status::cancelled;
    Transaction reason = draft(scene, "", true, {});
    reason.id.clear(); // a consumer's cancellation has no transaction, only a reason
    scene.add_member_postback(PostbackKind::cancel, reason);
}

void refund(Scene& scene) { follow(scene, {Fate::standing}, Fate::refunded, "credit", "Auth"); }

void refund_and_cancel(Scene& scene) {
    refund(scene);
    scene.purchase.status = Status::cancelled;
    scene.add_member_postback(PostbackKind::cancel, scene.purchase.transactions.back());
}

void refund_and_expire(Scene& scene) {
    refund(scene);
    bool renewed = scene.purchase.status == Status::active;
    scene.end_access(scene.purchase.transactions.back());
    if (renewed)
        scene.add_member_postback(PostbackKind::cancel, scene.purchase.transactions.back());
}

void charge_back(Scene& scene) {
    follow(scene, {Fate::standing}, Fate::charged_back, "charge", "Auth");
    scene.end_access(scene.purchase.transactions.back());
}

void reactivate(Scene& scene) {
    bool approved = scene.says_approved();
    if (approved) {
        scene.purchase.status = Status::active;
        scene.purchase.has_converted = true;
        scene.purchase.next_bill = scene.now + scene.price.recurring_days * kDay;
        scene.add_member_postback(PostbackKind::reactivation);
    }
    scene.book(draft(scene, "Reactivation", approved, scene.price.recurring));
}

// "Stand-in": the same transaction and purchase ids as the approval, and a disable.
void decline_standin(Scene& scene) {
    Transaction& approval = scene.purchase.transactions.front();
    approval.fate = Fate::declined_later;
    Transaction decline = approval;
    decline.approved = false;
    decline.fate = Fate::standing;
    decline.at = scene.now;
    scene.book(decline);
    scene.end_access();
    scene.purchase.standin_pending = false;
    scene.purchase.status = Status::declined;
}

using Why = std::string; // empty: the action is possible

Why needs_renewal(const Purchase&, const PricePoint& price) {
    return price.renews() ? "" : std::string("a ") + name_of(price.type) + " price never renews";
}

Why needs_active(const Purchase& purchase, const PricePoint& price) {
    if (Why why = needs_renewal(purchase, price); !why.empty()) return why;
    if (purchase.status == Status::active) return "";
    return std::string("the purchase is ") + name_of(purchase.status) + ", not active";
}

Why needs_trial(const Purchase& purchase, const PricePoint& price) {
    if (Why why = needs_active(purchase, price); !why.empty()) return why;
    return purchase.has_converted ? "it has converted already; rebills come next" : "";
}

Why needs_instant_trial(const Purchase& purchase, const PricePoint& price) {
    if (price.type != PriceType::instant_conversion) {
        return std::string("the price point is ") + name_of(price.type) +
               ", not instant_conversion";
    }
    return needs_trial(purchase, price);
}

Why needs_converted(const Purchase& purchase, const PricePoint& price) {
    if (Why why = needs_active(purchase, price); !why.empty()) return why;
    return purchase.has_converted ? "" : "it has not converted yet; the conversion comes first";
}

Why needs_access(const Purchase& purchase, const PricePoint&) {
    bool has = purchase.status == Status::active || purchase.status == Status::cancelled;
    return has ? "" : std::string("the purchase is ") + name_of(purchase.status) + " already";
}

Why needs_lapsed(const Purchase& purchase, const PricePoint& price) {
    if (Why why = needs_renewal(purchase, price); !why.empty()) return why;
    bool lapsed = purchase.status == Status::cancelled || purchase.status == Status::expired;
    if (lapsed) return "";
    return std::string("the purchase is ") + name_of(purchase.status) +
           "; only a cancelled or expired one is reactivated";
}

Why needs_sale(const Purchase& purchase, const PricePoint&) {
    return purchase.latest_sale() ? "" : "no approved sale stands any more";
}

Why needs_sale_and_active(const Purchase& purchase, const PricePoint& price) {
    Why why = needs_sale(purchase, price);
    return why.empty() ? needs_active(purchase, price) : why;
}

Why needs_sale_and_access(const Purchase& purchase, const PricePoint& price) {
    Why why = needs_sale(purchase, price);
    return why.empty() ? needs_access(purchase, price) : why;
}

Why needs_dispute(const Purchase& purchase, const PricePoint&) {
    bool has = std::any_of(purchase.transactions.begin(), purchase.transactions.end(),
                           [](const Transaction& t) { return t.fate == Fate::charged_back; });
    return has ? "" : "no sale of it was charged back";
}

Why needs_standin(const Purchase& purchase, const PricePoint&) {
    return purchase.standin_pending ? "" : "no stand-in approval is waiting for the bank";
}

struct Action {
    std::string_view name;
    std::string_view label;
    Why (*obstacle)(const Purchase&, const PricePoint&);
    void (*perform)(Scene&);
};

constexpr std::array kActions = {
    Action{"conversion", "Convert the trial", needs_trial,
           [](Scene& s) { renew(s, "Conversion", true); }},
    Action{"conversion_declined", "Conversion declined", needs_trial,
           [](Scene& s) { renew(s, "Conversion", false); }},
    Action{"instant_conversion", "Instant conversion", needs_instant_trial, convert_early},
    Action{"rebill", "Rebill", needs_converted, [](Scene& s) { renew(s, "Rebill", true); }},
    Action{"rebill_declined", "Rebill declined", needs_converted,
           [](Scene& s) { renew(s, "Rebill", false); }},
    Action{"cancel", "Cancel", needs_active, cancel},
    Action{"expire", "Expire", needs_access, [](Scene& s) { s.end_access(); }},
    Action{"refund_only", "Refund only", needs_sale, refund},
    Action{"refund_cancel", "Refund and cancel", needs_sale_and_active, refund_and_cancel},
    Action{"refund_expire", "Refund and expire", needs_sale_and_access, refund_and_expire},
    Action{"void", "Void", needs_sale,
           [](Scene& s) { follow(s, {Fate::standing}, Fate::voided, "sale", "Void"); }},
    Action{"chargeback", "Chargeback", needs_sale, charge_back},
    Action{
        "chargeback_reversal", "Chargeback reversal", needs_dispute,
        [](Scene& s) { follow(s, {Fate::charged_back}, Fate::reversed, "CB Reversal", "Auth"); }},
    Action{
        "rdr_reversal", "RDR reversal", needs_dispute,
        [](Scene& s) { follow(s, {Fate::charged_back}, Fate::reversed, "RDR Reversal", "Auth"); }},
    Action{"revoke", "Revoke", needs_sale,
           [](Scene& s) { follow(s, {Fate::standing}, Fate::revoked, "revoke", "Auth"); }},
    Action{"reactivation", "Reactivate", needs_lapsed, reactivate},
    Action{"standin_decline", "Stand-in declined", needs_standin, decline_standin},
};

const Action* find_action(const std::string& name) {
    auto found = std::find_if(kActions.begin(), kActions.end(),
                              [&](const Action& action) { return action.name == name; });
    return found == kActions.end() ? nullptr : &*found;
}

// "refund" is three actions, distinguished by its kind.
const Action& action_named(const std::string& name, const Params& params) {
    if (name != "refund") {
        const Action* action = find_action(name);
        if (!action) throw Refusal(404, "there is no action \"" + name + "\"");
        return *action;
    }
    std::string kind = value_of(params, "kind", "refund_only");
    const Action* action = kind.rfind("refund_", 0) == 0 ? find_action(kind) : nullptr;
    if (action) return *action;
    throw Refusal(400,
                  "kind is \"" + kind + "\"; expected refund_only, refund_cancel or refund_expire");
}

// A one-click purchase of another item: follows the link that a merchant would have built.
Deed buy_again(const Desk& desk, const std::string& purchase_id, const Params& given) {
    Params params = given;
    Payment payment;
    payment.means.bank =
        lower(value_of(params, "approved", "yes")) == "no" ? Bank::declines : Bank::approves;
    payment.link.page = Page::one_click;
    params.erase("approved");
    if (params.count("eticket")) {
        params["x-eticketid"] = params["eticket"];
        params.erase("eticket");
    }
    params["octoken"] = purchase_id;
    payment.link.params = params;
    if (!desk.books.find(purchase_id)) throw Refusal(404, "there is no purchase " + purchase_id);
    if (!card_on_file(desk, payment.link)) {
        throw Refusal(409,
                      "purchase " + purchase_id +
                          " is no OCToken: it was declined, paid by direct debit, or expired 30 "
                          "days ago or more");
    }
    Receipt receipt = pay(desk, payment);
    return {receipt.purchase_id, receipt.transaction_id, receipt.postbacks};
}

} // namespace

Deed act(const Desk& desk, const std::string& purchase_id, const std::string& action,
         const Params& params) {
    if (action == "one_click") return buy_again(desk, purchase_id, params);
    const Action& row = action_named(action, params);
    Deed deed;
    deed.purchase_id = purchase_id;
    std::vector<Letter> letters;
    desk.books.update(purchase_id, [&](Purchase& purchase) {
        const PricePoint& price = desk.portal.price_point_of(purchase.eticket);
        if (Why why = row.obstacle(purchase, price); !why.empty()) {
            throw Refusal(409, std::string(row.name) + " is not possible: " + why);
        }
        Scene scene{price, desk.books, purchase, params, desk.clock.now(), {}, {}};
        row.perform(scene);
        deed.transaction_id = scene.transaction_id;
        for (const auto& [kind, transaction] : scene.postbacks) {
            letters.push_back({kind, purchase, transaction, scene.now});
        }
    });
    deed.postbacks = desk.postman.send(letters);
    return deed;
}

std::vector<Possible> possible_actions(const Portal& portal, const Purchase& purchase) {
    const PricePoint& price = portal.price_point_of(purchase.eticket);
    std::vector<Possible> list;
    for (const Action& action : kActions) {
        if (action.obstacle(purchase, price).empty()) list.push_back({action.name, action.label});
    }
    return list;
}

} // namespace sandbox
