// Payment links: what a merchant's link asks the pay page to show. Reads and checks parameters;
// changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "form.hpp"
#include "portal.hpp"

namespace sandbox {

enum class Page { join, one_click, instant_conversion };

/// "poset.cgi", "OneClick.aspx", "InstantConv.aspx".
const char* script_of(Page page);
/// Reads the last part of a path, in any case. Throws Refusal (404) for another.
Page page_of(std::string_view path);

struct Link {
    Page page = Page::join;
    Params params;
};

/// A whole link, "https://secure2.segpay.com/billing/poset.cgi?x-eticketid=…", as a browser
/// follows it. Only the script and the query count.
Link parse_link(const std::string& url);

/// What the pay page of a join or one-click link offers.
struct Offer {
    Eticket eticket; ///< with the price point that is chosen at first
    const Package* package = nullptr;
    std::vector<const PricePoint*> choices; ///< the chosen one included, never empty
    bool by_radio_buttons = false;          ///< ppviewtype=2
    std::map<int, Eticket> cross_sells;     ///< by slot; none with CrossSaleOff=1

    const PricePoint& chosen() const;
};

/// Throws Refusal (400) that names the parameter for a link that Segpay could not serve.
Offer read_offer(const Portal& portal, const Link& link);

/// The amount that this link charges at first: the price point's, or that of a dynamic link.
Money first_price(const PricePoint& price, const Params& params);

/// "2.95 USD for 3 days, then 29.95 USD every 30 days until cancelled".
std::string price_text(const PricePoint& price, const Params& params);

/// What is kept with the purchase and handed back in postbacks: user-defined and REF parameters,
/// user name, password, affiliate. Not the parameters that steer the page.
Params extras_of(const Params& params);

} // namespace sandbox
