// Known: what the ledger has of the purchase that a postback is about.
#pragma once

#include "events/event.hpp"
#include "ledger/ledger.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// As loaded from the ledger.
struct Loaded {
    std::optional<Purchase> purchase; // the postback's
    // The approved sale that it takes back or restores; for a decline, the event that was delivered
    // under its own transaction id before: a stand-in that failed in the end.
    std::optional<Event> sale;
    // For a postback that names no purchase (postbacks/unnamed.hpp): whether `purchase` was found
    // and is assumed to be meant; or why it was not found.
    bool is_found = false;
    std::string why_not_found = {};
};

// Views into `Loaded`.
struct Known {
    EventKind opened_by = EventKind::unknown;
    ETicket eticket;
    std::string_view option, site, member_id, session, affiliate, username, partner;
    std::string_view held_by;
    TimeMs opened_at_ms = 0; // 0: not known

    bool is_of_sale = false; // the account is that of a single sale

    bool is_opened() const { return opened_by != EventKind::unknown; }
};

// One purchase can hold sales of several products, by one click and for other affiliates. An event
// that takes one of them back (`kind`) is about the product, and counts for the account, of that
// sale. A sale of another purchase is ignored. nullopt: the purchase is not known.
std::optional<Known> known_from(const Loaded& loaded, EventKind kind, std::string_view purchase_id);

} // namespace segpay
