// Pay pages over HTTP: poset.cgi, OneClick.aspx and InstantConv.aspx, and the form that they post.
#include "html.hpp"
#include "paypage.hpp"
#include "refusal.hpp"
#include "web.hpp"

namespace sandbox {
namespace {

PayPage page_for(const Desk& desk, const Link& link) {
    PayPage page{desk.portal, link, {}, {}, {}};
    if (link.page == Page::instant_conversion) {
        page.on_file = trial_to_convert(desk, link);
        return page;
    }
    page.offer = read_offer(desk.portal, link);
    if (link.page == Page::one_click) page.on_file = card_on_file(desk, link);
    return page;
}

// Takes the payment out of the form. Card and account number go to means_of, the CVV nowhere.
Payment read_payment(const Request& request) {
    Payment payment;
    payment.link.page = page_of(value_of(request.params, "sp-page", "poset.cgi"));
    for (const auto& [name, value] : request.params) {
        if (name.rfind("sp-", 0) != 0) payment.link.params[name] = value;
    }
    if (value_of(request.params, "sp-bank") == "decline") payment.means.bank = Bank::declines;
    for (int slot : {1, 2}) {
        if (is_yes(request.params, "sp-cross-sell-" + std::to_string(slot))) {
            payment.cross_sells.insert(slot);
        }
    }
    auto chosen = parse_eticket("0:" + value_of(request.params, "sp-pricepoint", "0"));
    if (!chosen) throw Refusal(400, "sp-pricepoint is no number");
    payment.price_point = chosen->price_point;
    payment.currency = value_of(request.params, "sp-currency");
    payment.standin = is_yes(request.params, "sp-standin");
    payment.ip = request.client_ip;
    return payment;
}

void read_means(const Desk& desk, const Request& request, Payment& payment) {
    const Typed typed{value_of(request.params, "sp-card"), value_of(request.params, "sp-account"),
                      value_of(request.params, "sp-routing"),
                      value_of(payment.link.params, "x-billcntry")};
    if (!typed.is_empty()) payment.means = means_of(desk, payment.link, typed);
}

Answer page_again(const Desk& desk, const Link& link, int status, const std::string& why) {
    PayPage page = page_for(desk, link);
    page.error = why;
    return {status, "text/html; charset=utf-8", pay_page_html(page), ""};
}

} // namespace

Answer show_pay_page(const Desk& desk, const Request& request) {
    Link link{page_of(request.path.back()), request.params};
    link.params.erase("format");
    return {200, "text/html; charset=utf-8", pay_page_html(page_for(desk, link)), ""};
}

Answer take_payment(const Desk& desk, const Request& request) {
    Payment payment = read_payment(request);
    payment.link.params.erase("format");
    Receipt receipt;
    try {
        read_means(desk, request, payment);
        receipt = pay(desk, payment);
    } catch (const Refusal& refusal) {
        if (request.wants_json) throw;
        return page_again(desk, payment.link, refusal.status(), refusal.what());
    }
    if (request.wants_json) return json_receipt(receipt, payment.link);
    // "Credit Card Transactions": in test mode a decline is final unless the link says otherwise.
    bool may_retry = lower(value_of(payment.link.params, "testmoderetrydecline")) == "on";
    if (!receipt.approved && may_retry) {
        return page_again(desk, payment.link, 200, "Your transaction was declined. Try again.");
    }
    return {200, "text/html; charset=utf-8", result_html(receipt, payment.link), ""};
}

} // namespace sandbox
