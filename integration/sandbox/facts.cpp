// The table of postback parameters, and the letters written from it.
#include "facts.hpp"

#include <array>
#include <string_view>

#include "means.hpp"

namespace sandbox {
namespace {

// The input of the columns below.
struct Matter {
    const Portal& portal;
    const Letter& letter;
    const Purchase& purchase;
    const Transaction& sale; // an empty one if the letter has none
    const PricePoint& price;
};

std::string yes_no(bool yes) { return yes ? "Yes" : "No"; }

std::string first_name(const Matter& m) {
    return m.purchase.customer.name.substr(0, m.purchase.customer.name.find(' '));
}

std::string last_name(const Matter& m) {
    auto space = m.purchase.customer.name.find(' ');
    return space == std::string::npos ? "" : trimmed(m.purchase.customer.name.substr(space));
}

// <action>: of a transaction its name, of the others the change to the member.
std::string action(const Matter& m) {
    constexpr std::array kWords = {"Probe", "Enable", "Disable", "Cancel", "Reactivation"};
    auto kind = static_cast<std::size_t>(m.letter.kind);
    return kind < kWords.size() ? kWords[kind] : m.sale.action;
}

std::string eticket(const Matter& m) {
    bool says_it = m.letter.kind != PostbackKind::transaction || m.sale.is_signup ||
                   m.portal.eticket_on_every_transaction;
    return says_it ? m.letter.eticket().text() : "";
}

std::string standin(const Matter& m) {
    if (!m.price.standin) return "-1";
    return m.sale.standin ? "1" : "0";
}

// A sale through a link, not its renewals or refunds.
bool is_of_promotion(const Matter& m) { return m.price.promotion && m.sale.is_signup; }

std::string price(const Money& money) { return money.currency.empty() ? "" : decimal(money); }

// The last sale before this letter: not the one that reactivates.
std::string last_billed(const Matter& m) {
    Timestamp last = m.purchase.created;
    for (const Transaction& t : m.purchase.transactions) {
        bool is_sale = t.trantype == "sale" && t.action == "Auth" && t.approved;
        if (is_sale && t.at < m.letter.at) last = t.at;
    }
    return segpay_date(last);
}

// Processing API 2.0, "Full List of Postback Parameters". The marks are its columns: inquiry,
// enable, disable, cancellation, reactivation, transaction. The default name is the one that a
// postback without typed parameters carries; an empty one is never sent by default.
struct Field {
    std::string_view placeholder;
    std::string_view default_name;
    std::string_view marks;
    std::string (*value)(const Matter&);
};

constexpr std::array kFields = {
    Field{"action", "action", "XXXXXX", action},
    Field{"stage", "stage", "XX...X", [](const Matter& m) { return m.sale.stage; }},
    Field{"approved", "approved", "XX...X",
          [](const Matter& m) { return yes_no(m.sale.approved); }},
    Field{"trantype", "trantype", "XX...X", [](const Matter& m) { return m.sale.trantype; }},
    Field{"purchaseid", "purchaseid", "XXXXXX", [](const Matter& m) { return m.purchase.id; }},
    Field{"tranid", "tranid", "XXXX.X", [](const Matter& m) { return m.sale.id; }},
    Field{"price", "price", "XX...X", [](const Matter& m) { return price(m.sale.price); }},
    Field{"currencycode", "currencycode", "XX..XX",
          [](const Matter& m) { return m.price.currency; }},
    Field{"paymentaccountid", "paymentaccountid", ".....X",
          [](const Matter& m) { return m.purchase.card.account_id; }},
    Field{"ipaddress", "ipaddress", "XX...X",
          [](const Matter& m) { return m.purchase.customer.ip; }},
    Field{"relatedtranid", "relatedtranid", ".....X",
          [](const Matter& m) { return m.sale.related_id; }},
    Field{"eticketid", "eticketid", "XX..XX", eticket},
    Field{"ival", "ival", "XX...X", [](const Matter& m) { return price(m.price.initial); }},
    Field{"iint", "iint", "XX...X",
          [](const Matter& m) { return std::to_string(m.price.initial_days); }},
    Field{"rval", "rval", "XX..XX", [](const Matter& m) { return price(m.price.recurring); }},
    Field{"rint", "rint", "XX...X",
          [](const Matter& m) { return std::to_string(m.price.recurring_days); }},
    Field{"desc", "desc", "XX...X", [](const Matter& m) { return m.price.description; }},
    Field{"billname", "billname", "XX..XX",
          [](const Matter& m) { return m.purchase.customer.name; }},
    Field{"billnamefirst", "billnamefirst", "XX..XX", first_name},
    Field{"billnamelast", "billnamelast", "XX..XX", last_name},
    Field{"billemail", "billemail", "XX...X",
          [](const Matter& m) { return m.purchase.customer.email; }},
    Field{"billphone", "billphone", "XX...X",
          [](const Matter& m) { return m.purchase.customer.phone; }},
    Field{"billaddr", "billaddr", "XX...X",
          [](const Matter& m) { return m.purchase.customer.address; }},
    Field{"billcity", "billcity", "XX...X",
          [](const Matter& m) { return m.purchase.customer.city; }},
    Field{"billstate", "billstate", "XX...X",
          [](const Matter& m) { return m.purchase.customer.state; }},
    Field{"billzip", "billzip", "XX...X", [](const Matter& m) { return m.purchase.customer.zip; }},
    Field{"billcntry", "billcntry", "XX...X",
          [](const Matter& m) { return m.purchase.customer.country; }},
    Field{"transguid", "transguid", "XX...X", [](const Matter& m) { return m.sale.guid; }},
    Field{"standin", "standin", "XX...X", standin},
    Field{"xsellnum", "xsellnum", "XX...X",
          [](const Matter& m) { return std::to_string(m.purchase.cross_sell_slot); }},
    Field{"xselnum", "", "XX...X",
          [](const Matter& m) { return std::to_string(m.purchase.cross_sell_slot); }},
    Field{"transtime", "transtime", "XX...X",
          [](const Matter& m) { return segpay_time(m.sale.at); }},
    Field{"reactivationtimestamp", "reactivationtimestamp", "....X.",
          [](const Matter& m) { return segpay_time(m.letter.at); }},
    Field{"nextbilldate", "nextbilldate", "....X.",
          [](const Matter& m) { return segpay_date(m.purchase.next_bill); }},
    Field{"lastbilldate", "lastbilldate", "....X.", last_billed},
    Field{"cclast4", "cclast4", ".....X",
          [](const Matter& m) {
              return is_account(m.purchase.card) ? "" : m.purchase.card.last_four;
          }},
    Field{"authcode", "authcode", ".....X",
          [](const Matter& m) { return std::string(m.sale.approved ? "00" : "05"); }},
    Field{"refundreasoncode", "refundreasoncode", "..X..X",
          [](const Matter& m) { return m.sale.reason_code; }},
    Field{"refundcomment", "refundcomment", "..X..X",
          [](const Matter& m) { return m.sale.comment; }},
    Field{"refundedby", "refundedby", "..X..X", [](const Matter& m) { return m.sale.entered_by; }},
    Field{"cancelreasoncode", "cancelreasoncode", "...X.X",
          [](const Matter& m) { return m.sale.reason_code; }},
    Field{"cancelcomment", "cancelcomment", "...X.X",
          [](const Matter& m) { return m.sale.comment; }},
    Field{"cancelledby", "cancelledby", "...X.X",
          [](const Matter& m) { return m.sale.entered_by; }},
    Field{"cardtype", "cardtype", ".....X", [](const Matter& m) { return m.purchase.card.type; }},
    Field{"paymenttype", "paymenttype", ".....X",
          [](const Matter& m) { return std::string(is_account(m.purchase.card) ? "DD" : "CC"); }},
    Field{"prepaidindicator", "prepaidindicator", "XX...X",
          [](const Matter&) { return std::string("N"); }},
    Field{"urlid", "urlid", "XXXXXX",
          [](const Matter&
                 m) { return std::to_string(m.portal.package_of(m.letter.eticket()).website); }},
    Field{"merchantid", "merchantid", ".....X",
          [](const Matter& m) { return m.portal.merchant_id; }},
    Field{"singleusepromo", "issingleusepromo", ".....X",
          [](const Matter& m) { return yes_no(is_of_promotion(m)); }},
    Field{"scarequired", "scarequired", ".....X", [](const Matter&) { return std::string("No"); }},
    Field{"3dsauthenticated", "is3dsauthenticated", ".....X",
          [](const Matter&) { return std::string("No"); }},
    Field{"3dsauthenticationtype", "3dsauthenticationtype", ".....X",
          [](const Matter&) { return std::string(); }},
    Field{"authprice", "authprice", ".....X",
          [](const Matter& m) { return price(m.sale.auth_price); }},
    Field{"authcurrency", "authcurrency", ".....X",
          [](const Matter& m) { return m.sale.auth_price.currency; }},
};

bool goes_with(const Field& field, PostbackKind kind) {
    return field.marks[static_cast<std::size_t>(kind)] == 'X';
}

std::string look_up(const Matter& matter, std::string_view name) {
    constexpr std::string_view kExtra = "extra ";
    if (name.substr(0, kExtra.size()) == kExtra) {
        return value_of(matter.letter.extras(), trimmed(name.substr(kExtra.size())));
    }
    for (const Field& field : kFields) {
        if (field.placeholder == name) {
            return goes_with(field, matter.letter.kind) ? field.value(matter) : "";
        }
    }
    return "";
}

void append_everything(Filled& filled, const Matter& matter) {
    for (const Field& field : kFields) {
        if (!field.default_name.empty() && goes_with(field, matter.letter.kind)) {
            filled.append(field.default_name, field.value(matter));
        }
    }
    for (const auto& [name, value] : matter.letter.extras())
        filled.append(name, value);
}

// The parameters that Segpay adds to a custom transaction postback: the three names of 3-D Secure
// always, <transguid> and <standin> with instant conversion price points, and singleusepromo=yes
// with the sale of a single-use promotion.
void append_unasked(Filled& filled, const Matter& matter, std::string_view pasted) {
    constexpr std::array kAlways = {"scarequired", "3dsauthenticated", "3dsauthenticationtype"};
    constexpr std::array kInstantConversion = {"transguid", "standin"};
    auto add = [&](std::string_view placeholder) {
        for (const Field& field : kFields) {
            if (field.placeholder == placeholder && !has_parameter(pasted, field.default_name)) {
                filled.append(field.default_name, field.value(matter));
            }
        }
    };
    for (const char* name : kAlways)
        add(name);
    if (is_of_promotion(matter) && !has_parameter(pasted, "singleusepromo"))
        filled.append("singleusepromo", "yes");
    if (matter.price.type != PriceType::instant_conversion) return;
    for (const char* name : kInstantConversion)
        add(name);
}

} // namespace

Filled write(const Portal& portal, const Letter& letter, const PostbackUrl& url) {
    static const Transaction kNone;
    Matter matter{portal, letter, letter.purchase, letter.transaction ? *letter.transaction : kNone,
                  portal.price_point_of(letter.eticket())};
    Filled filled =
        fill_in(url.pasted, [&](std::string_view name) { return look_up(matter, name); });
    if (is_default(url.pasted)) {
        append_everything(filled, matter);
    } else if (letter.kind == PostbackKind::transaction) {
        append_unasked(filled, matter, url.pasted);
    }
    if (letter.kind == PostbackKind::transaction && letter.purchase.test_mode) {
        filled.append("TESTTRANS", "1");
    }
    return filled;
}

} // namespace sandbox
