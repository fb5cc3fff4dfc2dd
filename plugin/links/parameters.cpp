// The table of the pay page's parameters, and the rules of their values.
#include "links/parameters.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

// Processing API 2.0: "Pre-populate Fields or Request Data", "Show Languages Other than English",
// "Dynamic Multi-Currency", "Full List of Postback Parameters" (x-billphone, template). The names
// of the last group are NATS's own, user-defined for Segpay, which echoes them (NATS integration
// guide, Step 3).
constexpr std::array kTable = {
    TableRow{"username", &LinkRequest::username, "username", Rule::text},
    TableRow{"password", &LinkRequest::password, "password", Rule::text},
    TableRow{"email", &LinkRequest::email, "x-billemail", Rule::text},
    TableRow{"address", &LinkRequest::address, "x-billaddr", Rule::text},
    TableRow{"city", &LinkRequest::city, "x-billcity", Rule::text},
    TableRow{"state", &LinkRequest::state, "x-billstate", Rule::text},
    TableRow{"zip", &LinkRequest::zip, "x-billzip", Rule::text},
    TableRow{"country", &LinkRequest::country, "x-billcntry", Rule::country, true},
    TableRow{"phone", &LinkRequest::phone, "x-billphone", Rule::text},
    TableRow{"language", &LinkRequest::language, "paypagelanguage", Rule::language, true},
    TableRow{"currency", &LinkRequest::currency, "DMCURRENCY", Rule::currency, true},
    TableRow{"template", &LinkRequest::page_template, "template", Rule::text},
    TableRow{"approve_url", &LinkRequest::approve_url, "x-auth-link", Rule::url},
    TableRow{"approve_text", &LinkRequest::approve_text, "x-auth-text", Rule::text},
    TableRow{"decline_url", &LinkRequest::decline_url, "x-decl-link", Rule::url},
    TableRow{"decline_text", &LinkRequest::decline_text, "x-decl-text", Rule::text},
    TableRow{"affiliate", &LinkRequest::affiliate, "merchantpartnerid", Rule::user_defined},
    TableRow{"octoken", &LinkRequest::octoken, "OCToken", Rule::id},

    TableRow{"member_id", &LinkRequest::member_id, "foreignid", Rule::user_defined},
    TableRow{"session", &LinkRequest::session, "natssess", Rule::user_defined},
    TableRow{"xref1", &LinkRequest::xref1, "xref1", Rule::user_defined},
    TableRow{"xref2", &LinkRequest::xref2, "xref2", Rule::user_defined},
    TableRow{"upsell", &LinkRequest::upsell, "upsell", Rule::user_defined},
    TableRow{"tokenplus", &LinkRequest::tokenplus, "tokenplus", Rule::user_defined},
};

// "EN" is the page's own language and harmless to ask for.
constexpr std::string_view kLanguages = "DE EL EN ES FR IT JA NL PT RU SK SL ZH ZS";
constexpr std::string_view kCurrencies =
    "AUD CAD CHF CZK DKK EUR GBP HKD ILS INR JPY NOK NONE RUB SEK USD";

// Names that mean something to Segpay or to us, beside those of the table.
constexpr std::array<std::string_view, 10> kReserved = {
    "pplist",       "plist",        "ppviewoption", "ppvviewoption",        "ppviewtype",
    "crosssaleoff", "dynamictrans", "amount",       "testmoderetrydecline", "action"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper;
}

bool is_listed(std::string_view list, std::string_view word) {
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        if (equal_ignoring_case(list.substr(at, end - at), word)) return true;
        at = end + 1;
    }
    return false;
}

std::string too_long(std::string_view value, std::size_t limit) {
    const std::size_t count = character_count(value);
    if (count <= limit) return {};
    return "has " + std::to_string(count) + " characters, at most " + std::to_string(limit) +
           " are allowed";
}

std::string not_listed(std::string_view value, std::string_view list) {
    if (is_listed(list, value)) return {};
    return "\"" + std::string(shortened(value, 20)) + "\" is not one of " + std::string(list);
}

bool is_price_point_list(std::string_view text) {
    bool was_digit = false;
    for (char c : text) {
        if (!is_digit(c) && !(c == ',' && was_digit)) return false;
        was_digit = is_digit(c);
    }
    return was_digit;
}

bool is_reserved(std::string_view name) {
    const auto is_name = [&](std::string_view other) { return equal_ignoring_case(name, other); };
    if (std::any_of(kReserved.begin(), kReserved.end(), is_name)) return true;
    if (std::any_of(kTable.begin(), kTable.end(),
                    [&](const TableRow& row) { return is_name(row.parameter); }))
        return true;
    const std::string_view digits = name.size() > 3 ? name.substr(3) : std::string_view();
    return equal_ignoring_case(name.substr(0, 3), "ref") && !digits.empty() &&
           std::all_of(digits.begin(), digits.end(), is_digit);
}

Error in_field(std::string_view field, std::string_view objection) {
    return {std::string(field) + ": " + std::string(objection)};
}

} // namespace

std::string objection_to(std::string_view value, Rule rule) {
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        return "holds a control character";
    if (clean_text(value) != value) return "is not UTF-8";
    switch (rule) {
        case Rule::text:
            return too_long(value, kMaxTextCharacters);
        case Rule::user_defined:
            return too_long(value, kMaxUserDefinedCharacters);
        case Rule::url:
            if (!value.starts_with("https://") && !value.starts_with("http://"))
                return "does not begin with https:// or http://";
            return too_long(value, kMaxUrlCharacters);
        case Rule::country:
            if (value.size() == 2 && is_letter(value[0]) && is_letter(value[1])) return {};
            return "is not a country of ISO 3166 in two letters, e.g. US";
        case Rule::language:
            return not_listed(value, kLanguages);
        case Rule::currency:
            return not_listed(value, kCurrencies);
        case Rule::id:
            if (std::all_of(value.begin(), value.end(),
                            [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }))
                return too_long(value, 40);
            return "is not an id of letters, digits and '-'";
        case Rule::price_points:
            if (!is_price_point_list(value)) return "is not a list of numbers such as 3097,1221";
            return too_long(value, kMaxTextCharacters);
    }
    return {};
}

Result<bool> append_fields(const LinkRequest& request, Parameters& parameters) {
    for (const TableRow& row : kTable) {
        const std::string_view value = request.*row.member;
        if (value.empty()) continue;
        if (const std::string objection = objection_to(value, row.rule); !objection.empty())
            return in_field(row.field, objection);
        parameters.push_back({std::string(row.parameter),
                              row.is_upper_case ? upper_case(value) : std::string(value)});
    }
    return true;
}

Result<bool> append_extra(const Parameter& extra, Parameters& parameters) {
    const std::string field = "x." + std::string(shortened(clean_text(extra.name), kMaxNameBytes));
    const bool is_name = !extra.name.empty() && extra.name.size() <= kMaxUserDefinedCharacters &&
                         is_letter(extra.name[0]) &&
                         std::all_of(extra.name.begin(), extra.name.end(), [](char c) {
                             return is_letter(c) || is_digit(c) || c == '_';
                         });
    if (!is_name)
        return in_field(field, "is not a name: at most 32 letters, digits and '_', a letter first");
    if (is_reserved(extra.name)) return in_field(field, "means something else to the pay page");
    if (const std::string objection = objection_to(extra.value, Rule::user_defined);
        !objection.empty())
        return in_field(field, objection);
    for (const Parameter& earlier : parameters)
        if (equal_ignoring_case(earlier.name, extra.name))
            return in_field(field, "is given twice; names differ in more than case");
    parameters.push_back(extra);
    return true;
}

} // namespace segpay
