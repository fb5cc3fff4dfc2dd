// Subscriptions: what a purchase of the biller gives to a member. Knows members by id only.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nats_host {

struct Subscription {
    std::int64_t number = 0; // 0: not stored yet
    std::string id;          // "SEGPAY:26346680"
    std::optional<std::string> site;
    std::optional<std::int64_t> member;
    std::optional<std::string> option;
    std::optional<bool> access; // nullopt: unknown yet
    std::optional<bool> renewing;
    std::optional<bool> trial;
    std::optional<std::int64_t> paid_until; // Unix seconds
    std::int64_t created_at = 0;

    friend bool operator==(const Subscription&, const Subscription&) = default;
};

// The subscription of this id at this site; else one of this id whose site is not known yet.
// Without a site the first of this id.
std::optional<Subscription> find_subscription(Connection& db, std::string_view id,
                                              const std::optional<std::string>& site);

// The owner of the first subscription of this id, at whatever site.
std::optional<std::int64_t> subscription_owner(Connection& db, std::string_view id);

// Inserts it or updates what was found; a change of owner takes transactions that came before their
// sale along to the new member.
void store_subscription(Connection& db, const std::optional<Subscription>& before,
                        const Subscription& subscription);

} // namespace nats_host
