// What each kind of event does to the host's records: one row a kind, walked by apply.cpp. This is
// the page on which a host decides, since the biller only reports facts. Decided here:
//
//  * What opens access depends on the member management that the operator has chosen: a sale, or
//  the
//    biller's enable. See WHICH EVENT TO ACT ON in biller.h. Disable ends it under both.
//  * A refund or chargeback alone ends nothing: if access is to end with it, the biller disables as
//    well.
//  * A sale opens access only while nobody has said anything about it, so that a sale which arrives
//    after its own disable does not open the door again.
//  * Tokens go with the money of their sale, see transactions.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nats_host {

// Whose word opens access. Never both: a sign-up with a user name is told as a sale and as an
// enable.
enum class MemberManagement : std::size_t {
    nats,  // the sale; an enable brings no more than the login (NATS integration guide, Step 3)
    segpay // the enable; the sale is money only
};
constexpr std::array<std::string_view, 2> kMemberManagements = {"nats", "segpay"};
std::optional<MemberManagement> member_management(std::string_view name);
std::string_view explanation(MemberManagement management); // a sentence for the operator

// The row in `transactions`: none; income; income if the event names an amount; the opposite of
// income; income that had been taken back; money that did not move.
enum class Books { nothing, sale, if_paid, taken_back, restored, declined };

// Access, and renewal; if_unsaid: on, while nobody has said anything (renewal: if the join option
// renews); on_if_unpaid: on, unless the event tells of a payment.
enum class Switch { keep, if_unsaid, on, on_if_unpaid, off };

// Which of the join option's periods was paid for.
enum class Days { none, initial, recurring };

struct Effect {
    std::uint32_t kind; // BILLER_EVENT_*
    Books books;
    bool has_subscription;        // is of a subscription, and opens it when it is not known
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
