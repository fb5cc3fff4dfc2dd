// The table of the pay page's parameters, and the rules of their values.
#include "links/parameters.hpp"

#include "values/country.hpp"
#include "values/digits.hpp"
#include "values/facts.hpp"
#include "values/page_parameters.hpp"
#include "values/web_address.hpp"
#include "values/word.hpp"
#include "wire/form.hpp"
#include "wire/redaction.hpp"
#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace segpay {

namespace {

struct TableRow {
    std::string_view field; // in messages, as in biller_link_request
    std::string_view LinkRequest::*member;
    std::string_view parameter; // Segpay's name
    Rule rule;
    std::string PageStyle::*standard = nullptr; // if the request has none ...
    // ... and no `about`, whose text this is; a style that has one of the two is the last.
    std::string_view LinkRequest::*about = nullptr;
    std::string PageStyle::*standard_about = nullptr;
};

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
    TableRow{"country", &LinkRequest::country, "x-billcntry", Rule::country},
    TableRow{"phone", &LinkRequest::phone, "x-billphone", Rule::text},
    TableRow{"language", &LinkRequest::language, "paypagelanguage", Rule::language,
             &PageStyle::language},
    TableRow{"currency", &LinkRequest::currency, "DMCURRENCY", Rule::currency,
             &PageStyle::currency},
    TableRow{"template", &LinkRequest::page_template, "template", Rule::text,
             &PageStyle::page_template},
    TableRow{"approve_url", &LinkRequest::approve_url, "x-auth-link", Rule::url,
             &PageStyle::approve_url},
    TableRow{"approve_text", &LinkRequest::approve_text, "x-auth-text", Rule::text,
             &PageStyle::approve_text, &LinkRequest::approve_url, &PageStyle::approve_url},
    TableRow{"decline_url", &LinkRequest::decline_url, "x-decl-link", Rule::url,
             &PageStyle::decline_url},
    TableRow{"decline_text", &LinkRequest::decline_text, "x-decl-text", Rule::text,
             &PageStyle::decline_text, &LinkRequest::decline_url, &PageStyle::decline_url},
    TableRow{"affiliate", &LinkRequest::affiliate, "merchantpartnerid", Rule::text},
    TableRow{"octoken", &LinkRequest::octoken, "OCToken", Rule::id},

    TableRow{"member_id", &LinkRequest::member_id, "foreignid", Rule::user_defined},
    TableRow{"session", &LinkRequest::session, "natssess", Rule::user_defined},
    TableRow{"upsell", &LinkRequest::upsell, "upsell", Rule::user_defined},
    TableRow{"tokenplus", &LinkRequest::tokenplus, "tokenplus", Rule::user_defined},
};

// In capitals, as they are sent. "EN" is the page's own language and does no harm.
constexpr std::array<std::string_view, 14> kLanguages = {"DE", "EL", "EN", "ES", "FR", "IT", "JA",
                                                         "NL", "PT", "RU", "SK", "SL", "ZH", "ZS"};
constexpr std::array<std::string_view, 16> kCurrencies = {"AUD",  "CAD", "CHF", "CZK", "DKK", "EUR",
                                                          "GBP",  "HKD", "ILS", "INR", "JPY", "NOK",
                                                          "NONE", "RUB", "SEK", "USD"};

