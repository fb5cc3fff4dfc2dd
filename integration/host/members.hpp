// Member records: one login at one site. Knows nothing of purchases or of the biller.
//
// A record exists before its customer reaches the biller, with status `pending`, because its id
// travels on the link and comes back in every event. Pending records reserve no user name: a
// customer who abandons the pay page and signs up again must get the name that they asked for, and
// a probe for the customer's own name must not find it taken by the customer's own sign-up. So two
// pending records may want one name; the first to pay has it, see settle_login.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nats_host {

struct Member {
    std::int64_t id = 0;
    std::string site;
    std::optional<std::int64_t> parent;    // the member through whom it came
    std::optional<std::string> foreign_id; // the biller's id of a member that it made
    std::optional<std::string> partner;    // the merchant of the foreign id, if not the biller
    std::string status = "pending";        // "active", "ended"
    std::optional<std::string> username;
    std::optional<std::string> password; // a hash
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::string> session;
    std::optional<std::string> nats_code;
    std::optional<std::string> affiliate;
    std::int64_t tokens = 0;
    std::int64_t created_at = 0;
};

// Stores a pending member; `id` and `status` of the argument do not count. Returns the id.
std::int64_t create_member(Connection& db, const Member& member);

// Removes a pending member that no subscription points to; for a sign-up that got no link.
void forget_pending_member(Connection& db, std::int64_t id);

std::optional<Member> find_member(Connection& db, std::int64_t id);

// Not a member of a partner's: a customer who buys there through an edited link must not become
// another of the partner's members, so each of these purchases has a member of its own.
std::optional<Member> find_foreign_member(Connection& db, std::string_view foreign_id);

// Of the member itself, its parent and the parent's other children: the one at `site`.
std::optional<Member> find_relative(Connection& db, const Member& member, std::string_view site);

// Whether a member who has, or ever had, a subscription owns this name at the site; an empty site
// means all sites.
bool is_name_taken(Connection& db, std::string_view username, std::string_view site);

// The biller's data of a customer's login; nullopt: none.
struct Login {
    std::optional<std::string> username;
    std::optional<std::string> password; // a hash
    std::optional<std::string> email;
    std::optional<std::string> name;
};

// Gives the member the login, and a name that no other member owns at the site: the wanted one,
// else the e-mail address as the biller itself would, else the wanted one with the member's id.
// E-mail and name only fill gaps. Returns false when it could not be the wanted name.
bool settle_login(Connection& db, const Member& member, const Login& login);

// Sets the status from the member's subscriptions: active with access to one, ended without,
// pending while no event has given or ended access.
void refresh_status(Connection& db, std::int64_t id);

void add_tokens(Connection& db, std::int64_t id, std::int64_t tokens);

} // namespace nats_host
