// Facts: what a postback can say, under whatever name the merchant chose. Segpay sends the names
// that were typed into the postback URL, so one fact has several names; the table in facts.cpp has
// them all.
#pragma once

#include "values/comparison.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace segpay {

// Facts that decide something or have a field of the event. Any other is an `extra`: the host gets
// its name and value.
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

// Values that the host made, which return to it with their spaces.
constexpr bool is_untouched(Fact fact) { return fact == Fact::upsell || fact == Fact::tokenplus; }

// The words that decide the kind of a postback.
constexpr bool is_deciding_word(Fact fact) {
    return fact == Fact::transaction_type || fact == Fact::action || fact == Fact::stage ||
           fact == Fact::approved;
}

// The source of a name.
enum class NameSource : std::uint8_t {
    listed, // Processing API 2.0, "Full List of Postback Parameters": the names of default
            // postbacks
    custom, // Processing API 2.0, the custom examples of "Setting up Postbacks"
    nats,   // NATS integration guide, Step 3
    seen,   // seen in postbacks; not documented
};

// One name under which a parameter can arrive.
struct ParameterName {
    std::string_view name; // lower case
    Fact fact = Fact::extra;
    std::string_view canonical; // the host's name for it, when it travels as an extra
    NameSource source = NameSource::listed;
    Comparison comparison = Comparison::text; // the same for all names of one parameter
};

std::span<const ParameterName> parameter_names();

// The row of a name, in any case; null: an unknown name.
const ParameterName* find_parameter(std::string_view name);

// Whether NATS's template has the name for a value that the host puts on the link, so that a host
// may use it for a parameter of its own: memberid and session.
bool can_be_user_defined(std::string_view name);

// How two values that the host gets under this name are compared. A name that only the host uses:
// as an id.
Comparison comparison_of(std::string_view canonical);

// The host's name for a fact that has no field of the event: "xref1", "authcode".
std::string_view canonical_name(Fact fact);

} // namespace segpay