// Other names of the link: neither in the table, nor of the pay page, nor REF1 to REF10.
constexpr std::array<std::string_view, 3> kReserved = {"xref1", "xref2", "action"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Up to four letters, in capitals, as a number; 0 for what is longer.
constexpr std::uint32_t in_capitals(std::string_view word) {
    constexpr unsigned kCaseBit = 0x20;
    std::uint32_t number = 0;
    if (word.size() > sizeof number) return 0;
    for (char c : word) {
        const bool is_small = c >= 'a' && c <= 'z';
        number = (number << 8) | (static_cast<unsigned char>(c) & ~(is_small ? kCaseBit : 0u));
    }
    return number;
}

// The word of the list that `word` spells in any case; empty: none.
template <const auto& list>
std::string_view listed(std::string_view word) {
    static constexpr auto kNumbers = [] {
        std::array<std::uint32_t, list.size()> numbers{};
        std::transform(list.begin(), list.end(), numbers.begin(), in_capitals);
        return numbers;
    }();
    const auto found = std::find(kNumbers.begin(), kNumbers.end(), in_capitals(word));
    if (found == kNumbers.end()) return {};
    const std::string_view meant = list[static_cast<std::size_t>(found - kNumbers.begin())];
    return meant.size() == word.size() ? meant : std::string_view(); // rejects a leading NUL
}

// is_clean, with a fast test for printable ASCII.
bool is_clean_text(std::string_view text) {
    if (text.size() < kHalfBytes) return is_clean(text);
    const char* from = text.data();
    const char* const end = from + text.size();
    for (; end - from >= std::ptrdiff_t{kRunBytes}; from += kRunBytes)
        if (!is_printable(from, from + kHalfBytes)) return is_clean(text);
    const char* const last_half = end - kHalfBytes; // overlaps the half before it
    return is_printable(std::min(from, last_half), last_half) || is_clean(text);
}

// A fast test whether the value follows its rule and is sent unchanged.
template <Rule rule>
bool is_fine(std::string_view value) {
    if constexpr (rule == Rule::text)
        return value.size() <= kMaxTextCharacters && is_clean_text(value);
    if constexpr (rule == Rule::user_defined)
        return value.size() <= kMaxUserDefinedCharacters && is_clean_text(value);
    if constexpr (rule == Rule::url)
        return value.size() <= kMaxUrlCharacters && is_web_address(value);
    return false;
}

// The value as it is sent; empty: it breaks its rule.
std::string_view as_sent(std::string_view value, Rule rule) {
    switch (rule) {
        case Rule::language:
            return listed<kLanguages>(value);
        case Rule::currency:
            return listed<kCurrencies>(value);
        case Rule::country:
            return country_code(value);
        default:
            break;
    }
    return objection_to(value, rule) ? std::string_view() : value;
}

// Appends the value if it follows its rule; says whether it does.
template <Rule rule>
bool append(std::string_view value, std::string_view parameter, LinkFields& fields) {
    const std::string_view sent = is_fine<rule>(value) ? value : as_sent(value, rule);
    if (sent.empty()) return false;
    fields.push_back({parameter, sent});
    return true;
}

// The default of the row in the first style that has one.
std::string_view standard_of(const PageStyles& styles, const TableRow& row) {
    for (const PageStyle* style : styles) {
        if (!(style->*row.standard).empty()) return style->*row.standard;
        if (row.standard_about && !(style->*row.standard_about).empty()) return {};
    }
    return {};
}

std::string_view said_or_standard(const PageStyles& styles, const LinkRequest& request,
                                  const TableRow& row) {
    const std::string_view said = request.*row.member;
    if (!said.empty() || !row.standard || (row.about && !(request.*row.about).empty())) return said;
    return standard_of(styles, row);
}

// The name that the row's parameter has in this account.
template <std::size_t at>
std::string_view parameter_of(const PayPage& page) {
    constexpr const TableRow& kRow = kTable[at];
    if constexpr (kRow.member == &LinkRequest::member_id) return page.member_id_parameter;
    return kRow.parameter;
}

// Appends the value of the request or the configuration; false: it breaks its rule.
template <std::size_t at>
bool append_row(const PayPage& page, const PageStyles& styles, const LinkRequest& request,
                LinkFields& fields) {
    constexpr const TableRow& kRow = kTable[at];
    const std::string_view value = said_or_standard(styles, request, kRow);
    return value.empty() || append<kRow.rule>(value, parameter_of<at>(page), fields);
}

// Appends all rows up to the first that breaks its rule; returns how many were fine. Most values
// are absent, which costs one comparison, as the row is known at compile time.
template <std::size_t... at>
std::size_t append_rows(const PayPage& page, const PageStyles& styles, const LinkRequest& request,
                        LinkFields& fields, std::index_sequence<at...>) {
    std::size_t done = 0;
    (void)((append_row<at>(page, styles, request, fields) && ++done) && ...);
    return done;
}

Objection too_long(std::string_view value, std::size_t limit) {
    if (value.size() <= limit) return {}; // no more characters than bytes
    const std::size_t count = character_count(value);
    if (count <= limit) return {};
    return "has " + std::to_string(count) + " characters, at most " + std::to_string(limit) +
           " are allowed";
}

template <const auto& list>
Objection not_listed(std::string_view value) {
    if (!listed<list>(value).empty()) return {};
    std::string objection = "\"" + std::string(shortened(value, 20)) + "\" is not one of";
    for (std::string_view each : list)
        (objection += ' ') += each;
    return objection;
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
    if (is_page_parameter(name) || std::any_of(kReserved.begin(), kReserved.end(), is_name))
        return true;
    if (std::any_of(kTable.begin(), kTable.end(),
                    [&](const TableRow& row) { return is_name(row.parameter); }))
        return true;
    const std::string_view digits = name.size() > 3 ? name.substr(3) : std::string_view();
    return equal_ignoring_case(name.substr(0, 3), "ref") && !digits.empty() &&
           std::all_of(digits.begin(), digits.end(), is_digit);
}

std::string unclean(std::string_view value) {
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        return "holds a control character";
    return "is not UTF-8";
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxUserDefinedCharacters && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

// The parameter that a name stands for in postbacks; empty: itself.
std::string_view meaning_in_postbacks(const Config& config, std::string_view name) {
    for (const OwnName& own : config.postbacks.names)
        if (equal_ignoring_case(own.name, name)) return own.means;
    if (equal_ignoring_case(config.pay_page.member_id_parameter, name))
        return canonical_name(Fact::member_id);
    for (const std::string& own : config.postbacks.user_defined)
        if (equal_ignoring_case(own, name)) return {};
    const ParameterName* known = find_parameter(name);
    return known && known->fact != Fact::extra ? known->canonical : std::string_view();
}

// Why a user-defined parameter cannot have that name.
Objection objection_to_name(const Config& config, std::string_view name) {
    if (!is_name(name)) return "is not a name: at most 32 letters, digits and '_', a letter first";
    if (is_reserved(name)) return "means something else to the pay page";
    if (equal_ignoring_case(name, config.seal.parameter)) return "is the name of the seal";
    if (is_secret(secrecy_of(name))) return "is the name of a secret; a link shows what it carries";
    const auto& secret = config.postbacks.authenticity.secret;
    if (secret && equal_ignoring_case(name, secret->name))
        return "is the name of the secret that postbacks bring (authenticity.secret)";
    if (const std::string_view meaning = meaning_in_postbacks(config, name); !meaning.empty())
        return "would come back as the " + std::string(meaning) + " of the postback" +
               (can_be_user_defined(name) ? "; postbacks.user_defined makes it a name of your own"
                                          : "");
    return {};
}

bool is_given(std::string_view name, const LinkFields& fields) {
    return std::any_of(fields.begin(), fields.end(), [&](const LinkField& earlier) {
        return equal_ignoring_case(earlier.name, name);
    });
}

Error in_field(std::string_view field, const Objection& objection) {
    return {std::string(field) + ": " + objection.text()};
}

} // namespace

std::string shown_name(std::string_view name) {
    return std::string(shortened(clean_text(name), kMaxNameBytes));
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(shortened(clean_text(text), 40)) + "\"";
}

bool is_surely_fine(std::string_view value, Rule rule) {
    switch (rule) {
        case Rule::text:
            return is_fine<Rule::text>(value);
        case Rule::user_defined:
            return is_fine<Rule::user_defined>(value);
        case Rule::url:
            return is_fine<Rule::url>(value);
        default:
            return false;
    }
}

Objection objection_to(std::string_view value, Rule rule) {
    if (!is_clean(value)) return unclean(value);
    switch (rule) {
        case Rule::text:
            return too_long(value, kMaxTextCharacters);
        case Rule::user_defined:
            return too_long(value, kMaxUserDefinedCharacters);
        case Rule::url:
            if (Objection objection = objection_to_web_address(value)) return objection;
            return too_long(value, kMaxUrlCharacters);
        case Rule::country:
            if (!country_code(value).empty()) return {};
            return "is not a country of ISO 3166 in two letters, e.g. US";
        case Rule::language:
            return not_listed<kLanguages>(value);
        case Rule::currency:
            return not_listed<kCurrencies>(value);
        case Rule::id:
            if (is_id(value)) return {};
            if (Objection objection = too_long(value, kMaxIdCharacters)) return objection;
            return "is not an id of letters, digits and '-'";
        case Rule::price_points:
            if (!is_price_point_list(value)) return "is not a list of numbers such as 3097,1221";
            return too_long(value, kMaxTextCharacters);
    }
    return {};
}

std::optional<Error> append_field(std::string_view field, std::string_view value,
                                  std::string_view parameter, Rule rule, LinkFields& fields) {
    const std::string_view sent = is_surely_fine(value, rule) ? value : as_sent(value, rule);
    if (sent.empty()) return in_field(field, objection_to(value, rule));
    fields.push_back({parameter, sent});
    return {};
}

PageStyles::PageStyles(const Config& config, const JoinOption* option) {
    if (option) {
        if (option->pay_page) looks_[count_++] = &*option->pay_page;
        const Site* site = config.site(option->site);
        if (site && site->pay_page) looks_[count_++] = &*site->pay_page;
    }
    looks_[count_++] = &config.pay_page;
}

std::optional<Error> append_fields(const PayPage& page, const PageStyles& styles,
                                   const LinkRequest& request, LinkFields& fields) {
    constexpr auto kAll = std::make_index_sequence<kTable.size()>();
    const std::size_t done = append_rows(page, styles, request, fields, kAll);
    if (done == kTable.size()) return {};
    const TableRow& refused = kTable[done];
    return in_field(refused.field,
                    objection_to(said_or_standard(styles, request, refused), refused.rule));
}

std::optional<Error> append_extras(const Config& config, std::span<const LinkField> extras,
                                   LinkFields& fields) {
    if (extras.size() > kMaxUserDefinedFields)
        return Error{"extras: are " + std::to_string(extras.size()) +
                     " user-defined parameters; a postback can bring back " +
                     std::to_string(kMaxUserDefinedFields)};
    for (const LinkField& extra : extras) {
        Objection objection = objection_to_name(config, extra.name);
        if (!objection) objection = objection_to(extra.value, Rule::user_defined);
        if (!objection && is_given(extra.name, fields))
            objection = "is given twice; names differ in more than case";
        if (objection) return in_field("x." + shown_name(extra.name), objection);
        fields.push_back(extra);
    }
    return {};
}

} // namespace segpay
