// The HTTP API: purchases, their events, postbacks and the clock, as JSON. Passwords are masked in
// all of it.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/StringTokenizer.h>
#include <Poco/TextConverter.h>
#include <Poco/UTF8Encoding.h>

#include <charconv>
#include <sstream>

#include "life.hpp"
#include "refusal.hpp"
#include "web.hpp"

namespace sandbox {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr int kMaxAdvanceSeconds = 10 * 366 * 24 * 3600;

Object object() { return Object(Poco::JSON_PRESERVE_KEY_ORDER); }

// Bytes that are no UTF-8 would make the whole answer unreadable.
std::string clean(const std::string& text) {
    Poco::UTF8Encoding utf8;
    std::string out;
    Poco::TextConverter(utf8, utf8).convert(text, out);
    return out;
}

void set_text(Object& json, const std::string& name, const std::string& text) {
    if (text.empty()) {
        json.set(name, Poco::Dynamic::Var());
    } else {
        json.set(name, clean(text));
    }
}

Answer json_answer(int status, const Object& json) {
    std::ostringstream out;
    json.stringify(out);
    out << "\n";
    return {status, "application/json", out.str(), ""};
}

Object attempt_json(const Attempt& attempt) {
    Object json = object();
    json.set("at", iso_time(attempt.at));
    json.set("status", attempt.status);
    json.set("body", clean(attempt.body));
    json.set("accepted", attempt.accepted);
    set_text(json, "problem", attempt.problem);
    return json;
}

Object postback_json(const Postback& postback) {
    Object json = object();
    std::string url = postback.url.shown;
    std::string form;
    if (postback.settings.by_post && url.find('?') != std::string::npos) {
        form = url.substr(url.find('?') + 1);
        url.resize(url.find('?'));
    }
    json.set("n", postback.n);
    json.set("kind", name_of(postback.kind));
    json.set("method", postback.settings.by_post ? "POST" : "GET");
    json.set("url", url);
    set_text(json, "form", form);
    json.set("purchaseid", postback.purchase_id);
    set_text(json, "tranid", postback.transaction_id);
    Array attempts;
    for (const Attempt& attempt : postback.attempts)
        attempts.add(attempt_json(attempt));
    json.set("attempts", attempts);
    json.set("accepted", postback.accepted());
    json.set("given_up", postback.given_up());
    set_text(json, "next_retry", postback.next_retry ? iso_time(*postback.next_retry) : "");
    return json;
}

Array postbacks_json(const std::vector<Postback>& postbacks) {
    Array list;
    for (const Postback& postback : postbacks)
        list.add(postback_json(postback));
    return list;
}

Object transaction_json(const Transaction& t) {
    Object json = object();
    json.set("tranid", t.id);
    set_text(json, "relatedtranid", t.related_id);
    json.set("transguid", t.guid);
    json.set("trantype", t.trantype);
    json.set("action", t.action);
    json.set("stage", t.stage);
    json.set("approved", t.approved);
    json.set("standin", t.standin);
    json.set("price", decimal(t.price));
    json.set("currency", t.price.currency);
    json.set("eticket", t.eticket.text());
    json.set("at", iso_time(t.at));
    json.set("fate", name_of(t.fate));
    return json;
}

Object extras_json(const Params& extras) {
    Object json = object();
    for (const auto& [name, value] : extras) {
        json.set(clean(name), name == "password" && !value.empty() ? "***" : clean(value));
    }
    return json;
}

Object purchase_json(const Portal& portal, const Purchase& purchase) {
    Object json = object();
    json.set("id", purchase.id);
    json.set("eticket", purchase.eticket.text());
    json.set("status", name_of(purchase.status));
    json.set("test", purchase.test_mode);
    json.set("converted", purchase.has_converted);
    json.set("standin_pending", purchase.standin_pending);
    json.set("xsellnum", purchase.cross_sell_slot);
    set_text(json, "parent", purchase.parent_id);
    set_text(json, "name", purchase.customer.name);
    set_text(json, "email", purchase.customer.email);
    set_text(json, "username", value_of(purchase.extras, "username"));
    json.set("card", purchase.card.type + " " + purchase.card.last_four);
    bool renews = portal.price_point_of(purchase.eticket).renews();
    set_text(json, "next_bill", renews ? iso_time(purchase.next_bill) : "");
    json.set("extras", extras_json(purchase.extras));
    Array transactions;
    for (const Transaction& t : purchase.transactions)
        transactions.add(transaction_json(t));
    json.set("transactions", transactions);
    Array actions;
    for (const Possible& possible : possible_actions(portal, purchase)) {
        actions.add(std::string(possible.action));
    }
    json.set("actions", actions);
    return json;
}

Object clock_json(const Desk& desk) {
    Object json = object();
    json.set("now", iso_time(desk.clock.now()));
    json.set("offset_s", desk.clock.offset_us() / kSecond);
    return json;
}

int number_in(const Params& params, const std::string& name) {
    std::string text = value_of(params, name);
    int value = -1;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) {
        throw Refusal(400, name + " is \"" + text + "\"; expected a whole number");
    }
    return value;
}

