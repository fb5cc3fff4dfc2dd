// Facts: what a postback can tell, whatever the merchant called it. Segpay sends the names that
// were typed into the postback URL, so one fact has several names; the table in facts.cpp knows
// them all.
#pragma once

#include "values/comparison.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace segpay {

// What decides something or has a field of the event. All else is an `extra`: it travels to the
// host as a name and a value.
enum class Fact : std::uint8_t {
    extra,
    action,
    transaction_type,
    stage,
    approved,
    purchase_id,
    transaction_id,
    related_transaction_id,
    price,
    currency,
    initial_value,
    eticket,
    member_id,
    session,
    affiliate,
    username,
    password,
    email,
    name,
    first_name,
    last_name,
    country,
    cross_sell_slot,
    xref1,
    xref2,
    upsell,
    tokenplus,
    octoken,
    trans_guid,
    standin,
    test_transaction,
    card_type,
    payment_type,
    transaction_time,
    reactivation_time,
    response_code,
    refund_reason,
    refund_comment,
    refunded_by,
    cancel_reason,
    cancel_comment,
    cancelled_by,
    seal, // under the configured name (seal.parameter)
};

constexpr std::size_t kFactCount = static_cast<std::size_t>(Fact::seal) + 1;

// Values of the host's own making, which come back to it with their spaces.
constexpr bool is_untouched(Fact fact) { return fact == Fact::upsell || fact == Fact::tokenplus; }

// The words by which a postback is known for what it is.
constexpr bool is_deciding_word(Fact fact) {
    return fact == Fact::transaction_type || fact == Fact::action || fact == Fact::stage ||
           fact == Fact::approved;
}

// Where a name comes from.
enum class NameSource : std::uint8_t {
    listed, // Processing API 2.0, "Full List of Postback Parameters": the names of default
            // postbacks
    custom, // Processing API 2.0, the custom examples of "Setting up Postbacks"
    nats,   // NATS integration guide, Step 3
    seen,   // seen in postbacks; no document tells of it
};

// One name under which a parameter can arrive.
struct ParameterName {
    std::string_view name; // lower case
    Fact fact = Fact::extra;
    std::string_view canonical; // what the host is told it as, when it travels as an extra
    NameSource source = NameSource::listed;
    Comparison comparison = Comparison::text; // the same for all names of one thing
};

std::span<const ParameterName> parameter_names();

// The row of a name, whatever its case; null: nobody knows it.
const ParameterName* find_parameter(std::string_view name);

// Whether NATS's template has it as another name of what the host puts on the link, so that a host
// can have it for a parameter of its own: memberid and session.
bool can_be_user_defined(std::string_view name);

// How two values of what the host is told under this name are compared. Of a name that is nobody's
// but the host's: as an id.
Comparison comparison_of(std::string_view canonical);

// What the host is told a fact as, when no field of the event took it: "xref1", "authcode".
std::string_view canonical_name(Fact fact);

} // namespace segpay
