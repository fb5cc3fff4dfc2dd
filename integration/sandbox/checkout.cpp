// Payments in the order in which Segpay works: checks, probe, bank, books, enable, transaction.
#include "checkout.hpp"

#include <algorithm>

#include "life.hpp"
#include "promotion.hpp"
#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr Timestamp::TimeDiff kTokenDies = 30 * kDay;         // "One Click Pricing"
constexpr Timestamp::TimeDiff kConversionOpens = 2 * kMinute; // "Instant Conversion", IC301Text
constexpr Timestamp::TimeDiff kConversionCloses = 12 * kHour; // "Instant Conversion"

Customer customer_of(const Payment& payment) {
    const Params& params = payment.link.params;
    Customer customer;
    customer.name = trimmed(value_of(params, "x-billname"));
    customer.email = trimmed(value_of(params, "x-billemail"));
    customer.phone = value_of(params, "x-billphone");
    customer.address = value_of(params, "x-billaddr");
    customer.city = value_of(params, "x-billcity");
    customer.state = value_of(params, "x-billstate");
    customer.zip = value_of(params, "x-billzip");
    customer.country = value_of(params, "x-billcntry");
    customer.ip = payment.ip;
    return customer;
}

void check_customer(const Customer& customer) {
    if (customer.name.empty()) throw Refusal(400, "please give your name");
    if (customer.email.find('@') == std::string::npos) {
        throw Refusal(400, "please give an e-mail address");
    }
}

// The name and password that the price point asks for; without them the page does not go on.
void settle_login(Params& extras, const PricePoint& price, const Customer& customer) {
    if (price.collect == Collect::nothing) return;
    if (price.collect == Collect::password) extras["username"] = customer.email;
    if (value_of(extras, "username").empty()) throw Refusal(400, "please choose a user name");
    if (value_of(extras, "password").empty()) throw Refusal(400, "please choose a password");
}

Transaction first_sale(const Desk& desk, const Payment& payment, const Eticket& eticket,
                       const Params& extras) {
    Transaction sale;
    sale.id = desk.books.next_transaction_id();
    sale.guid = guid_of(sale.id);
    sale.approved = payment.means.bank == Bank::approves;
    sale.standin = payment.standin && sale.approved;
    sale.is_signup = true;
    sale.eticket = eticket;
    const PricePoint& price = desk.portal.price_point_of(eticket);
    sale.price = first_price(price, payment.link.params);
    sale.auth_price = sale.price;
    bool may_choose = desk.portal.package_of(eticket).multi_currency;
    if (may_choose && !payment.currency.empty()) {
        auto amount = converted(sale.price, payment.currency);
        if (!amount) throw Refusal(400, "currency \"" + payment.currency + "\" is not supported");
        sale.auth_price = *amount;
    }
    sale.extras = extras;
    sale.at = desk.clock.now();
    return sale;
}

Purchase new_purchase(const Desk& desk, const Transaction& sale, const Customer& customer,
                      const Card& card) {
    const PricePoint& price = desk.portal.price_point_of(sale.eticket);
    Purchase purchase;
    purchase.id = desk.books.next_purchase_id();
    purchase.eticket = sale.eticket;
    purchase.customer = customer;
    purchase.card = card;
    purchase.extras = sale.extras;
    purchase.test_mode = desk.portal.package_of(sale.eticket).test_mode;
    purchase.status = sale.approved ? Status::active : Status::declined;
    purchase.standin_pending = sale.standin;
    purchase.created = sale.at;
    purchase.next_bill = sale.at + price.initial_days * kDay;
    purchase.transactions = {sale};
    return purchase;
}

void send(const Desk& desk, Receipt& receipt, const std::vector<Letter>& letters) {
    std::vector<Postback> sent = desk.postman.send(letters);
    receipt.postbacks.insert(receipt.postbacks.end(), sent.begin(), sent.end());
}

// Books an approved or declined purchase and sends its postbacks. An enable goes first where there
// is a user name: the consumer waits for access.
void close(const Desk& desk, Receipt& receipt, const Purchase& purchase) {
    desk.books.add(purchase);
    receipt.purchases.push_back(purchase.id);
    const Transaction& sale = purchase.transactions.front();
    std::vector<Letter> letters;
    if (sale.approved && purchase.has_login()) {
        letters.push_back({PostbackKind::enable, purchase, sale, sale.at});
    }
    letters.push_back({PostbackKind::transaction, purchase, sale, sale.at});
    send(desk, receipt, letters);
}

