// Building of links: defaults, decisions, seal, then URL and form.
#include "links/link.hpp"

#include "links/dynamic_price.hpp"
#include "links/kinds.hpp"
#include "links/parameters.hpp"
#include "values/country.hpp"
#include "values/said.hpp"
#include "values/secret.hpp"
#include "values/word.hpp"
#include "wire/encode.hpp"

#include <algorithm>
#include <cstdint>

namespace segpay {

namespace {

constexpr std::string_view kJoinPage = "/poset.cgi?x-eticketid=";
constexpr std::string_view kOneClickPage = "/OneClick.aspx?x-eticketid=";
constexpr std::string_view kConversionPage = "/InstantConv.aspx?ICToken=";
constexpr std::string_view kReactivationPage = "/reactivation?tguid=";

struct RefName {
    std::string_view field;
    std::string_view parameter;
};
constexpr std::array<RefName, 10> kRefNames = {{{"ref1", "REF1"},
                                                {"ref2", "REF2"},
                                                {"ref3", "REF3"},
                                                {"ref4", "REF4"},
                                                {"ref5", "REF5"},
                                                {"ref6", "REF6"},
                                                {"ref7", "REF7"},
                                                {"ref8", "REF8"},
                                                {"ref9", "REF9"},
                                                {"ref10", "REF10"}}};

// ---- What is sold -------------------------------------------------------------------------------

// A request, and what it selects from the configuration.
struct Chosen {
    const LinkRequest& request;
    const JoinOption* option = nullptr; // none: a partner's product, or an instant conversion
    ETicket eticket;
    std::string_view xref1, xref2;
    const Offer* upsell = nullptr; // a configured one
};

// NATS integration guide, Step 6. The host may use the field for values of its own; a configured
// ref sells what the configuration says. Join links only carry it along.
std::optional<Error> check_upsell(const Offer& offer, const LinkRequest& request) {
    if (request.option.empty() || request.option == offer.option ||
        request.kind != LinkKind::one_click)
        return {};
    return Error{"upsell: " + offer.ref + " sells " +
                 (offer.option.empty() ? "what a partner sells" : "option " + offer.option) +
                 ", not option " + quoted(request.option)};
}

std::optional<Error> choose_product(const Config& config, Chosen& chosen) {
    const LinkRequest& request = chosen.request;
    const bool is_conversion = request.kind == LinkKind::instant_conversion;
    const Offer* offer =
        request.upsell.empty() || is_conversion ? nullptr : config.upsell(request.upsell);
    if (offer)
        if (auto error = check_upsell(*offer, request)) return error;
    chosen.upsell = offer;

    std::string_view id = request.option;
    if (id.empty() && offer) id = offer->option;
    if (!id.empty()) {
        chosen.option = config.option(id);
        if (!chosen.option) return Error{"option: " + quoted(id) + " is not configured"};
        chosen.eticket = chosen.option->eticket;
    } else if (offer && offer->partner) {
        chosen.eticket = offer->partner->eticket;
    } else if (!is_conversion) {
        return Error{"option: is missing; the link needs a configured join option"};
    }
    return {};
}

void choose_cross_sells(Chosen& chosen) {
    const LinkRequest& request = chosen.request;
    chosen.xref1 = request.xref1;
    chosen.xref2 = request.xref2;
    if (!chosen.option || request.kind != LinkKind::join || request.cross_sale_off) return;
    const auto& refs = chosen.option->cross_sells;
    if (chosen.xref1.empty() && !refs.empty()) chosen.xref1 = refs[0];
    if (chosen.xref2.empty() && refs.size() > 1) chosen.xref2 = refs[1];
}

// ---- Fields -------------------------------------------------------------------------------------

std::optional<Error> append_name(const LinkRequest& request, Link& link) {
    const std::string_view first = trimmed(request.first_name);
    const std::string_view last = trimmed(request.last_name);
    std::string_view name = first.empty() ? last : first;
    if (name.empty()) return {};
    if (!first.empty() && !last.empty()) {
        std::string& both = link.composed->name;
        both = first;
        both += ' ';
        both += last;
        name = both;
    }
    if (!is_surely_fine(name, Rule::text))
        if (Objection objection = objection_to(name, Rule::text))
            return Error{"first_name and last_name: together " + objection.text()};
    link.fields.push_back({"x-billname", name});
    return {};
}

// Rejects the text of a link that is not there.
std::optional<Error> check_texts(const PageStyles& styles, const LinkRequest& request) {
    const auto has_none = [&](std::string PageStyle::*url) {
        return std::ranges::all_of(styles,
                                   [&](const PageStyle* style) { return (style->*url).empty(); });
    };
    if (!request.approve_text.empty() && request.approve_url.empty() &&
        has_none(&PageStyle::approve_url))
        return Error{"approve_text: needs an approve_url"};
    if (!request.decline_text.empty() && request.decline_url.empty() &&
        has_none(&PageStyle::decline_url))
        return Error{"decline_text: needs a decline_url"};
    return {};
}

std::optional<Error> append_cross_sells(const Chosen& chosen, LinkFields& fields) {
    if (!chosen.xref1.empty())
        if (auto error = append_field("xref1", chosen.xref1, "xref1", Rule::user_defined, fields))
            return error;
    if (!chosen.xref2.empty())
        return append_field("xref2", chosen.xref2, "xref2", Rule::user_defined, fields);
    return {};
}

bool is_in_list(std::string_view wanted, std::string_view list) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (list.substr(0, comma) == wanted) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

// Processing API 2.0, "Customize How Prices are Displayed". The price point after the eTicket's
// colon is preselected, so it must be in the list.
std::optional<Error> append_price_view(const Config& config, const Chosen& chosen,
                                       LinkFields& fields) {
    const LinkRequest& request = chosen.request;
    if (!request.price_points.empty()) {
        if (Objection objection = objection_to(request.price_points, Rule::price_points))
            return Error{"price_points: " + objection.text()};
        const std::string own = std::to_string(chosen.eticket.price_point);
        if (!is_in_list(own, request.price_points))
            return Error{"price_points: does not hold " + own + ", the option's own price point"};
        fields.push_back({config.pay_page.price_list_parameter, request.price_points});
    }
    if (request.only_this_price) {
        if (!request.price_points.empty())
            return Error{"only_this_price: contradicts price_points"};
        fields.push_back({config.pay_page.price_view_parameter, "2"});
    }
    if (request.radio_buttons) fields.push_back({"ppviewtype", "2"});
    return {};
}

std::optional<Error> append_refs(const LinkRequest& request, LinkFields& fields) {
    for (std::size_t i = 0; i < request.refs.size(); ++i) {
        if (request.refs[i].empty()) continue;
        if (auto error = append_field(kRefNames[i].field, request.refs[i], kRefNames[i].parameter,
                                      Rule::text, fields))
            return error;
    }
    return {};
}

// ---- The seal -----------------------------------------------------------------------------------

std::string_view value_of(std::string_view name, const LinkFields& fields) {
    for (const LinkField& field : fields)
        if (equal_ignoring_case(field.name, name)) return field.value;
    return {};
}

void append_seal(const Config& config, const Chosen& chosen, TimeMs now, Link& link) {
    if (config.seal.mode == Seal::Mode::off || config.seal.keys.empty()) return;
    const LinkRequest& request = chosen.request;
    SealedFacts facts;
    facts.package = chosen.eticket.package;
    // A link that offers several price points vouches for the package, not for one option of it.
    if (chosen.option && request.price_points.empty()) facts.option = chosen.option->id;
    facts.member_id = request.member_id;
    facts.session = request.session;
    facts.affiliate = request.affiliate;
    facts.xref1 = chosen.xref1;
    facts.xref2 = chosen.xref2;
    facts.upsell = request.upsell;
    facts.tokenplus = request.tokenplus;
    facts.octoken = request.octoken;
    std::vector<SealedExtra>& extras = link.composed->sealed_extras;
    extras.clear();
    for (const std::string& name : config.seal.extras)
        extras.push_back({name, value_of(name, link.fields)});
    facts.extras = extras;
    link.composed->seal = make_seal(config.seal.keys.front(), facts, now);
    link.fields.push_back({config.seal.parameter, link.composed->seal});
}

// ---- URL and form -------------------------------------------------------------------------------

// Encodes the fields once, straight into the URL. `first`, the value that ends the page, needs no
// encoding.
void finish(std::string_view base, std::string_view page, std::string_view first, Link& link) {
    const std::size_t action_size = base.size() + page.size() + first.size();
    std::size_t room = action_size;
    for (const LinkField& field : link.fields)
        room += encoded_room(field.value) + field.name.size() + 2;
    if (room > link.url.capacity()) wipe(link.url); // before its memory is given back
    link.url.resize(room);

    char* out = write_plain(link.url.data(), base);
    out = write_plain(out, page);
    out = write_plain(out, first);
    for (const LinkField& field : link.fields) {
        *out++ = '&';
        out = write_plain(out, field.name); // letters, digits, '-' and '_'
        *out++ = '=';
        out = write_encoded(out, field.value);
    }
    link.form_action.assign(link.url, 0, action_size);
    link.url.resize(static_cast<std::size_t>(out - link.url.data()));
}

char* write_digits_before(char* end, std::uint64_t number) {
    do
        *--end = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    return end;
}

using ETicketText = std::array<char, 41>; // two numbers of 20 digits at most

std::string_view text_of(const ETicket& eticket, ETicketText& room) {
    char* const end = room.data() + room.size();
    char* begin = write_digits_before(end, eticket.price_point);
    *--begin = ':';
    begin = write_digits_before(begin, eticket.package);
    return {begin, end};
}

// ---- The kinds ----------------------------------------------------------------------------------

std::optional<Error> check_purchase(const Chosen& chosen) {
    const LinkRequest& request = chosen.request;
    if (request.kind != LinkKind::one_click) return {};
    if (request.octoken.empty())
        return Error{"octoken: is missing; it is the purchase whose card is to be charged"};
    if (chosen.option && chosen.option->price.type == Price::Type::delayed_capture)
        return Error{"option: " + chosen.option->id +
                     " is a delayed capture, which cannot be bought with one click"};
    // An upsell is an offer by one click; its configuration implies that its price point allows
    // that.
    if (chosen.option && !chosen.option->has_one_click && !chosen.upsell)
        return Error{"option: " + chosen.option->id + " is not enabled for one-click"};
    return {};
}

// NATS integration guide, "NATS Token Plus & Segpay One Click": Token Plus is for join options of a
// token site, where "Token Rebuy Allowed" is checked.
std::optional<Error> check_rebuy(const Config& config, const Chosen& chosen) {
    const JoinOption* option = chosen.option;
    const Site* site = option ? config.site(option->site) : nullptr;
    if (!site) return {};
    const bool is_token_plus = !said(chosen.request.tokenplus).empty();
    if (site->type != Site::Type::token) {
        if (!is_token_plus) return {};
        return Error{"tokenplus: is for options of token sites; option " + option->id +
                     " is of site " + site->id + ", a membership site"};
    }
    const bool is_rebuy = is_token_plus || chosen.request.kind == LinkKind::one_click;
    if (!is_rebuy || option->has_token_rebuy) return {};
    return Error{"option: " + option->id +
                 " may not be bought again; its token_rebuy is not set to true"};
}

// The join page and the one-click page take the same parameters; the one-click page needs a card
// (Processing API 2.0, "One Click Pricing").
std::optional<Error> purchase_link(const Config& config, const Chosen& chosen, TimeMs now,
                                   Link& link) {
    const LinkRequest& request = chosen.request;
    if (auto error = check_purchase(chosen)) return error;
    if (auto error = check_rebuy(config, chosen)) return error;
    if (auto error = append_dynamic_price(request, chosen.option, link)) return error;
    if (auto error = append_name(request, link)) return error;
    const PageStyles styles(config, chosen.option);
    if (auto error = check_texts(styles, request)) return error;
    if (auto error = append_fields(config.pay_page, styles, request, link.fields)) return error;
    if (const std::string_view code = country_code(request.country);
        !equal_ignoring_case(code, request.country))
        link.warning = "country " + quoted(request.country) +
                       " is none of ISO 3166 and was sent as " + std::string(code);
    if (auto error = append_cross_sells(chosen, link.fields)) return error;
    if (auto error = append_refs(request, link.fields)) return error;
    if (auto error = append_price_view(config, chosen, link.fields)) return error;
    if (request.cross_sale_off) link.fields.push_back({"CrossSaleOff", "1"});
    if (request.test_mode_retry_decline) link.fields.push_back({"TestModeRetryDecline", "on"});
    if (auto error = append_extras(config, request.extras, link.fields)) return error;
    append_seal(config, chosen, now, link);

    ETicketText room;
    finish(config.pay_page.base_url,
           request.kind == LinkKind::one_click ? kOneClickPage : kJoinPage,
           text_of(chosen.eticket, room), link);
    return {};
}

// Processing API 2.0, "Instant Conversion".
std::optional<Error> conversion_link(const Config& config, const Chosen& chosen, Link& link) {
    const LinkRequest& request = chosen.request;
    if (chosen.option && chosen.option->price.type != Price::Type::instant_conversion)
        return Error{"option: " + chosen.option->id + " is no instant-conversion price point"};
    if (request.ictoken.empty())
        return Error{"ictoken: is missing; it is the trans_guid of the sign-up"};
    if (Objection objection = objection_to(request.ictoken, Rule::id))
        return Error{"ictoken: " + objection.text()};
    const std::string_view retry_text =
        request.retry_text.empty() ? config.pay_page.retry_text : request.retry_text;
    if (!retry_text.empty())
        if (auto error =
                append_field("retry_text", retry_text, "IC301Text", Rule::text, link.fields))
            return error;
    finish(config.pay_page.base_url, kConversionPage, request.ictoken, link);
    return {};
}

// Reporting Services, "Retrieve Reactivation URL". The page is beside the folder of the others.
std::optional<Error> reactivation_link(const Config& config, const LinkRequest& request,
                                       Link& link) {
    if (request.reactivation_token.empty())
        return Error{
            "reactivation_token: is missing; Segpay makes it on request to its reporting service, "
            "which this version does not ask, or in the Merchant Portal (tguid)"};
    if (Objection objection = objection_to(request.reactivation_token, Rule::id))
        return Error{"reactivation_token: " + objection.text()};
    constexpr std::string_view kFolder = "/billing";
    std::string_view base = config.pay_page.base_url;
    if (base.ends_with(kFolder)) base.remove_suffix(kFolder.size());
    link.fields.push_back({"sprs", "ms"}); // the maker of the link: merchant services
    finish(base, kReactivationPage, request.reactivation_token, link);
    return {};
}

} // namespace

Link& Link::operator=(Link&& other) noexcept {
    url.swap(other.url);
    form_action.swap(other.form_action);
    fields.swap(other.fields);
    warning.swap(other.warning);
    composed.swap(other.composed);
    return *this;
}

Link::~Link() { wipe(url); }

std::optional<Error> build_link(const Config& config, const LinkRequest& request, TimeMs now,
                                Link& link) {
    link.fields.clear();
    link.warning.clear();
    if (auto error = check_kind(request)) return error;
    if (request.kind == LinkKind::reactivation) return reactivation_link(config, request, link);
    Chosen chosen{request, nullptr, {}, {}, {}};
    if (auto error = choose_product(config, chosen)) return error;
    if (request.kind == LinkKind::instant_conversion) return conversion_link(config, chosen, link);
    choose_cross_sells(chosen);
    return purchase_link(config, chosen, now, link);
}

Result<Link> build_link(const Config& config, const LinkRequest& request, TimeMs now) {
    Link link;
    if (auto error = build_link(config, request, now, link)) return *error;
    return link;
}

} // namespace segpay