std::set<int> slots_in(const std::string& list) {
    std::set<int> slots;
    Poco::StringTokenizer parts(
        list, ",", Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    for (const std::string& part : parts) {
        if (part != "1" && part != "2") throw Refusal(400, "cross_sells: expected 1 and 2 only");
        slots.insert(part == "1" ? 1 : 2);
    }
    return slots;
}

// What a consumer would type in place of the link's own values.
void type_in(const Params& given, Params& page) {
    struct Typed {
        const char* name;
        const char* field;
        const char* otherwise; // typed where neither the link nor the caller says anything
    };
    constexpr Typed kTyped[] = {
        {"name", "x-billname", "Test Customer"},
        {"email", "x-billemail", "customer@example.com"},
        {"username", "username", ""},
        {"password", "password", ""},
    };
    for (const Typed& typed : kTyped) {
        std::string value = value_of(given, typed.name, value_of(page, typed.field));
        if (value.empty()) value = typed.otherwise;
        if (!value.empty()) page[typed.field] = value;
    }
    constexpr std::string_view kFields = "fields.";
    for (const auto& [name, value] : given) {
        if (name.rfind(kFields, 0) == 0) page[name.substr(kFields.size())] = value;
    }
}

} // namespace

Answer json_error(int status, const std::string& what) {
    Object json = object();
    json.set("error", clean(what));
    return json_answer(status, json);
}

Answer json_receipt(const Receipt& receipt, const Link& link) {
    const std::string kind = receipt.approved ? "x-auth-" : "x-decl-";
    Object json = object();
    json.set("approved", receipt.approved);
    json.set("purchase_id", receipt.purchase_id);
    json.set("transaction_id", receipt.transaction_id);
    set_text(json, "username", receipt.username);
    set_text(json, "link", value_of(link.params, kind + "link"));
    set_text(json, "text", value_of(link.params, kind + "text"));
    Array purchases;
    for (const std::string& id : receipt.purchases)
        purchases.add(id);
    json.set("purchases", purchases);
    json.set("postbacks", postbacks_json(receipt.postbacks));
    return json_answer(200, json);
}

Answer api_purchases(const Desk& desk, const Request&) {
    Array list;
    for (const Purchase& purchase : desk.books.all()) {
        list.add(purchase_json(desk.portal, purchase));
    }
    Object json = object();
    json.set("purchases", list);
    return json_answer(200, json);
}

Answer api_purchase(const Desk& desk, const Request& request) {
    auto purchase = desk.books.find(request.path[2]);
    if (!purchase) throw Refusal(404, "there is no purchase " + request.path[2]);
    return json_answer(200, purchase_json(desk.portal, *purchase));
}

Answer api_act(const Desk& desk, const Request& request) {
    Deed deed = act(desk, request.path[2], request.path[3], request.params);
    Object json = object();
    json.set("purchase_id", deed.purchase_id);
    set_text(json, "transaction_id", deed.transaction_id);
    json.set("purchase", purchase_json(desk.portal, *desk.books.find(deed.purchase_id)));
    json.set("postbacks", postbacks_json(deed.postbacks));
    return json_answer(200, json);
}

Answer api_postbacks(const Desk& desk, const Request&) {
    Object json = object();
    json.set("postbacks", postbacks_json(desk.postman.all()));
    return json_answer(200, json);
}

// The facts that a merchant never got: for comparing reports with books.
Answer api_given_up(const Desk& desk, const Request&) {
    std::vector<Postback> all = desk.postman.all();
    std::erase_if(all, [](const Postback& postback) { return !postback.given_up(); });
    Object json = object();
    json.set("postbacks", postbacks_json(all));
    return json_answer(200, json);
}

Answer api_repeat(const Desk& desk, const Request& request) {
    int n = number_in({{"postback", request.path[2]}}, "postback");
    return json_answer(200, postback_json(desk.postman.repeat(n)));
}

Answer api_clock(const Desk& desk, const Request&) { return json_answer(200, clock_json(desk)); }

Answer api_turn_clock(const Desk& desk, const Request& request) {
    int seconds = number_in(request.params, "advance_s");
    if (seconds > kMaxAdvanceSeconds) throw Refusal(400, "advance_s: ten years at most");
    std::vector<Postback> sent = desk.postman.turn_clock(seconds * kSecond);
    Object json = clock_json(desk);
    json.set("postbacks", postbacks_json(sent));
    return json_answer(200, json);
}

Answer api_signup(const Desk& desk, const Request& request) {
    const Params& given = request.params;
    Payment payment;
    payment.link = parse_link(value_of(given, "link"));
    type_in(given, payment.link.params);
    payment.means =
        means_of(desk, payment.link,
                 {value_of(given, "card"), value_of(given, "account"), value_of(given, "routing"),
                  value_of(payment.link.params, "x-billcntry")});
    payment.cross_sells = slots_in(value_of(given, "cross_sells"));
    if (given.count("price_point")) payment.price_point = number_in(given, "price_point");
    payment.currency = value_of(given, "currency");
    payment.standin = is_yes(given, "standin");
    payment.ip = value_of(given, "ip", request.client_ip);
    return json_receipt(pay(desk, payment), payment.link);
}

} // namespace sandbox
