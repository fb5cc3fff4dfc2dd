// Building of links: defaults, decisions, seal, then URL and form.
#include "links/link.hpp"

#include "links/parameters.hpp"
#include "values/word.hpp"
#include "wire/seal.hpp"

#include <algorithm>
#include <optional>

namespace segpay {

namespace {

// A request with the configuration's and the option's defaults filled in, and the texts that those
// views look at.
struct Completed {
    LinkRequest request;
    const JoinOption* option = nullptr;
};

void fill(std::string_view& field, const std::string& standard) {
    if (field.empty()) field = standard;
}

Result<Completed> completed(const Config& config, const LinkRequest& given) {
    Completed result{given, nullptr};
    LinkRequest& request = result.request;
    if (!request.option.empty()) {
        result.option = config.option(request.option);
        if (!result.option)
            return Error{"option: \"" + std::string(shortened(clean_text(request.option), 40)) +
                         "\" is not configured"};
    } else if (request.kind != LinkKind::instant_conversion) {
        return Error{"option: is missing; the link needs a configured join option"};
    }

    fill(request.language, config.pay_page.language);
    fill(request.currency, config.pay_page.currency);
    fill(request.page_template, config.pay_page.page_template);
    if (request.approve_url.empty()) {
        if (!request.approve_text.empty() && config.pay_page.approve_url.empty())
            return Error{"approve_text: needs an approve_url"};
        fill(request.approve_text, config.pay_page.approve_text);
        request.approve_url = config.pay_page.approve_url;
    }
    if (request.decline_url.empty()) {
        if (!request.decline_text.empty() && config.pay_page.decline_url.empty())
            return Error{"decline_text: needs a decline_url"};
        fill(request.decline_text, config.pay_page.decline_text);
        request.decline_url = config.pay_page.decline_url;
    }
    if (result.option && request.kind == LinkKind::join && !request.cross_sale_off) {
        const auto& refs = result.option->cross_sells;
        if (!refs.empty()) fill(request.xref1, refs[0]);
        if (refs.size() > 1) fill(request.xref2, refs[1]);
    }
    return result;
}

Result<bool> append_name(const LinkRequest& request, Parameters& parameters) {
    std::string both(request.first_name);
    both += ' ';
    both += request.last_name;
    const std::string name(trimmed(both));
    if (name.empty()) return true;
    if (const std::string objection = objection_to(name, Rule::text); !objection.empty())
        return Error{"first_name and last_name: together " + objection};
    parameters.push_back({"x-billname", name});
    return true;
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
// colon is the one that is selected first, so it must be one of the list.
Result<bool> append_price_view(const Config& config, const LinkRequest& request,
                               const JoinOption& option, Parameters& parameters) {
    if (!request.price_points.empty()) {
        if (const std::string objection = objection_to(request.price_points, Rule::price_points);
            !objection.empty())
            return Error{"price_points: " + objection};
        const std::string own = std::to_string(option.eticket.price_point);
        if (!is_in_list(own, request.price_points))
            return Error{"price_points: does not hold " + own + ", the option's own price point"};
        parameters.push_back(
            {config.pay_page.price_list_parameter, std::string(request.price_points)});
    }
    if (request.only_this_price) {
        if (!request.price_points.empty())
            return Error{"only_this_price: contradicts price_points"};
        parameters.push_back({config.pay_page.price_view_parameter, "2"});
    }
    if (request.radio_buttons) parameters.push_back({"ppviewtype", "2"});
    return true;
}

Result<bool> append_refs(const LinkRequest& request, Parameters& parameters) {
    for (std::size_t i = 0; i < request.refs.size(); ++i) {
        if (request.refs[i].empty()) continue;
        const std::string number = std::to_string(i + 1);
        if (const std::string objection = objection_to(request.refs[i], Rule::text);
            !objection.empty())
            return Error{"ref" + number + ": " + objection};
        parameters.push_back({"REF" + number, std::string(request.refs[i])});
    }
    return true;
}

// A dynamic price needs a hash that only Segpay can make (One Click Web Service, "Dynamic
// Pricing"); without it the pay page refuses the amount.
std::string objection_to_amount(const LinkRequest& request, const JoinOption& option) {
    const bool is_dynamic = option.price.type == Price::Type::dynamic;
    if (request.amount.empty())
        return is_dynamic ? "amount: is missing; option " + option.id + " has a dynamic price"
                          : std::string();
    if (!is_dynamic) return "amount: option " + option.id + " has a fixed price";
    const Result<Money> amount = parse_amount(request.amount, option.price.currency);
    if (!amount) return "amount: " + amount.error();
    if ((option.price.minimum && amount->minor < option.price.minimum->minor) ||
        (option.price.maximum && amount->minor > option.price.maximum->minor))
        return "amount: " + std::string(request.amount) + " is not within " +
               amount_text(*option.price.minimum) + " to " + amount_text(*option.price.maximum) +
               " " + std::string(option.price.currency.code());
    return "amount: a link with a dynamic price needs a hash from Segpay's pricing service, which "
           "this version does not ask";
}

void append_seal(const Config& config, const LinkRequest& request, const JoinOption& option,
                 TimeMs now, Parameters& parameters) {
    if (config.seal.mode == Seal::Mode::off || config.seal.keys.empty()) return;
    SealedFacts facts;
    facts.package = option.eticket.package;
    // A link that offers several price points promises the package, not one option of it.
    if (request.price_points.empty()) facts.option = option.id;
    facts.member_id = request.member_id;
    facts.session = request.session;
    facts.affiliate = request.affiliate;
    facts.xref1 = request.xref1;
    facts.xref2 = request.xref2;
    facts.upsell = request.upsell;
    facts.tokenplus = request.tokenplus;
    facts.octoken = request.octoken;
    parameters.push_back({config.seal.parameter,
                          std::string(make_seal(config.seal.keys.front(), facts, now))});
}

Link finished(const Config& config, std::string_view page, const Parameter& first,
              Parameters parameters) {
    Link link;
    link.form_action = config.pay_page.base_url + std::string(page) + "?" + encode_form({first});
    link.url = link.form_action;
    if (!parameters.empty()) link.url += "&" + encode_form(parameters);
    link.fields = std::move(parameters);
    return link;
}

// The join page and the one-click page take the same parameters; the one-click page needs a card
// (Processing API 2.0, "One Click Pricing").
Result<Link> purchase_link(const Config& config, const Completed& completed, TimeMs now) {
    const LinkRequest& request = completed.request;
    const JoinOption& option = *completed.option;
    const bool is_one_click = request.kind == LinkKind::one_click;
    if (is_one_click && request.octoken.empty())
        return Error{"octoken: is missing; it is the purchase whose card is to be charged"};
    if (is_one_click && !option.has_one_click)
        return Error{"option: " + option.id + " is not enabled for one-click"};
    if (std::string objection = objection_to_amount(request, option); !objection.empty())
        return Error{std::move(objection)};

    Parameters parameters;
    for (auto step : {append_name, append_fields, append_refs})
        if (Result<bool> outcome = step(request, parameters); !outcome)
            return Error{outcome.error()};
    if (Result<bool> outcome = append_price_view(config, request, option, parameters); !outcome)
        return Error{outcome.error()};
    if (request.cross_sale_off) parameters.push_back({"CrossSaleOff", "1"});
    if (request.test_mode_retry_decline) parameters.push_back({"TestModeRetryDecline", "on"});
    for (const Parameter& extra : request.extras) {
        if (equal_ignoring_case(extra.name, config.seal.parameter))
            return Error{"x." + extra.name + ": is the name of the seal"};
        if (Result<bool> outcome = append_extra(extra, parameters); !outcome)
            return Error{outcome.error()};
    }
    append_seal(config, request, option, now, parameters);
    return finished(config, is_one_click ? "/OneClick.aspx" : "/poset.cgi",
                    {"x-eticketid", to_string(option.eticket)}, std::move(parameters));
}

// Processing API 2.0, "Instant Conversion".
Result<Link> conversion_link(const Config& config, const Completed& completed) {
    const LinkRequest& request = completed.request;
    if (completed.option && completed.option->price.type != Price::Type::instant_conversion)
        return Error{"option: " + completed.option->id + " is no instant-conversion price point"};
    if (request.ictoken.empty())
        return Error{"ictoken: is missing; it is the trans_guid of the sign-up"};
    if (const std::string objection = objection_to(request.ictoken, Rule::id); !objection.empty())
        return Error{"ictoken: " + objection};
    return finished(config, "/InstantConv.aspx", {"ICToken", std::string(request.ictoken)}, {});
}

} // namespace

Result<Link> build_link(const Config& config, const LinkRequest& request, TimeMs now) {
    if (request.kind == LinkKind::reactivation)
        return Error{
            "kind: Segpay makes reactivation links itself, on request to its reporting "
            "service, which this version does not ask"};
    const Result<Completed> all = completed(config, request);
    if (!all) return Error{all.error()};
    if (request.kind == LinkKind::instant_conversion) return conversion_link(config, *all);
    return purchase_link(config, *all, now);
}

} // namespace segpay
