// The effect of each kind of event on the host's records: one row a kind, used by apply.cpp. These
// are the decisions of a host, since the biller only reports facts. Decided here:
//
//  * Which event opens access depends on the operator's choice of member management: a sale, or the
//    biller's enable. See WHICH EVENT TO ACT ON in biller.h. Disable ends it under both.
//  * A refund or chargeback alone ends nothing: if access is to end with it, the biller disables as
//    well.
//  * A sale opens access only while access is unknown, so that a sale which arrives after its own
//    disable does not open it again.
//  * Tokens go with the money of their sale, see applied_events.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nats_host {

// Which event opens access. Never both: a sign-up with a user name is reported by a sale and by an
// enable.
enum class MemberManagement : std::size_t {
    nats,  // the sale; an enable brings no more than the login (NATS integration guide, Step 3)
    segpay // the enable; the sale is money only
};
constexpr std::array<std::string_view, 2> kMemberManagements = {"nats", "segpay"};
std::optional<MemberManagement> member_management(std::string_view name);
std::string_view explanation(MemberManagement management); // a sentence for the operator

// The row in `transactions`: none; income; income if the event names an amount; the opposite of
// income; restored income; money that did not move.
enum class Books { nothing, sale, if_paid, taken_back, restored, declined };

// Access, and renewal; if_unsaid: on, while it is unknown (renewal: if the join option renews);
// on_if_unpaid: on, unless the event reports a payment.
enum class Switch { keep, if_unsaid, on, on_if_unpaid, off };

// Which of the join option's periods was paid for.
enum class Days { none, initial, recurring };

struct Effect {
    std::uint32_t kind; // BILLER_EVENT_*
    Books books;
    bool has_subscription;        // is of a subscription, and opens it when it is unknown
    std::array<Switch, 2> access; // by member management
    Switch renewing;
    Days days;
    bool has_login;  // may bring user name and password
    bool has_tokens; // gives the option's tokens

    Switch access_under(MemberManagement management) const {
        return access[static_cast<std::size_t>(management)];
    }
};

// A kind that this host does not know has no effect; it is recorded and answered as done.
const Effect& effect_of(std::uint32_t kind);

} // namespace nats_host
