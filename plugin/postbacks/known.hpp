// Known: what the ledger remembers of the purchase that a postback is about.
#pragma once

#include "events/event.hpp"
#include "ledger/ledger.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// As it comes from the ledger.
struct Loaded {
    std::optional<Purchase> purchase; // the postback's
    // The approved sale that it takes back or restores; of a decline, what was told under its own
    // transaction id before: a stand-in that failed in the end.
    std::optional<Event> sale;
    // Of a postback that names no purchase (postbacks/unnamed.hpp): whether `purchase` was found
    // all the same, and is what it is taken to name; or why not.
    bool is_found = false;
    std::string why_not_found = {};
};

// Views into the memory.
struct Known {
    EventKind opened_by = EventKind::unknown;
    ETicket eticket;
    std::string_view option, site, member_id, session, affiliate, username, partner;
    std::string_view held_by;
    TimeMs opened_at_ms = 0; // 0: not known

    bool is_of_sale = false; // the account is that of a single sale

    bool is_opened() const { return opened_by != EventKind::unknown; }
};

// One purchase can hold sales of several products, by one click and for other affiliates: what
// takes one of them back (`kind`) is about the product, and on the account, of that sale. Of
// another purchase's sale nothing is believed. nullopt: nothing is remembered.
std::optional<Known> known_from(const Loaded& loaded, EventKind kind, std::string_view purchase_id);

} // namespace segpay