// Asks the merchant whether the name is free. If it is not, or there is no answer, the e-mail
// address becomes the user name.
void probe(const Desk& desk, Receipt& receipt, Purchase& purchase) {
    const PricePoint& price = desk.portal.price_point_of(purchase.eticket);
    if (price.collect != Collect::username_and_password) return;
    Transaction& sale = purchase.transactions.front();
    std::size_t before = receipt.postbacks.size();
    send(desk, receipt, {{PostbackKind::inquiry, purchase, sale, sale.at}});
    bool was_sent = receipt.postbacks.size() > before;
    if (!was_sent || receipt.postbacks.back().accepted()) return;
    purchase.extras["username"] = purchase.customer.email;
    sale.extras["username"] = purchase.customer.email;
}

void sell_across(const Desk& desk, Receipt& receipt, const Payment& payment, const Purchase& main,
                 const std::map<int, Eticket>& offered) {
    for (int slot : payment.cross_sells) {
        Payment second = payment;
        second.standin = payment.standin && desk.portal.price_point_of(offered.at(slot)).standin;
        Transaction sale = first_sale(desk, second, offered.at(slot), main.extras);
        Purchase purchase = new_purchase(desk, sale, main.customer, main.card);
        purchase.cross_sell_slot = slot;
        purchase.parent_id = main.id;
        close(desk, receipt, purchase);
    }
}

Receipt join(const Desk& desk, const Payment& payment) {
    Offer offer = read_offer(desk.portal, payment.link);
    if (payment.price_point) offer.eticket.price_point = payment.price_point;
    auto is_chosen = [&](const PricePoint* p) { return p->id == offer.eticket.price_point; };
    if (std::none_of(offer.choices.begin(), offer.choices.end(), is_chosen)) {
        throw Refusal(
            400, "price point " + std::to_string(payment.price_point) + " is not on this page");
    }
    for (int slot : payment.cross_sells) {
        if (!offer.cross_sells.count(slot)) {
            throw Refusal(400, "cross sell " + std::to_string(slot) + " is not on this page");
        }
    }
    if (payment.standin && !offer.chosen().standin) {
        throw Refusal(400, "price point " + offer.eticket.text() + " does not enable stand-in");
    }
    Customer customer = customer_of(payment);
    check_customer(customer);
    Params extras = extras_of(payment.link.params);
    settle_login(extras, offer.chosen(), customer);

    Receipt receipt;
    Transaction sale = first_sale(desk, payment, offer.eticket, extras);
    check_promotion(desk.portal, desk.books, sale, customer.email, payment.means.card);
    Purchase purchase = new_purchase(desk, sale, customer, payment.means.card);
    if (sale.approved) probe(desk, receipt, purchase);
    close(desk, receipt, purchase);
    if (sale.approved) sell_across(desk, receipt, payment, purchase, offer.cross_sells);
    receipt.approved = sale.approved;
    receipt.purchase_id = purchase.id;
    receipt.transaction_id = sale.id;
    receipt.username = value_of(purchase.extras, "username");
    return receipt;
}

// "One Click Pricing": a one-time purchase goes with the original purchase, as a rebill.
void charge_again(const Desk& desk, Receipt& receipt, const Purchase& original, Transaction sale,
                  bool has_login) {
    sale.stage = "Rebill";
    Purchase changed;
    desk.books.update(original.id, [&](Purchase& purchase) {
        purchase.transactions.push_back(sale);
        changed = purchase;
    });
    receipt.purchase_id = original.id;
    std::vector<Letter> letters;
    if (sale.approved && has_login) {
        letters.push_back({PostbackKind::enable, changed, sale, sale.at});
    }
    letters.push_back({PostbackKind::transaction, changed, sale, sale.at});
    send(desk, receipt, letters);
}

