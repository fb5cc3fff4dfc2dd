// Paying: a consumer's decision on a pay page becomes a purchase, its cross sells and the postbacks
// in Segpay's order: probe, enable, transaction.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "link.hpp"
#include "means.hpp"
#include "postman.hpp"

namespace sandbox {

/// The objects that every request uses.
struct Desk {
    const Portal& portal;
    Clock& clock;
    Books& books;
    Postman& postman;
};

/// A pay page as the consumer sends it: the link's parameters, overwritten by what was typed.
struct Payment {
    Link link;
    Means means;         ///< no card: the one on file (one-click, instant conversion)
    int price_point = 0; ///< 0: the one that the link chose
    std::set<int> cross_sells;
    std::string currency; ///< Dynamic Multi-Currency; empty: the price point's
    bool standin = false; ///< approved without the bank, for now
    std::string ip;
};

/// The means that a consumer typed into the page of that link; nothing: those on file. Throws
/// Refusal.
Means means_of(const Desk& desk, const Link& link, const Typed& typed);

struct Receipt {
    bool approved = false;
    std::string purchase_id;
    std::string transaction_id;
    std::string username;               ///< the e-mail address where the wanted name was taken
    std::vector<std::string> purchases; ///< made by this payment, the main one first
    std::vector<Postback> postbacks;
};

/// Runs the button of the pay page. Throws Refusal for input that the page would not accept.
Receipt pay(const Desk& desk, const Payment& payment);

/// The purchase whose card a one-click link charges; nothing if its OCToken has expired, so that
/// the consumer gets a full payment page.
std::optional<Purchase> card_on_file(const Desk& desk, const Link& link);

/// The trial that an instant conversion link converts. Throws Refusal with ERR301 to ERR310.
Purchase trial_to_convert(const Desk& desk, const Link& link);

} // namespace sandbox
