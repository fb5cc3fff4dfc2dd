// The subscription table.
#include "subscriptions.hpp"

namespace nats_host {
namespace {

std::optional<bool> optional_bool(const Rows& rows, int column) {
    if (rows.is_null(column)) return std::nullopt;
    return rows.integer(column) != 0;
}

std::optional<std::string> optional_text(const Rows& rows, int column) {
    if (rows.is_null(column)) return std::nullopt;
    return rows.text(column);
}

std::optional<std::int64_t> optional_integer(const Rows& rows, int column) {
    if (rows.is_null(column)) return std::nullopt;
    return rows.integer(column);
}

#define SELECT_SUBSCRIPTION                                                                    \
    "SELECT number, id, site, member, option, access, renewing, trial, paid_until, created_at" \
    " FROM subscriptions "

template <class... Values>
std::optional<Subscription> first_subscription(Connection& db, Sql select,
                                               const Values&... values) {
    Rows rows = db.query(select, values...);
    if (!rows.next()) return std::nullopt;
    Subscription subscription;
    subscription.number = rows.integer(0);
    subscription.id = rows.text(1);
    subscription.site = optional_text(rows, 2);
    subscription.member = optional_integer(rows, 3);
    subscription.option = optional_text(rows, 4);
    subscription.access = optional_bool(rows, 5);
    subscription.renewing = optional_bool(rows, 6);
    subscription.trial = optional_bool(rows, 7);
    subscription.paid_until = optional_integer(rows, 8);
    subscription.created_at = rows.integer(9);
    return subscription;
}

} // namespace

std::optional<Subscription> find_subscription(Connection& db, std::string_view id,
                                              const std::optional<std::string>& site) {
    if (!site)
        return first_subscription(
            db, SELECT_SUBSCRIPTION "WHERE id = ?1 ORDER BY site IS NULL, number LIMIT 1", id);
    // Backwards through the index of both columns, where the one without a site comes first.
    return first_subscription(db,
                              SELECT_SUBSCRIPTION
                              "WHERE id = ?1 AND ifnull(site, ?2) = ?2 ORDER BY site DESC LIMIT 1",
                              id, *site);
}

std::optional<std::int64_t> subscription_owner(Connection& db, std::string_view id) {
    Rows rows = db.query(
        "SELECT member, min(number) FROM subscriptions WHERE id = ?1 AND member IS NOT NULL", id);
    rows.next(); // an aggregate always has a row; its member is that of the least number
    return optional_integer(rows, 0);
}

void store_subscription(Connection& db, const std::optional<Subscription>& before,
                        const Subscription& subscription) {
    const Subscription& s = subscription;
    const bool changes_hands = !before || before->member != s.member || before->site != s.site;
    if (!before)
        db.execute(
            "INSERT INTO subscriptions (id, site, member, option, access, renewing, trial,"
            " paid_until, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            s.id, s.site, s.member, s.option, s.access, s.renewing, s.trial, s.paid_until,
            s.created_at);
    else if (*before != s)
        db.execute(
            "UPDATE subscriptions SET option = ?2, access = ?3, renewing = ?4, trial = ?5,"
            " paid_until = ?6 WHERE number = ?1",
            s.number, s.option, s.access, s.renewing, s.trial, s.paid_until);
    if (before && changes_hands)
        db.execute("UPDATE subscriptions SET site = ?2, member = ?3 WHERE number = ?1", s.number,
                   s.site, s.member);
    if (changes_hands && s.member && s.site)
        db.execute(
            "UPDATE applied_events SET member = ?1, site = ?2 WHERE subscription = ?3"
            " AND direction IS NOT NULL AND member IS NULL AND (site IS NULL OR site = ?2)",
            s.member, s.site, s.id);
}

} // namespace nats_host
