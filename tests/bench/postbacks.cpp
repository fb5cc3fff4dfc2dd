// One table of postbacks and their frequencies; a postback is a row of it for one customer.
#include "postbacks.hpp"

#include "account.hpp"
#include "ours.hpp"
#include "people.hpp"

#include <array>
#include <string_view>

namespace segpay::bench {

namespace {

enum class Charge { initial, recurring, back }; // the option's price that is charged
enum class Known { nothing, purchase, sale };   // the event before it

// Further parameters of the link that sold it.
enum class Offered { plainly, slot_1, slot_2, tokens, upsell, one_click };

struct Act {
    unsigned share; // of kShares
    EventKind kind;
    std::string_view type, action, stage, approved;
    std::string_view option; // the sold option
    Charge charge;
    Known known;
    Offered offered = Offered::plainly;
};

constexpr Charge kInitial = Charge::initial, kRecurring = Charge::recurring, kBack = Charge::back;
constexpr Known kNothing = Known::nothing, kPurchase = Known::purchase, kSale = Known::sale;
constexpr std::array kActs = {
    Act{7, EventKind::join, "Sale", "Auth", "Initial", "Yes", "101", kInitial, kNothing},
    Act{4, EventKind::join, "Sale", "Auth", "Initial", "Yes", "102", kInitial, kNothing},
    Act{3, EventKind::join, "Sale", "Auth", "Initial", "Yes", "103", kInitial, kNothing},
    Act{1, EventKind::join, "Sale", "Auth", "Initial", "Yes", "104", kInitial, kNothing},
    Act{3, EventKind::join, "Sale", "Auth", "Initial", "Yes", "301", kInitial, kNothing},
    Act{4, EventKind::denial, "Sale", "Auth", "Initial", "No", "101", kInitial, kNothing},
    Act{2, EventKind::denial, "Sale", "Auth", "Initial", "No", "102", kInitial, kNothing},
    Act{3, EventKind::cross_sell, "Sale", "Auth", "Initial", "Yes", "301", kInitial, kNothing,
        Offered::slot_1},
    Act{2, EventKind::cross_sell, "Sale", "Auth", "Initial", "Yes", "201", kInitial, kNothing,
        Offered::slot_2},
    Act{3, EventKind::token_purchase, "Sale", "Auth", "Initial", "Yes", "201", kInitial, kNothing,
        Offered::tokens},
    Act{2, EventKind::upsell, "Sale", "Auth", "Initial", "Yes", "301", kInitial, kNothing,
        Offered::upsell},
    Act{3, EventKind::one_click, "Sale", "Auth", "Initial", "Yes", "102", kInitial, kNothing,
        Offered::one_click},
    Act{4, EventKind::conversion, "Sale", "Auth", "Conversion", "Yes", "101", kRecurring,
        kPurchase},
    Act{2, EventKind::conversion, "Sale", "Auth", "Conversion", "Yes", "103", kRecurring,
        kPurchase},
    Act{8, EventKind::rebill, "Sale", "Auth", "Rebill", "Yes", "101", kRecurring, kPurchase},
    Act{3, EventKind::rebill, "Sale", "Auth", "Rebill", "Yes", "301", kRecurring, kPurchase},
    Act{3, EventKind::insufficient_funds, "Sale", "Auth", "Conversion", "No", "101", kRecurring,
        kPurchase},
    Act{1, EventKind::insufficient_funds, "Sale", "Auth", "Rebill", "No", "301", kRecurring,
        kPurchase},
    Act{1, EventKind::upgrade, "Sale", "Auth", "Instant Conversion", "Yes", "103", kRecurring,
        kPurchase},
    Act{1, EventKind::reactivation, "Sale", "Auth", "Reactivation", "Yes", "301", kInitial,
        kPurchase},
    Act{1, EventKind::credit, "Credit", "Auth", "Initial", "Yes", "102", kBack, kSale},
    Act{1, EventKind::credit, "Credit", "Auth", "Initial", "Yes", "301", kBack, kSale},
    Act{1, EventKind::chargeback, "Charge", "Auth", "Initial", "Yes", "102", kBack, kSale},
    Act{1, EventKind::void_sale, "Sale", "Void", "Initial", "Yes", "102", kBack, kSale},
};
constexpr std::size_t kShares = [] {
    std::size_t shares = 0;
    for (const Act& act : kActs)
        shares += act.share;
    return shares;
}();
static_assert(kShares == 64);

constexpr std::array<std::string_view, 4> kCards = {"Visa", "MasterCard", "Visa", "Discover"};

const Act& next_act(Dice& dice) {
    std::size_t at = dice.below(kShares);
    const Act* act = kActs.begin();
    for (; at >= act->share; ++act)
        at -= act->share;
    return *act;
}

// Segpay's ids and words for one purchase.
struct Purchased {
    std::string purchase_id, transaction_id, first_transaction_id, original_purchase_id;
    std::string trans_guid, card_type;
};

Purchased next_purchase(Dice& dice) {
    Purchased purchase;
    purchase.purchase_id = "26" + dice.text(6, kDigits);
    purchase.transaction_id = "12" + dice.text(8, kDigits);
    purchase.first_transaction_id = "11" + dice.text(8, kDigits);
    purchase.original_purchase_id = "25" + dice.text(6, kDigits);
    for (std::size_t size : {8, 4, 4, 4, 12})
        purchase.trans_guid +=
            (purchase.trans_guid.empty() ? "" : "-") + dice.text(size, kUpperHex);
    purchase.card_type = dice.one_of(kCards);
    return purchase;
}

// The link that the customer followed. A cross sell is on the link of its parent.
LinkRequest link_of(const Act& act, const Person& person, const Purchased& purchase) {
    const bool is_cross_sell = act.offered == Offered::slot_1 || act.offered == Offered::slot_2;
    LinkRequest request;
    request.option = is_cross_sell ? "101" : act.option;
    request.member_id = person.member_id;
    request.session = person.session;
    request.affiliate = person.affiliate;
    if (request.option == "101") {
        request.xref1 = "XS-8-301";
        request.xref2 = "XS-9-201";
    }
    if (act.offered == Offered::upsell) request.upsell = "UP-8-301";
    if (act.offered == Offered::tokens) request.tokenplus = "50";
    if (act.offered == Offered::tokens || act.offered == Offered::one_click) {
        request.kind = LinkKind::one_click;
        request.octoken = purchase.original_purchase_id;
    }
    return request;
}

const Money& price_of(const JoinOption& option, Charge charge) {
    return charge == Charge::recurring ? option.price.recurring->amount
                                       : option.price.initial->amount;
}

std::shared_ptr<const Loaded> loaded_for(const Act& act, const Person& person,
                                         const Purchased& purchase, const JoinOption& option) {
    static const auto kEmpty = std::make_shared<const Loaded>();
    if (act.known == Known::nothing) return kEmpty;
    const auto loaded = std::make_shared<Loaded>();
    Purchase& known = loaded->purchase.emplace();
    known.id = purchase.purchase_id;
    known.opened_by = EventKind::join;
    known.eticket = option.eticket;
    known.option = option.id;
    known.site = option.site;
    known.member_id = person.member_id;
    known.session = person.session;
    known.affiliate = person.affiliate;
    known.username = person.username;
    known.trans_guid = purchase.trans_guid;
    known.card_type = purchase.card_type;
    if (act.known == Known::purchase) return loaded;

    Event& sale = loaded->sale.emplace();
    sale.kind = EventKind::join;
    sale.approved = true;
    sale.purchase_id = purchase.purchase_id;
    sale.transaction_id = purchase.first_transaction_id;
    sale.amount = option.price.initial->amount;
    sale.eticket = option.eticket;
    sale.option = option.id;
    sale.site = option.site;
    sale.member_id = person.member_id;
    sale.session = person.session;
    sale.affiliate = person.affiliate;
    return loaded;
}

// As HttpUtility.UrlEncode of .NET writes a value: '+' for a space, small hexadecimal digits.
void append_value(std::string& out, std::string_view value) {
    constexpr std::string_view kPlain = "-_.!*()";
    for (char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (kBase64.find(c) != std::string_view::npos || kPlain.find(c) != std::string_view::npos)
            out += c;
        else if (c == ' ')
            out += '+';
        else
            out += {'%', kLowerHex[byte >> 4], kLowerHex[byte & 15]};
    }
}

std::string filled_template(const Act& act, const Person& person, const Purchased& purchase,
                            const LinkRequest& link, const JoinOption& option) {
    const std::string eticket = to_string(option.eticket);
    const Money& amount = price_of(option, act.charge);
    const std::string price = (act.charge == Charge::back ? "-" : "") + amount_text(amount);
    const std::string name = person.first_name + " " + person.last_name;
    const bool is_sign_up = act.stage == "Initial"; // Segpay gives later ones no transGUID
    const std::string_view slot = act.offered == Offered::slot_1   ? "1"
                                  : act.offered == Offered::slot_2 ? "2"
                                                                   : "0";
    const std::array<std::pair<std::string_view, std::string_view>, kTemplateFields> fields = {{
        {"action", act.action},
        {"stage", act.stage},
        {"approved", act.approved},
        {"name", name},
        {"email", person.email},
        {"country", person.country},
        {"transtype", act.type},
        {"purchaseid", purchase.purchase_id},
        {"transid", purchase.transaction_id},
        {"price", price},
        {"username", person.username},
        {"password", person.password},
        {"currencycode", amount.currency.code()},
        {"eticketid", eticket},
        {"memberid", person.member_id},
        {"session", person.session},
        {"merchantpartnerid", person.affiliate},
        {"xsellnum", slot},
        {"upsell", link.upsell},
        {"tokenplus", link.tokenplus},
        {"octoken", link.octoken},
        {"cardtype", purchase.card_type},
        {"paymenttype", "CC"},
        {"xref1", link.xref1},
        {"xref2", link.xref2},
        {"relatedtranid", act.known == Known::sale ? std::string_view(purchase.first_transaction_id)
                                                   : std::string_view()},
        {"transGUID", is_sign_up ? std::string_view(purchase.trans_guid) : std::string_view()},
    }};
    std::string query;
    for (const auto& [field, value] : fields) {
        query += query.empty() ? "" : "&";
        query += field;
        query += '=';
        append_value(query, value);
    }
    return query;
}

Sample next_sample(Dice& dice, const Config& guarded) {
    const Act& act = next_act(dice);
    const Person person = next_person(dice);
    const Purchased purchase = next_purchase(dice);
    const JoinOption& option = *guarded.option(act.option);
    const LinkRequest link = link_of(act, person, purchase);

    Sample sample;
    sample.kind = act.kind;
    sample.query = filled_template(act, person, purchase, link, option);
    const SecretParameter& secret = *guarded.postbacks.authenticity.secret;
    sample.guarded_query = sample.query + "&" + guarded.seal.parameter + "=" +
                           seal_of_link(guarded, link, kNow - 600'000) + "&" + secret.name + "=" +
                           std::string(secret.value.first().reveal());
    sample.loaded = loaded_for(act, person, purchase, option);
    return sample;
}

} // namespace

std::vector<Sample> postback_corpus(const Config& guarded) {
    Dice dice(2026);
    std::vector<Sample> corpus;
    while (corpus.size() < kPostbacks)
        corpus.push_back(next_sample(dice, guarded));
    return corpus;
}

} // namespace segpay::bench
