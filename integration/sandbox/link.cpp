// The pay page's parameters: which steer the page, which are handed back, and their limits.
#include "link.hpp"

#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr std::size_t kMaxUserDefined = 32; // Processing API 2.0, "User-defined pass-through"

struct Script {
    Page page;
    const char* name;
};
constexpr std::array kScripts = {
    Script{Page::join, "poset.cgi"},
    Script{Page::one_click, "OneClick.aspx"},
    Script{Page::instant_conversion, "InstantConv.aspx"},
};

// Parameters that steer the pay page and are not handed back.
constexpr std::array<std::string_view, 28> kPageParams = {
    "x-eticketid",
    "pplist",
    "plist",
    "ppviewoption",
    "ppvviewoption",
    "ppviewtype",
    "x-billname",
    "x-billemail",
    "x-billphone",
    "x-billaddr",
    "x-billcity",
    "x-billstate",
    "x-billzip",
    "x-billcntry",
    "x-auth-link",
    "x-auth-text",
    "x-decl-link",
    "x-decl-text",
    "crosssaleoff",
    "paypagelanguage",
    "lang",
    "dmcurrency",
    "testmoderetrydecline",
    "ictoken",
    "ic301text",
    "amount",
    "dynamictrans",
    "dynamicdesc",
};

// Segpay's own among those that are handed back: the limits of user-defined ones do not hold.
constexpr std::array<std::string_view, 14> kOwnExtras = {
    "username", "password", "merchantpartnerid",
    "octoken",  "ref1",     "ref2",
    "ref3",     "ref4",     "ref5",
    "ref6",     "ref7",     "ref8",
    "ref9",     "ref10",
};

constexpr std::string_view kFormFields = "sp-"; // what the pay page's own form adds

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

void check_user_defined(const Params& extras) {
    for (const auto& [name, value] : extras) {
        if (is_one_of(kOwnExtras, name)) continue;
        if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front()))) {
            throw Refusal(400, "user-defined parameter \"" + name +
                                   "\": a name cannot be empty or begin with a number");
        }
        if (characters(value) > kMaxUserDefined) {
            throw Refusal(400, "user-defined parameter \"" + name + "\" has " +
                                   std::to_string(characters(value)) +
                                   " characters; the limit is " + std::to_string(kMaxUserDefined));
        }
    }
}

const PricePoint& price_point_in(const Package& package, const std::string& id,
                                 const std::string& parameter) {
    auto eticket = parse_eticket(std::to_string(package.id) + ":" + id);
    const PricePoint* found = eticket ? package.find(eticket->price_point) : nullptr;
    if (!found) {
        throw Refusal(400, parameter + ": package " + std::to_string(package.id) +
                               " has no price point \"" + id + "\"");
    }
    return *found;
}

void read_choices(Offer& offer, const Params& params) {
    std::string name = params.count("pplist") ? "pplist" : "plist";
    std::string view = value_of(params, "ppviewoption", value_of(params, "ppvviewoption"));
    const PricePoint& chosen = *offer.package->find(offer.eticket.price_point);
    if (view == "2") {
        offer.choices.push_back(&chosen);
    } else if (params.count(name)) {
        Poco::StringTokenizer ids(
            params.at(name), ",",
            Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
        for (const std::string& id : ids) {
            offer.choices.push_back(&price_point_in(*offer.package, id, name));
        }
    } else {
        for (const PricePoint& point : offer.package->price_points)
            offer.choices.push_back(&point);
    }
    auto& choices = offer.choices;
    if (std::find(choices.begin(), choices.end(), &chosen) == choices.end()) {
        choices.insert(choices.begin(), &chosen);
    }
}

std::string days(int count) { return std::to_string(count) + (count == 1 ? " day" : " days"); }

} // namespace

const char* script_of(Page page) {
    return std::find_if(kScripts.begin(), kScripts.end(),
                        [&](const Script& row) { return row.page == page; })
        ->name;
}

Page page_of(std::string_view path) {
    std::string script = lower(path.substr(path.rfind('/') + 1));
    for (const Script& row : kScripts) {
        if (lower(row.name) == script) return row.page;
    }
    throw Refusal(404, "there is no pay page \"" + script +
                           "\"; there are poset.cgi, OneClick.aspx and InstantConv.aspx");
}

Link parse_link(const std::string& url) {
    std::string whole = url.substr(0, url.find('#'));
    std::size_t query = whole.find('?');
    Link link;
    link.page = page_of(whole.substr(0, query));
    if (query != std::string::npos) link.params = parse_form(whole.substr(query + 1));
    return link;
}

const PricePoint& Offer::chosen() const { return *package->find(eticket.price_point); }

Offer read_offer(const Portal& portal, const Link& link) {
    std::string text = value_of(link.params, "x-eticketid");
    auto eticket = parse_eticket(text);
    if (!eticket) {
        throw Refusal(400, "x-eticketid is \"" + text +
                               "\"; expected package:pricepoint, for example 162209:3097");
    }
    auto package = portal.packages.find(eticket->package);
    if (package == portal.packages.end()) {
        throw Refusal(
            400, "x-eticketid: this account has no package " + std::to_string(eticket->package));
    }
    Offer offer;
    offer.eticket = *eticket;
    offer.package = &package->second;
    price_point_in(package->second, std::to_string(eticket->price_point), "x-eticketid");
    read_choices(offer, link.params);
    offer.by_radio_buttons = value_of(link.params, "ppviewtype") == "2";
    bool crossed_off = value_of(link.params, "crosssaleoff") == "1";
    if (link.page == Page::join && !crossed_off) offer.cross_sells = package->second.cross_sells;
    check_user_defined(extras_of(link.params));
    first_price(offer.chosen(), link.params);
    return offer;
}

Money first_price(const PricePoint& price, const Params& params) {
    if (price.type != PriceType::dynamic) return price.initial;
    std::string text = value_of(params, "amount");
    if (text.empty()) throw Refusal(400, "Dynamic Pricing No amount passed.");
    auto amount = parse_money(text, price.currency);
    if (!amount || amount->minor < price.lowest.minor || amount->minor > price.highest.minor) {
        throw Refusal(400, "amount is \"" + text + "\"; expected " + decimal(price.lowest) +
                               " to " + spoken(price.highest));
    }
    return *amount;
}

std::string price_text(const PricePoint& price, const Params& params) {
    if (price.type == PriceType::dynamic && !params.count("amount")) {
        return spoken(price.lowest) + " to " + spoken(price.highest);
    }
    std::string text = spoken(first_price(price, params));
    if (price.initial_days > 0) text += " for " + days(price.initial_days);
    if (!price.renews()) return text;
    return text + ", then " + spoken(price.recurring) + " every " + days(price.recurring_days) +
           " until cancelled";
}

Params extras_of(const Params& params) {
    Params extras;
    for (const auto& [name, value] : params) {
        bool is_form_field = name.rfind(kFormFields, 0) == 0;
        if (!is_form_field && !is_one_of(kPageParams, name)) extras[name] = value;
    }
    return extras;
}

} // namespace sandbox
