// nats-segpay link: one link, as an address, as an HTML form or as JSON.
#include "commands.hpp"
#include "common/escape_html.hpp"
#include "event_json.hpp"
#include "nearest.hpp"
#include "places.hpp"
#include "quiet_host.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <set>
#include <string_view>

namespace nats_cli {
namespace {

struct Kind {
    std::string_view name;
    std::uint32_t kind;
};
constexpr Kind kKinds[] = {
    {"join", BILLER_LINK_JOIN},
    {"one-click", BILLER_LINK_ONE_CLICK},
    {"instant-conversion", BILLER_LINK_INSTANT_CONVERSION},
    {"reactivation", BILLER_LINK_REACTIVATION},
};

struct Text {
    std::string_view name;
    biller_bytes biller_link_request::*field;
};
constexpr Text kTexts[] = {
    {"member_id", &biller_link_request::member_id},
    {"session", &biller_link_request::session},
    {"affiliate", &biller_link_request::affiliate},
    {"username", &biller_link_request::username},
    {"password", &biller_link_request::password},
    {"first_name", &biller_link_request::first_name},
    {"last_name", &biller_link_request::last_name},
    {"email", &biller_link_request::email},
    {"address", &biller_link_request::address},
    {"city", &biller_link_request::city},
    {"state", &biller_link_request::state},
    {"zip", &biller_link_request::zip},
    {"country", &biller_link_request::country},
    {"phone", &biller_link_request::phone},
    {"language", &biller_link_request::language},
    {"currency", &biller_link_request::currency},
    {"amount", &biller_link_request::amount},
    {"xref1", &biller_link_request::xref1},
    {"xref2", &biller_link_request::xref2},
    {"upsell", &biller_link_request::upsell},
    {"tokenplus", &biller_link_request::tokenplus},
    {"octoken", &biller_link_request::octoken},
    {"ictoken", &biller_link_request::ictoken},
    {"purchase_id", &biller_link_request::purchase_id},
    {"approve_url", &biller_link_request::approve_url},
    {"approve_text", &biller_link_request::approve_text},
    {"decline_url", &biller_link_request::decline_url},
    {"decline_text", &biller_link_request::decline_text},
    {"template", &biller_link_request::page_template},
    {"price_points", &biller_link_request::price_points},
    {"price_hash", &biller_link_request::price_hash},
    {"description", &biller_link_request::description},
    {"retry_text", &biller_link_request::retry_text},
    {"reactivation_token", &biller_link_request::reactivation_token},
    {"initial_days", &biller_link_request::initial_days},
    {"recurring_amount", &biller_link_request::recurring_amount},
    {"recurring_days", &biller_link_request::recurring_days},
};

struct Switch {
    std::string_view name;
    std::uint32_t biller_link_request::*field;
};
constexpr Switch kSwitches[] = {
    {"cross_sale_off", &biller_link_request::cross_sale_off},
    {"test_mode_retry_decline", &biller_link_request::test_mode_retry_decline},
    {"only_this_price", &biller_link_request::only_this_price},
    {"radio_buttons", &biller_link_request::radio_buttons},
};

constexpr std::string_view kRefs[] = {"ref1", "ref2", "ref3", "ref4", "ref5",
                                      "ref6", "ref7", "ref8", "ref9", "ref10"};
constexpr std::string_view kExtraPrefix = "x.";

template <class Table>
auto find(const Table& table, std::string_view name) {
    auto named = [name](const auto& row) { return row.name == name; };
    return std::find_if(std::begin(table), std::end(table), named);
}

std::uint32_t yes_or_no(std::string_view name, std::string_view value) {
    if (value == "1" || value == "yes" || value == "true") return BILLER_YES;
    if (value == "0" || value == "no" || value == "false") return BILLER_NO;
    throw Usage("--set " + std::string(name) + "=" + std::string(value) + ": write 1 or 0");
}

std::string unknown_name(std::string_view name) {
    std::vector<std::string_view> known;
    for (const Text& text : kTexts)
        known.push_back(text.name);
    for (const Switch& s : kSwitches)
        known.push_back(s.name);
    known.insert(known.end(), std::begin(kRefs), std::end(kRefs));
    return "--set does not know \"" + std::string(name) + "\"" + suggestion(name, known) +
           " (a user-defined parameter is x.NAME)";
}

// The request, and the texts that it borrows.
class LinkRequest {
public:
    explicit LinkRequest(const LinkArguments& arguments) {
        auto kind = find(kKinds, arguments.kind);
        if (kind == std::end(kKinds)) throw Usage("--kind: \"" + arguments.kind + "\" is no kind");
        if (kind->kind == BILLER_LINK_JOIN && arguments.option.empty())
            throw Usage("a join link needs --option ID");
        request_ = biller::link_request(kind->kind);
        if (!arguments.option.empty()) request_.option = keep(arguments.option);
        for (const std::string& set : arguments.sets)
            apply(set);
        request_.extras = extras_.data();
        request_.extra_count = extras_.size();
    }
    LinkRequest(const LinkRequest&) = delete;
    LinkRequest& operator=(const LinkRequest&) = delete;

