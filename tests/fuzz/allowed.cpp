// Reading the parameters, and the table of kinds.
#include "allowed.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace segpay::fuzz {

namespace {

// A parameter that NATS puts on a link, and whether the kind needs it.
enum class Extra { any, none, cross_sell, tokenplus, upsell, octoken };

// Parameters in readable form; "" is any, alternatives are separated by bars. Processing API 2.0,
// "Transaction Postback Matrix"; NATS integration guide, Steps 3, 5 and 6.
struct Allowed {
    std::string_view kind;
    std::string_view transaction_type;
    std::string_view action;
    std::string_view stage;
    std::string_view approved;
    Extra extra = Extra::any;
};
constexpr Allowed kAllowed[] = {
    {"join", "sale", "auth", "initial", "yes", Extra::none},
    // A sign-up to an instant-conversion price point may have the stage of the conversion.
    {"join", "sale", "auth", "instantconversion", "yes", Extra::any},
    // Eticket or price can also distinguish a one-time item by one click from a rebill.
    {"denial", "sale", "auth", "initial|reactivation|rebill|instantconversion", "no", Extra::any},
    {"token_purchase", "sale", "auth", "rebill", "yes", Extra::any},
    {"one_click", "sale", "auth", "rebill", "yes", Extra::any},
    {"cross_sell", "sale", "auth", "initial|instantconversion", "yes", Extra::cross_sell},
    {"token_purchase", "sale", "auth", "initial|instantconversion", "yes", Extra::tokenplus},
    {"upsell", "sale", "auth", "initial|rebill|instantconversion", "yes", Extra::upsell},
    {"one_click", "sale", "auth", "initial|instantconversion", "yes", Extra::octoken},
    {"conversion", "sale", "auth", "conversion", "yes", Extra::any},
    {"insufficient_funds", "sale", "auth", "conversion|rebill", "no", Extra::any},
    {"rebill", "sale", "auth", "rebill", "yes", Extra::any},
    {"upgrade", "sale", "auth", "instantconversion", "yes", Extra::any},
    {"upgrade_denial", "sale", "auth", "instantconversion", "no", Extra::any},
    {"reactivation", "sale", "auth", "reactivation", "yes", Extra::any},
    {"reactivation", "", "reactivation", "", "", Extra::any},
    {"void", "sale", "void", "", "yes", Extra::any},
    {"credit", "credit", "auth", "", "yes", Extra::any},
    {"chargeback", "charge", "auth", "", "yes", Extra::any},
    {"revoke", "revoke", "auth", "", "yes", Extra::any},
    {"chargeback_reversal", "cbreversal", "", "", "yes", Extra::any},
    {"rdr_reversal", "rdrreversal", "", "", "yes", Extra::any},
    {"standin_decline", "sale", "auth", "", "no", Extra::any},
    {"member_enable", "", "enable", "", "", Extra::any},
    {"member_disable", "", "disable", "", "", Extra::any},
    {"member_cancel", "", "cancel", "", "", Extra::any},
};

std::string lowered(std::string_view text) {
    std::string lower;
    for (char c : text)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

// Letters and digits only: drops more than the separators that Segpay varies, so this reads some
// values that the plugin does not.
std::string bare(std::string_view text) {
    std::string letters;
    for (char c : lowered(text))
        if (std::isalnum(static_cast<unsigned char>(c))) letters += c;
    return letters;
}

// Without blanks at its ends: a pasted template has line breaks in its names.
std::string_view without_blanks(std::string_view name) {
    constexpr std::string_view kNothing = "\x7F\x81\x8D\x8F\x90\x9D"; // in Windows-1252
    const auto is_blank = [&](char c) {
        return static_cast<unsigned char>(c) <= ' ' || kNothing.find(c) != std::string_view::npos;
    };
    const auto is_control = [](std::string_view two) { // U+0080 to U+009F as UTF-8
        return two.size() == 2 && two[0] == '\xC2' && static_cast<unsigned char>(two[1]) < 0xA0;
    };
    while (!name.empty()) {
        const std::size_t two = std::min<std::size_t>(2, name.size());
        if (is_control(name.substr(0, two)))
            name.remove_prefix(two);
        else if (is_control(name.substr(name.size() - two)))
            name.remove_suffix(two);
        else if (is_blank(name.front()))
            name.remove_prefix(1);
        else if (is_blank(name.back()))
            name.remove_suffix(1);
        else
            break;
    }
    return name;
}

// Without the rest of an '&' that a page wrote as an entity.
std::string behind_ampersands(std::string name) {
    constexpr std::string_view kLeft[] = {"amp;", "#38;", "#038;", "#x26;", "&"};
    for (bool is_any = true; is_any;) {
        is_any = false;
        for (std::string_view left : kLeft)
            if (name.starts_with(left)) {
                name = without_blanks(std::string_view(name).substr(left.size()));
                is_any = true;
            }
    }
    return name;
}

// All values under any of the names (separated by bars). A value that ends in the damage of the
// garbled template is read without it, too.
std::vector<std::string> said(const Parameters& request, std::string_view names) {
    std::vector<std::string> values;
    const std::string all = "|" + std::string(names) + "|";
    for (const Parameter& parameter : request) {
        const std::string name = behind_ampersands(lowered(without_blanks(parameter.name)));
        if (all.find("|" + name + "|") == std::string::npos) continue;
        values.push_back(parameter.value);
        const std::size_t damage = parameter.value.rfind("cycode=");
        const std::size_t sign =
            parameter.value.substr(0, damage).find_last_not_of("\xC2\xC3\x82\xA4");
        if (damage != std::string::npos)
            values.push_back(sign == std::string::npos ? "" : parameter.value.substr(0, sign + 1));
    }
    return values;
}

bool says(const Parameters& request, std::string_view names, std::string_view words) {
    if (words.empty()) return true;
    const std::string all = "|" + std::string(words) + "|";
    const std::vector<std::string> values = said(request, names);
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
        const std::string word = bare(value);
        return !word.empty() && all.find("|" + word + "|") != std::string::npos;
    });
}

// Set means: present, not empty, not "0".
bool is_set(const Parameters& request, std::string_view names) {
    const std::vector<std::string> values = said(request, names);
    return std::any_of(values.begin(), values.end(),
                       [](const std::string& value) { return !value.empty() && value != "0"; });
}

bool has(const Parameters& request, Extra extra) {
    const bool is_cross_sell = is_set(request, "xsellnum|xselnum");
    const bool is_token = is_set(request, "tokenplus");
    const bool is_upsell = is_set(request, "upsell");
    const bool is_one_click = is_set(request, "octoken");
    switch (extra) {
        case Extra::any:
            return true;
        case Extra::none: // spaces alone are no value, but is_set counts them
            return !says(request, "xsellnum|xselnum", "1|2") && !says(request, "tokenplus", "1") &&
                   !says(request, "upsell", "1") && !says(request, "octoken", "1");
        case Extra::cross_sell:
            return is_cross_sell;
        case Extra::tokenplus:
            return is_token;
        case Extra::upsell:
            return is_upsell;
        case Extra::octoken:
            return is_one_click;
    }
    return false;
}

} // namespace

bool is_allowed(std::string_view kind, const Parameters& request) {
    return std::any_of(std::begin(kAllowed), std::end(kAllowed), [&](const Allowed& row) {
        return row.kind == kind && says(request, "trantype|transtype", row.transaction_type) &&
               says(request, "action", row.action) && says(request, "stage", row.stage) &&
               says(request, "approved", row.approved) && has(request, row.extra);
    });
}

} // namespace segpay::fuzz
