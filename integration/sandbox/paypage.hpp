// The HTML of the pay page and of the pages after it. Displays only.
#pragma once

#include <optional>
#include <string>

#include "checkout.hpp"

namespace sandbox {

/// The content of a pay page. Without an offer it is an instant conversion; with a purchase on file
/// the card is not asked for again.
struct PayPage {
    const Portal& portal;
    const Link& link;
    std::optional<Offer> offer;
    std::optional<Purchase> on_file;
    std::string error; ///< shown above the form
};

std::string pay_page_html(const PayPage& page);

/// Approved or declined, with the merchant's link from x-auth-link or x-decl-link.
std::string result_html(const Receipt& receipt, const Link& link);

/// A link or request that cannot be served.
std::string error_html(const std::string& what);

} // namespace sandbox