Receipt one_click(const Desk& desk, const Payment& payment, const Purchase& original) {
    Offer offer = read_offer(desk.portal, payment.link);
    if (payment.price_point) offer.eticket.price_point = payment.price_point;
    const PricePoint* price = offer.package->find(offer.eticket.price_point);
    if (!price || !price->one_click) {
        throw Refusal(409, "price point " + offer.eticket.text() + " is not one-click enabled");
    }
    if (payment.standin) throw Refusal(400, "stand-in does not apply to one-click purchases");
    Params extras = extras_of(payment.link.params);
    // "they will work if a username and password are sent with the transaction"
    bool has_login = !value_of(extras, "username").empty() && !value_of(extras, "password").empty();
    if (!has_login) extras.erase("username");

    Receipt receipt;
    Transaction sale = first_sale(desk, payment, offer.eticket, extras);
    check_promotion(desk.portal, desk.books, sale, original.customer.email, original.card);
    receipt.approved = sale.approved;
    receipt.transaction_id = sale.id;
    receipt.username = value_of(extras, "username");
    if (!price->renews()) {
        charge_again(desk, receipt, original, sale, has_login);
        return receipt;
    }
    Purchase purchase = new_purchase(desk, sale, original.customer, original.card);
    purchase.parent_id = original.id;
    close(desk, receipt, purchase);
    receipt.purchase_id = purchase.id;
    return receipt;
}

Receipt instant_conversion(const Desk& desk, const Payment& payment) {
    Purchase trial = trial_to_convert(desk, payment.link);
    Params params{{"approved", payment.means.bank == Bank::approves ? "yes" : "no"}};
    Deed deed = act(desk, trial.id, "instant_conversion", params);
    Receipt receipt;
    receipt.approved = payment.means.bank == Bank::approves;
    receipt.purchase_id = trial.id;
    receipt.transaction_id = deed.transaction_id;
    receipt.username = value_of(trial.extras, "username");
    receipt.postbacks = deed.postbacks;
    return receipt;
}

} // namespace

Means means_of(const Desk& desk, const Link& link, const Typed& typed) {
    if (typed.is_empty()) return {};
    const bool test_mode = link.page == Page::instant_conversion
                               ? trial_to_convert(desk, link).test_mode
                               : read_offer(desk.portal, link).package->test_mode;
    return means_of(typed, {test_mode, desk.portal.live_test_card});
}

Receipt pay(const Desk& desk, const Payment& payment) {
    if (payment.link.page == Page::instant_conversion) return instant_conversion(desk, payment);
    if (payment.link.page == Page::one_click) {
        if (auto original = card_on_file(desk, payment.link)) {
            return one_click(desk, payment, *original);
        }
    }
    if (payment.means.card.last_four.empty()) throw Refusal(400, "please give a card number");
    return join(desk, payment);
}

std::optional<Purchase> card_on_file(const Desk& desk, const Link& link) {
    std::string token = value_of(link.params, "octoken");
    auto purchase = desk.books.find(token);
    if (!purchase || purchase->status == Status::declined) return {};
    if (is_account(purchase->card)) return {};
    PriceType type = desk.portal.price_point_of(purchase->eticket).type;
    bool lasts = type == PriceType::digital || type == PriceType::dynamic;
    bool is_dead = purchase->status == Status::expired &&
                   desk.clock.now() - purchase->expired_at >= kTokenDies;
    if (is_dead && !lasts) return {};
    return purchase;
}

Purchase trial_to_convert(const Desk& desk, const Link& link) {
    auto purchase = desk.books.find_by_guid(value_of(link.params, "ictoken"));
    auto refuse = [](const char* why) { throw Refusal(400, why); };
    if (!purchase) throw Refusal(400, "ERR301: Token doesn't exist in the Segpay System");
    if (desk.portal.price_point_of(purchase->eticket).type != PriceType::instant_conversion) {
        refuse("ERR302: Bill Config assigned to asset record is not an Instant Conversion");
    }
    if (purchase->status == Status::declined) {
        refuse("ERR303: Signup Transaction was not authorized");
    }
    if (purchase->has_converted) refuse("ERR304: Purchase record has already been converted");
    if (purchase->status != Status::active) {
        refuse("ERR310: Purchase record no longer has a status of Active");
    }
    Timestamp now = desk.clock.now();
    if (now + kConversionCloses >= purchase->next_bill) {
        refuse("ERR306: Purchase record has a NextDate within the cutoff for a conversion");
    }
    if (now - purchase->created < kConversionOpens) {
        throw Refusal(400, value_of(link.params, "ic301text",
                                    "Your sign-up is still being processed. "
                                    "Please try again in two minutes."));
    }
    return *purchase;
}

} // namespace sandbox
