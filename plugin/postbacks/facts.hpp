// Facts: what a postback can tell, whatever the merchant called it. Segpay sends the names that
// were typed into the postback URL, so one fact has several names; the table in facts.cpp knows
// them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace segpay {

// Facts that the event has a field for, or that decide something. All others travel as extras.
enum class Fact : std::uint8_t {
    action,
    transaction_type,
    stage,
    approved,
    purchase_id,
    transaction_id,
    related_transaction_id,
    price,
    currency,
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
};

constexpr std::size_t kFactCount = static_cast<std::size_t>(Fact::cancelled_by) + 1;

// The fact behind a parameter name, whatever its case; nullopt: an extra.
std::optional<Fact> fact_of(std::string_view name);

} // namespace segpay
