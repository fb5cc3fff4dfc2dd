// Forms without JavaScript: the pay page for each kind of link, and the result.
#include "paypage.hpp"

#include <array>

#include "html.hpp"

namespace sandbox {
namespace {

struct Input {
    const char* name;
    const char* type;
    const char* label;
};
constexpr std::array kBillingInputs = {
    Input{"x-billname", "text", "Your name (as it appears on your card)"},
    Input{"x-billemail", "email", "E-mail (we send you a receipt and nothing else)"},
    Input{"x-billzip", "text", "Zip code"},
    Input{"x-billcntry", "text", "Country (two letters)"},
};
constexpr Input kUsername{"username", "text", "Choose a user name"};
constexpr Input kPassword{"password", "password", "Choose a password"};
constexpr Input kCardNumber{"sp-card", "text", "Card number"};
constexpr Input kAccount{"sp-account", "text", "Or by direct debit: account number or IBAN"};
constexpr Input kRouting{"sp-routing", "text", "Bank routing number, sort code or BIC"};
constexpr Input kCvv{"sp-cvv", "password", "CVV"};

std::string labelled(const Input& input, const std::string& value) {
    return "<label>" + escape_html(input.label) + "<input type=\"" + input.type + "\" name=\"" +
           input.name + "\" value=\"" + escape_html(value) + "\" autocomplete=\"off\"></label>\n";
}

std::string tick(const std::string& name, const std::string& text) {
    return "<label class=\"tick\"><input type=\"checkbox\" name=\"" + name +
           "\" value=\"1\"><span>" + escape_html(text) + "</span></label>\n";
}

std::string option(const std::string& value, const std::string& text, bool chosen) {
    return "<option value=\"" + escape_html(value) + "\"" + (chosen ? " selected" : "") + ">" +
           escape_html(text) + "</option>";
}

std::string price_choice(const Offer& offer, const Params& params) {
    std::string chosen_price =
        "<p class=\"price\">" + escape_html(price_text(offer.chosen(), params)) + "</p>\n";
    if (offer.choices.size() == 1) return chosen_price;
    std::string radios = "<fieldset><legend>Choose your price</legend>";
    std::string list = "<label>Choose your price<select name=\"sp-pricepoint\">";
    for (const PricePoint* point : offer.choices) {
        std::string id = std::to_string(point->id);
        std::string text = point->description + ": " + price_text(*point, params);
        bool chosen = point->id == offer.eticket.price_point;
        list += option(id, text, chosen);
        radios += "<label class=\"tick\"><input type=\"radio\" name=\"sp-pricepoint\" value=\"" +
                  id + "\"" + (chosen ? " checked" : "") + "><span>" + escape_html(text) +
                  "</span></label>";
    }
    return chosen_price +
           (offer.by_radio_buttons ? radios + "</fieldset>\n" : list + "</select></label>\n");
}

// "Dynamic Multi-Currency": DMCURRENCY=none hides the menu, a currency's code chooses it.
std::string currency_choice(const Offer& offer, const Params& params) {
    std::string asked = lower(value_of(params, "dmcurrency"));
    if (!offer.package->multi_currency || asked == "none") return "";
    Money base = first_price(offer.chosen(), params);
    std::string menu = "<label>Pay in<select name=\"sp-currency\">";
    menu += option("", spoken(base), asked.empty());
    for (const std::string& currency : payable_currencies()) {
        auto amount = converted(base, currency);
        if (!amount || currency == base.currency) continue;
        menu += option(currency, spoken(*amount), lower(currency) == asked);
    }
    return menu + "</select></label>\n";
}

std::string cross_sell_choice(const Portal& portal, const Offer& offer, const Params& params) {
    std::string ticks;
    for (const auto& [slot, eticket] : offer.cross_sells) {
        const Package& package = portal.package_of(eticket);
        ticks +=
            tick("sp-cross-sell-" + std::to_string(slot),
                 "Yes, also " + package.description + " (" + portal.websites.at(package.website) +
                     "): " + price_text(portal.price_point_of(eticket), params));
    }
    if (ticks.empty()) return "";
    return "<fieldset><legend>Special offers</legend>" + ticks + "</fieldset>\n";
}

std::string login_inputs(const Offer& offer, const Params& params) {
    bool password = false;
    bool username = false;
    for (const PricePoint* point : offer.choices) {
        password = password || point->collect != Collect::nothing;
        username = username || point->collect == Collect::username_and_password;
    }
    std::string inputs;
    if (username) inputs += labelled(kUsername, value_of(params, "username"));
    if (password) inputs += labelled(kPassword, value_of(params, "password"));
    return inputs;
}

std::string card_on_file_inputs(const Purchase& purchase) {
    return "<p>" + escape_html(purchase.customer.name) + ", " + escape_html(purchase.card.type) +
           " ending in " + escape_html(purchase.card.last_four) + "</p>\n" + labelled(kCvv, "") +
           "<label>The bank in this sandbox<select name=\"sp-bank\">" +
           option("approve", "approves", true) + option("decline", "declines", false) +
           "</select></label>\n";
}

// Every parameter of the link that has no input of its own.
std::string carried_along(const Params& params, const std::string& form) {
    std::string hidden;
    for (const auto& [name, value] : params) {
        bool is_input = form.find("name=\"" + escape_html(name) + "\"") != std::string::npos;
        if (!is_input) hidden += hidden_input(name, value);
    }
    return hidden;
}

std::string conversion_form(const PayPage& page) {
    const PricePoint& price = page.portal.price_point_of(page.on_file->eticket);
    Money today = price.discount.value_or(price.recurring);
    return "<p class=\"price\">" + escape_html(spoken(today)) + " today, then " +
           escape_html(spoken(price.recurring)) + " every " + std::to_string(price.recurring_days) +
           " days</p>\n" + labelled(kBillingInputs[1], value_of(page.link.params, "x-billemail"));
}

std::string purchase_form(const PayPage& page) {
    const Offer& offer = *page.offer;
    const Params& params = page.link.params;
    std::string form = "<p>" + escape_html(offer.package->description) + " at " +
                       escape_html(page.portal.websites.at(offer.package->website)) + "</p>\n";
    form += price_choice(offer, params) + currency_choice(offer, params);
    if (page.on_file) return form;
    for (const Input& input : kBillingInputs) {
        form += labelled(input, value_of(params, input.name));
    }
    form += login_inputs(offer, params) + cross_sell_choice(page.portal, offer, params);
    form += labelled(kCardNumber, "") + labelled(kCvv, "");
    form += labelled(kAccount, "") + labelled(kRouting, "");
    if (offer.chosen().standin) {
        form += tick("sp-standin", "Sandbox: the bank cannot be reached (stand-in approval)");
    }
    return form;
}

bool is_test_mode(const PayPage& page) {
    return page.offer ? page.offer->package->test_mode : page.on_file->test_mode;
}

} // namespace

std::string pay_page_html(const PayPage& page) {
    std::string form = page.offer ? purchase_form(page) : conversion_form(page);
    if (page.on_file) form += card_on_file_inputs(*page.on_file);
    std::string body;
    if (!page.error.empty()) body += "<p class=\"error\">" + escape_html(page.error) + "</p>\n";
    body += "<form class=\"pay\" method=\"post\" action=\"/billing/pay\">\n";
    body += hidden_input("sp-page", script_of(page.link.page));
    body += carried_along(page.link.params, form) + form;
    body += "<p><button>Pay</button></p>\n</form>\n";
    std::string language = value_of(page.link.params, "paypagelanguage");
    if (!language.empty()) {
        body += "<p>Page language asked for: " + escape_html(language) +
                ". The sandbox speaks English.</p>\n";
    }
    if (is_test_mode(page)) {
        body +=
            "<p class=\"notice\">To protect your privacy, <b>*** Test Mode ***</b> will appear "
            "on your statement. 4444 3333 2222 1111 approves, 4444 4444 4444 4455 declines.</p>";
    }
    return html_page("Secure payment", body);
}

std::string result_html(const Receipt& receipt, const Link& link) {
    const char* kind = receipt.approved ? "x-auth-" : "x-decl-";
    std::string address = value_of(link.params, std::string(kind) + "link");
    std::string text = value_of(link.params, std::string(kind) + "text");
    std::string body = receipt.approved
                           ? "<p class=\"good\">Your payment was approved.</p>"
                           : "<p class=\"bad\">Your transaction was declined, please try a "
                             "different card or contact us.</p>";
    body += "<table><tr><th>Purchase</th><td>" + escape_html(receipt.purchase_id) +
            "</td></tr><tr><th>Transaction</th><td>" + escape_html(receipt.transaction_id) +
            "</td></tr>";
    if (receipt.approved && !receipt.username.empty()) {
        body += "<tr><th>User name</th><td>" + escape_html(receipt.username) + "</td></tr>";
    }
    body += "</table>\n";
    if (!address.empty()) body += "<p>" + html_link(address, text) + "</p>\n";
    body += "<p><a href=\"/purchases/" + escape_html(receipt.purchase_id) +
            "\">This purchase in the sandbox</a></p>";
    return html_page(receipt.approved ? "Approved" : "Declined", body);
}

std::string error_html(const std::string& what) {
    return html_page("This link does not work", "<p class=\"error\">" + escape_html(what) + "</p>");
}

} // namespace sandbox
