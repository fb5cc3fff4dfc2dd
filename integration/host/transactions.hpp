// Transactions: what the biller told of money, and the tokens that go with it. Knows members by id.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nats_host {

enum class Direction : std::int8_t { back = -1, declined = 0, in = 1 };

struct Transaction {
    std::int64_t event = 0;             // number in applied_events
    std::optional<std::string> id;      // "SEGPAY:1234567890"
    std::optional<std::string> related; // the sale that is taken back
    std::optional<std::string> subscription;
    std::optional<std::int64_t> member;
    std::optional<std::string> site;
    std::string kind;
    std::optional<std::int64_t> amount_minor; // without a sign
    std::optional<std::string> currency;
    std::optional<std::int64_t> exponent;
    Direction direction = Direction::in;
    bool is_test = false;
    bool is_standin = false;
    std::int64_t tokens_sold = 0;
    std::int64_t occurred_at = 0; // Unix seconds
};

// Stores it and brings the tokens of its sale to where they belong: with the member while some of
// the money is here, nowhere when all of it was taken back. It is the sum over all that is told of
// the sale that decides, so order does not matter, a refund and a chargeback of one sale take the
// tokens once, and a chargeback that was won brings them again. A balance below zero means that
// tokens were spent before they were taken back; the operator sees it.
void store_transaction(Connection& db, const Transaction& transaction);

} // namespace nats_host
