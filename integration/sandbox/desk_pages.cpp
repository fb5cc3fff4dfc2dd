// Pages for the developer: purchases, one purchase with its buttons, postbacks, the clock.
#include <Poco/URI.h>

#include <array>

#include "html.hpp"
#include "life.hpp"
#include "refusal.hpp"
#include "web.hpp"

namespace sandbox {
namespace {

constexpr const char* kNav =
    "<nav><a href=\"/\">Purchases</a><a href=\"/postbacks\">Postbacks</a></nav>\n";

struct Advance {
    const char* seconds;
    const char* label;
};
constexpr std::array kAdvances = {
    Advance{"300", "5 minutes"}, Advance{"3600", "1 hour"},     Advance{"43200", "12 hours"},
    Advance{"86400", "1 day"},   Advance{"2592000", "30 days"},
};

std::string cell(const std::string& text) { return "<td>" + escape_html(text) + "</td>"; }

std::string row(const std::string& name, const std::string& value) {
    if (value.empty()) return "";
    return "<tr><th>" + escape_html(name) + "</th>" + cell(value) + "</tr>";
}

std::string purchase_link(const std::string& id) {
    return "<a href=\"/purchases/" + escape_html(id) + "\">" + escape_html(id) + "</a>";
}

std::string button(const std::string& target, const std::string& label) {
    return "<form class=\"inline\" method=\"post\" action=\"" + escape_html(target) +
           "\"><button class=\"plain\">" + escape_html(label) + "</button></form>\n";
}

std::string verdict(const Postback& postback) {
    if (postback.attempts.empty()) return "<td>on its way</td>";
    const Attempt& last = postback.attempts.back();
    std::string text =
        last.status ? std::to_string(last.status) + " " + last.body.substr(0, 60) : last.problem;
    return std::string("<td class=\"") + (last.accepted ? "good" : "bad") + "\">" +
           escape_html(text) + "</td>";
}

std::string postback_table(const std::vector<Postback>& postbacks) {
    std::string table =
        "<div class=\"scroll\"><table><tr><th>#</th><th>Kind</th><th>Purchase</th><th>Sent</th>"
        "<th>Answer</th><th>Times</th><th>Next retry</th><th></th></tr>\n";
    for (auto it = postbacks.rbegin(); it != postbacks.rend(); ++it) {
        table += "<tr>" + cell(std::to_string(it->n)) + cell(name_of(it->kind)) + "<td>" +
                 purchase_link(it->purchase_id) + "</td><td><code>" +
                 (it->settings.by_post ? "POST " : "GET ") + escape_html(it->url.shown) +
                 "</code></td>" + verdict(*it) + cell(std::to_string(it->attempts.size())) +
                 cell(it->next_retry ? iso_time(*it->next_retry) : "") + "<td>" +
                 button("/postbacks/" + std::to_string(it->n) + "/repeat", "Send again") +
                 "</td></tr>\n";
    }
    return table + "</table></div>\n";
}

std::string facts_table(const Desk& desk, const Purchase& p) {
    const PricePoint& price = desk.portal.price_point_of(p.eticket);
    std::string text = price.type == PriceType::dynamic ? spoken(p.transactions.front().price)
                                                        : price_text(price, {});
    std::string table = "<div class=\"scroll\"><table>";
    table += row("Status", name_of(p.status)) + row("eTicket", p.eticket.text());
    table += row("Price", text) + row("Customer", p.customer.name);
    table += row("E-mail", p.customer.email);
    table += row("User name", value_of(p.extras, "username"));
    table += row("Card", p.card.type + " ending in " + p.card.last_four);
    table += row("Mode", p.test_mode ? "test" : "live");
    table += row("Cross sell", p.cross_sell_slot ? std::to_string(p.cross_sell_slot) : "");
    if (!p.parent_id.empty()) {
        table += "<tr><th>Bought with</th><td>" + purchase_link(p.parent_id) + "</td></tr>";
    }
    if (price.renews()) table += row("Next bill", segpay_date(p.next_bill));
    return table + "</table></div>\n";
}

std::string transaction_table(const Purchase& purchase) {
    std::string table =
        "<div class=\"scroll\"><table><tr><th>Transaction</th><th>Type</th><th>Stage</th>"
        "<th>Approved</th><th>Amount</th><th>About</th><th>Time</th><th>Since</th></tr>\n";
    for (const Transaction& t : purchase.transactions) {
        bool is_follow_up = !t.related_id.empty();
        table += "<tr>" + cell(t.id) + cell(t.trantype + " " + t.action) + cell(t.stage) +
                 cell(std::string(t.approved ? "yes" : "no") + (t.standin ? ", stand-in" : "")) +
                 cell(spoken(t.price)) + cell(t.related_id) + cell(iso_time(t.at)) +
                 cell(is_follow_up || !t.approved ? "" : name_of(t.fate)) + "</tr>\n";
    }
    return table + "</table></div>\n";
}

std::string one_click_form(const Desk& desk, const Purchase& purchase) {
    std::string options;
    for (const auto& [id, package] : desk.portal.packages) {
        for (const PricePoint& point : package.price_points) {
            if (!point.one_click) continue;
            std::string eticket = Eticket{id, point.id}.text();
            options += "<option value=\"" + eticket + "\">" + eticket + " " +
                       escape_html(point.description) + "</option>";
        }
    }
    if (options.empty() || purchase.status == Status::declined) return "";
    auto field = [](const char* name, const char* label) {
        return std::string("<label>") + label + "<input type=\"text\" name=\"" + name +
               "\"></label>\n";
    };
    return "<details><summary>One-click purchase with this card</summary>\n"
           "<form class=\"pay\" method=\"post\" action=\"/purchases/" +
           escape_html(purchase.id) + "/one_click\"><label>eTicket<select name=\"eticket\">" +
           options + "</select></label>\n" + field("amount", "Amount (dynamic price points only)") +
           field("tokenplus", "tokenplus, as the host would put it on the link") +
           field("upsell", "upsell, as the host would put it on the link") +
           "<button>Buy</button></form></details>\n";
}

Answer page(const std::string& title, const std::string& body) {
    return {200, "text/html; charset=utf-8", html_page(title, kNav + body), ""};
}

Answer redirect(const std::string& where) {
    return {303, "text/html; charset=utf-8", html_page("Done", html_link(where, where)), where};
}

} // namespace

Answer page_purchases(const Desk& desk, const Request&) {
    std::string table =
        "<div class=\"scroll\"><table><tr><th>Purchase</th><th>eTicket</th><th>Status</th>"
        "<th>Customer</th><th>User name</th><th>Made</th></tr>\n";
    auto purchases = desk.books.all();
    for (auto it = purchases.rbegin(); it != purchases.rend(); ++it) {
        table += "<tr><td>" + purchase_link(it->id) + "</td>" + cell(it->eticket.text()) +
                 cell(name_of(it->status)) + cell(it->customer.name) +
                 cell(value_of(it->extras, "username")) + cell(iso_time(it->created)) + "</tr>\n";
    }
    table += "</table></div>\n";
    if (purchases.empty()) {
        table = "<p>No purchases yet. Follow a join link to <code>/billing/poset.cgi</code>.</p>";
    }
    return page("Segpay sandbox", table);
}

Answer page_purchase(const Desk& desk, const Request& request) {
    auto purchase = desk.books.find(request.path[1]);
    if (!purchase) throw Refusal(404, "there is no purchase " + request.path[1]);
    std::string body = facts_table(desk, *purchase) + "<h2>What happens next</h2>\n";
    for (const Possible& possible : possible_actions(desk.portal, *purchase)) {
        body += button("/purchases/" + purchase->id + "/" + std::string(possible.action),
                       std::string(possible.label));
    }
    body += one_click_form(desk, *purchase);
    body += "<h2>Transactions</h2>\n" + transaction_table(*purchase);
    std::vector<Postback> own;
    for (const Postback& postback : desk.postman.all()) {
        if (postback.purchase_id == purchase->id) own.push_back(postback);
    }
    body += "<h2>Postbacks</h2>\n" + postback_table(own);
    return page("Purchase " + purchase->id, body);
}

Answer page_act(const Desk& desk, const Request& request) {
    Params filled; // fields left empty in a form were not given
    for (const auto& [name, value] : request.params) {
        if (!value.empty()) filled[name] = value;
    }
    Deed deed = act(desk, request.path[1], request.path[2], filled);
    return redirect("/purchases/" + deed.purchase_id);
}

Answer page_postbacks(const Desk& desk, const Request&) {
    std::string body = "<p>The clock says " + iso_time(desk.clock.now()) +
                       ". Turn it forward; retries that fall due are sent on the way.</p>\n";
    body += "<form method=\"post\" action=\"/clock\">";
    for (const Advance& advance : kAdvances) {
        body += std::string("<button class=\"plain\" name=\"advance_s\" value=\"") +
                advance.seconds + "\">" + advance.label + "</button>\n";
    }
    return page("Postbacks", body + "</form>\n" + postback_table(desk.postman.all()));
}

Answer page_repeat(const Desk& desk, const Request& request) {
    api_repeat(desk, {"POST", {"api", "postbacks", request.path[1], "repeat"}, {}, false, ""});
    return redirect("/postbacks");
}

Answer page_turn_clock(const Desk& desk, const Request& request) {
    api_turn_clock(desk, request);
    return redirect("/postbacks");
}

} // namespace sandbox
