// Applied events: the keys, the transactions of money, and the tokens that go with it. Knows
// members by id.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nats_host {

enum class Direction : std::int8_t { back = -1, declined = 0, in = 1 };

// The money of an event.
struct Transaction {
    std::optional<std::string_view> related; // id of the sale that is taken back
    std::optional<std::string_view> site;
    std::optional<std::int64_t> amount_minor; // without a sign
    std::optional<std::string_view> currency;
    std::optional<std::int64_t> exponent;
    Direction direction = Direction::in;
    bool is_test = false;
    bool is_standin = false;
    std::int64_t tokens_sold = 0;
};

// A row; copies nothing.
struct AppliedEvent {
    std::string_view key;
    std::string_view kind;
    std::optional<std::string_view> subscription; // "SEGPAY:26346680"
    std::optional<std::string_view> transaction;  // "SEGPAY:1234567890"
    std::optional<std::int64_t> member;
    std::optional<bool> access; // opened or ended by it
    std::optional<std::string_view> reason_code;
    std::optional<std::string_view> reason_text;
    std::optional<std::string_view> reason_family;
    bool is_redelivery = false;
    std::int64_t occurred_at = 0; // Unix seconds
    std::optional<Transaction> money;
};

bool is_applied(Connection& db, std::string_view key);

// Stores it and settles the tokens of its sale: the member has them while some of the money is
// here, and loses them when all of it was taken back. The sum over all events of the sale decides,
// so order does not matter, a refund and a chargeback of one sale take the tokens once, and a
// chargeback that was won restores them. A balance below zero means that tokens were spent before
// they were taken back; the operator sees it.
void store_applied_event(Connection& db, const AppliedEvent& event);

} // namespace nats_host
