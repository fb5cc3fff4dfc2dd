// Links: where a customer is sent to pay. A request and the configuration become a list of
// parameters; the list becomes a URL or form fields. Pure: no ledger, no network.
#pragma once

#include "config/config.hpp"
#include "values/result.hpp"
#include "values/timestamp.hpp"
#include "wire/form.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

enum class LinkKind { join = 1, one_click = 2, instant_conversion = 3, reactivation = 4 };

// Mirrors biller_link_request. Empty: as configured, or left out.
struct LinkRequest {
    LinkKind kind = LinkKind::join;
    std::string_view option;
    std::string_view member_id, session, affiliate;
    std::string_view username, password;
    std::string_view first_name, last_name, email, address, city, state, zip, country, phone;
    std::string_view language, currency, amount;
    std::string_view xref1, xref2, upsell, tokenplus, octoken, ictoken, purchase_id;
    std::string_view approve_url, approve_text, decline_url, decline_text;
    std::string_view page_template, price_points;
    std::string_view price_hash, description, retry_text;
    bool only_this_price = false;
    bool radio_buttons = false;
    bool cross_sale_off = false;
    bool test_mode_retry_decline = false;
    std::array<std::string_view, 10> refs;
    std::vector<Parameter> extras;
};

struct Link {
    std::string url;         // complete
    std::string form_action; // what stays in the action of a POST form
    Parameters fields;       // and its fields
};

// Error: the request cannot be met; the message begins with the name of the field.
Result<Link> build_link(const Config& config, const LinkRequest& request, TimeMs now);

} // namespace segpay
