// The hook that builds a link, as URL and as form.
#include "entry/hooks.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace segpay {

namespace {

struct LinkText {
    biller_bytes biller_link_request::*in;
    std::string_view LinkRequest::*out;
};
constexpr LinkText kLinkTexts[] = {
    {&biller_link_request::option, &LinkRequest::option},
    {&biller_link_request::member_id, &LinkRequest::member_id},
    {&biller_link_request::session, &LinkRequest::session},
    {&biller_link_request::affiliate, &LinkRequest::affiliate},
    {&biller_link_request::username, &LinkRequest::username},
    {&biller_link_request::password, &LinkRequest::password},
    {&biller_link_request::first_name, &LinkRequest::first_name},
    {&biller_link_request::last_name, &LinkRequest::last_name},
    {&biller_link_request::email, &LinkRequest::email},
    {&biller_link_request::address, &LinkRequest::address},
    {&biller_link_request::city, &LinkRequest::city},
    {&biller_link_request::state, &LinkRequest::state},
    {&biller_link_request::zip, &LinkRequest::zip},
    {&biller_link_request::country, &LinkRequest::country},
    {&biller_link_request::phone, &LinkRequest::phone},
    {&biller_link_request::language, &LinkRequest::language},
    {&biller_link_request::currency, &LinkRequest::currency},
    {&biller_link_request::amount, &LinkRequest::amount},
    {&biller_link_request::xref1, &LinkRequest::xref1},
    {&biller_link_request::xref2, &LinkRequest::xref2},
    {&biller_link_request::upsell, &LinkRequest::upsell},
    {&biller_link_request::tokenplus, &LinkRequest::tokenplus},
    {&biller_link_request::octoken, &LinkRequest::octoken},
    {&biller_link_request::ictoken, &LinkRequest::ictoken},
    {&biller_link_request::purchase_id, &LinkRequest::purchase_id},
    {&biller_link_request::approve_url, &LinkRequest::approve_url},
    {&biller_link_request::approve_text, &LinkRequest::approve_text},
    {&biller_link_request::decline_url, &LinkRequest::decline_url},
    {&biller_link_request::decline_text, &LinkRequest::decline_text},
    {&biller_link_request::page_template, &LinkRequest::page_template},
    {&biller_link_request::price_points, &LinkRequest::price_points},
    {&biller_link_request::price_hash, &LinkRequest::price_hash},
    {&biller_link_request::description, &LinkRequest::description},
    {&biller_link_request::retry_text, &LinkRequest::retry_text},
    {&biller_link_request::reactivation_token, &LinkRequest::reactivation_token},
    {&biller_link_request::initial_days, &LinkRequest::initial_days},
    {&biller_link_request::recurring_amount, &LinkRequest::recurring_amount},
    {&biller_link_request::recurring_days, &LinkRequest::recurring_days},
};

LinkRequest link_request_of(const biller_link_request& given) {
    LinkRequest request;
    if (given.kind < BILLER_LINK_JOIN || given.kind > BILLER_LINK_REACTIVATION)
        throw Stop{BILLER_STATUS_REQUEST,
                   "kind: " + std::to_string(given.kind) + " is not one of BILLER_LINK_*"};
    request.kind = static_cast<LinkKind>(given.kind);
    for (const LinkText& text : kLinkTexts)
        request.*text.out = view(given.*text.in);
    request.only_this_price = given.only_this_price == BILLER_YES;
    request.radio_buttons = given.radio_buttons == BILLER_YES;
    request.cross_sale_off = given.cross_sale_off == BILLER_YES;
    request.test_mode_retry_decline = given.test_mode_retry_decline == BILLER_YES;
    for (std::size_t i = 0; i < request.refs.size(); ++i)
        request.refs[i] = view(given.refs[i]);
    return request;
}

std::vector<LinkField> extras_of(const biller_link_request& given) {
    require(given.extras || given.extra_count == 0, "extras is NULL, extra_count is not 0");
    std::vector<LinkField> extras;
    for (std::size_t i = 0; i < given.extra_count; ++i)
        extras.push_back({view(given.extras[i].name), view(given.extras[i].value)});
    return extras;
}

} // namespace

uint32_t link(biller_instance* instance, const biller_link_request* request,
              const biller_link_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(request && has_callback(sink, &biller_link_sink::link),
                "request, sink or sink->link is NULL");
        const biller_link_request given = adopted(request);
        LinkRequest wanted = link_request_of(given);
        const std::vector<LinkField> extras = extras_of(given);
        wanted.extras = extras;
        MadeLink made;
        const Host& host = opened.inbox.host();
        if (const auto error = opened.account.link(wanted, *opened.ledger, host.now(), made))
            throw Stop{BILLER_STATUS_REQUEST, error->message};
        if (!made.link.warning.empty() && !opened.has_warned_of_link.exchange(true))
            host.log(LogLevel::warning, "link: " + made.link.warning + "; this is said once");
        std::vector<biller_pair> fields;
        for (const LinkField& field : made.link.fields)
            fields.push_back({bytes(field.name), bytes(field.value)});
        auto link = sized<biller_link>();
        link.url = bytes(made.link.url);
        link.form_action = bytes(made.link.form_action);
        link.fields = fields.data();
        link.field_count = fields.size();
        call_out([&] { sink->link(sink->context, &link); });
        return BILLER_STATUS_OK;
    });
}

} // namespace segpay
