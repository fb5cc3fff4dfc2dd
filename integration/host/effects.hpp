// What each kind of event does to the host's records: one row a kind, walked by apply.cpp. This is
// the page on which a host decides, since the biller only reports facts. Decided here:
//
//  * Access follows the member events (enable, disable) and reactivation. A refund or chargeback
//    alone ends nothing: if access is to end with it, the biller disables as well.
//  * A sale opens access only while nobody has said anything about it, so that a sale which arrives
//    after its own disable does not open the door again.
//  * Tokens, once given, are not taken back by a refund: they may be spent. The operator sees the
//    negative transaction and decides.
#pragma once

#include <cstdint>

namespace nats_host {

// The row in `transactions`: none; income; income if the event names an amount; the opposite of
// income; income that had been taken back; money that did not move.
enum class Books { nothing, sale, if_paid, taken_back, restored, declined };

// Access, and renewal; if_unsaid: on, while nobody has said anything (renewal: if the join option
// renews).
enum class Switch { keep, if_unsaid, on, off };

// Which of the join option's periods was paid for.
enum class Days { none, initial, recurring };

struct Effect {
    std::uint32_t kind; // BILLER_EVENT_*
    Books books;
    bool has_subscription; // is of a subscription, and opens it when it is not known
    Switch access;
    Switch renewing;
    Days days;
    bool has_login;  // may bring user name and password
    bool has_tokens; // gives the option's tokens
};

// A kind that this host does not know has no effect; it is recorded and answered as done.
const Effect& effect_of(std::uint32_t kind);

} // namespace nats_host
