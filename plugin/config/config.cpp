// Lookups in a Config. The lists are short and their order is the operator's, so they are walked.
#include "config/config.hpp"

#include <algorithm>

namespace segpay {

namespace {

template <class Item, class Matches>
const Item* first(const std::vector<Item>& items, Matches matches) {
    const auto found = std::find_if(items.begin(), items.end(), matches);
    return found == items.end() ? nullptr : &*found;
}

} // namespace

const Site* Config::site(std::string_view id) const {
    return first(sites, [&](const Site& site) { return site.id == id; });
}

const JoinOption* Config::option(std::string_view id) const {
    return first(options, [&](const JoinOption& option) { return option.id == id; });
}

const JoinOption* Config::option_of(const ETicket& eticket) const {
    return first(options, [&](const JoinOption& option) { return option.eticket == eticket; });
}

const Offer* Config::cross_sell(std::string_view ref) const {
    return first(cross_sells, [&](const Offer& offer) { return offer.ref == ref; });
}

const Offer* Config::upsell(std::string_view ref) const {
    return first(upsells, [&](const Offer& offer) { return offer.ref == ref; });
}

} // namespace segpay
