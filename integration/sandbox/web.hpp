// Requests and answers as the handlers see them, without a server around them.
#pragma once

#include <string>
#include <vector>

#include "checkout.hpp"

namespace sandbox {

struct Request {
    std::string method;
    std::vector<std::string> path; ///< the parts between the slashes
    Params params;                 ///< of the query and of a form or JSON body
    bool wants_json = false;       ///< ?format=json, or Accept: application/json
    std::string client_ip;
};

struct Answer {
    int status = 200;
    std::string type = "text/html; charset=utf-8";
    std::string body;
    std::string location; ///< of a redirect
};

using Handler = Answer (*)(const Desk&, const Request&);

// Pay pages (pay_handlers.cpp).
Answer show_pay_page(const Desk& desk, const Request& request);
Answer take_payment(const Desk& desk, const Request& request);

// HTTP API (api.cpp).
Answer api_purchases(const Desk& desk, const Request& request);
Answer api_purchase(const Desk& desk, const Request& request);
Answer api_act(const Desk& desk, const Request& request);
Answer api_postbacks(const Desk& desk, const Request& request);
Answer api_given_up(const Desk& desk, const Request& request);
Answer api_repeat(const Desk& desk, const Request& request);
Answer api_clock(const Desk& desk, const Request& request);
Answer api_turn_clock(const Desk& desk, const Request& request);
Answer api_signup(const Desk& desk, const Request& request);

/// {"error": "…"}.
Answer json_error(int status, const std::string& what);
/// The result of a payment, as JSON.
Answer json_receipt(const Receipt& receipt, const Link& link);

// Pages for the developer (desk_pages.cpp).
Answer page_purchases(const Desk& desk, const Request& request);
Answer page_purchase(const Desk& desk, const Request& request);
Answer page_act(const Desk& desk, const Request& request);
Answer page_postbacks(const Desk& desk, const Request& request);
Answer page_repeat(const Desk& desk, const Request& request);
Answer page_turn_clock(const Desk& desk, const Request& request);

} // namespace sandbox