    const biller_link_request& request() const { return request_; }

private:
    biller_bytes keep(std::string_view text) { return biller::bytes(kept_.emplace_back(text)); }

    void apply(std::string_view set) {
        std::size_t equals = set.find('=');
        if (equals == std::string_view::npos)
            throw Usage("--set \"" + std::string(set) + "\": write name=value");
        std::string_view name = set.substr(0, equals);
        std::string_view value = set.substr(equals + 1);
        if (!names_.insert(std::string(name)).second)
            throw Usage("--set " + std::string(name) + " is given twice");
        assign(name, value);
    }

    void assign(std::string_view name, std::string_view value) {
        if (auto text = find(kTexts, name); text != std::end(kTexts)) {
            request_.*text->field = keep(value);
        } else if (auto s = find(kSwitches, name); s != std::end(kSwitches)) {
            request_.*s->field = yes_or_no(name, value);
        } else if (auto ref = std::find(std::begin(kRefs), std::end(kRefs), name);
                   ref != std::end(kRefs)) {
            request_.refs[ref - std::begin(kRefs)] = keep(value);
        } else if (name.starts_with(kExtraPrefix)) {
            extras_.push_back({keep(name.substr(kExtraPrefix.size())), keep(value)});
        } else {
            throw Usage(unknown_name(name));
        }
    }

    biller_link_request request_{};
    std::deque<std::string> kept_;
    std::vector<biller_pair> extras_;
    std::set<std::string> names_;
};

bool is_said(const biller_bytes& text) { return text.size > 0; }

// Whether the ledger has to tell which purchase of the member the link stands on.
bool needs_ledger(const biller_link_request& request) {
    if (!is_said(request.member_id) && !is_said(request.purchase_id)) return false;
    if (request.kind == BILLER_LINK_ONE_CLICK) return !is_said(request.octoken);
    return request.kind == BILLER_LINK_INSTANT_CONVERSION && !is_said(request.ictoken);
}

biller::Config account_for(const biller_link_request& request, const Common& common) {
    return needs_ledger(request) ? with_ledger(common) : without_ledger(config_or_example(common));
}

std::string form(const biller::Link& link) {
    std::string html =
        "<form method=\"post\" action=\"" + common::escape_html(link.form_action) + "\">\n";
    for (const auto& [name, value] : link.fields)
        html += "  <input type=\"hidden\" name=\"" + common::escape_html(name) + "\" value=\"" +
                common::escape_html(value) + "\">\n";
    return html + "  <button type=\"submit\">Continue</button>\n</form>";
}

Json link_json(const biller::Link& link) {
    Json fields = Json::object();
    for (const auto& [name, value] : link.fields)
        fields[name] = value;
    return {{"url", link.url}, {"action", link.form_action}, {"fields", fields}};
}

} // namespace

int link(const Common& common, const LinkArguments& arguments) {
    LinkRequest request(arguments);
    biller::Library library(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION);
    QuietHost host(common.verbose);
    biller::Instance segpay(library, account_for(request.request(), common), host);
    biller::Link made = segpay.link(request.request());
    if (common.json || arguments.format == "json")
        std::puts(one_line(link_json(made)).c_str());
    else if (arguments.format == "form")
        std::puts(form(made).c_str());
    else
        std::puts(made.url.c_str());
    return 0;
}

} // namespace nats_cli
