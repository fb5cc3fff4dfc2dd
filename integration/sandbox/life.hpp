// Events of a purchase after the sign-up: renewals, cancellations, refunds, disputes. Each action
// has its conditions and its postbacks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkout.hpp"

namespace sandbox {

/// The results of an action.
struct Deed {
    std::string purchase_id;
    std::string transaction_id; ///< empty: there is none
    std::vector<Postback> postbacks;
};

/// Runs a named action on a purchase and sends its postbacks. Parameters, all optional: approved,
/// amount, tranid (the sale concerned), kind (of a refund), reason, comment, by. The action
/// one_click takes an eticket and any other parameter of the link. Throws Refusal: 404 unknown
/// purchase or action, 400 bad parameter, 409 not in this state.
Deed act(const Desk& desk, const std::string& purchase_id, const std::string& action,
         const Params& params);

/// An action that the purchase's state allows, for a page to show as a button.
struct Possible {
    std::string_view action;
    std::string_view label;
};
std::vector<Possible> possible_actions(const Portal& portal, const Purchase& purchase);

} // namespace sandbox
