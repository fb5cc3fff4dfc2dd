// The operator's pages about members, from the host's own tables. Reads only; does not use the
// plugin's ledger.
#pragma once

#include "database.hpp"
#include "html.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nats_host {

struct Section {
    std::string title;
    Html body;
};

// Figures of the whole host: members by status, income by currency.
Html overview_of_host(Connection& db);

// Newest first; of those whose user name or e-mail begins with `search`, when it is not empty, and
// whose id is below `before`, when it is not 0.
Section member_list(Connection& db, const std::string& search, std::int64_t before);

// One member's record, subscriptions, transactions and events; nullopt: no such member.
std::optional<Section> member_history(Connection& db, std::int64_t id);

Html member_link(std::int64_t id);

// Why a payment was declined or refunded, or a subscription cancelled; each part may be empty.
struct Reason {
    std::string code;
    std::string words;
    std::string family; // "velocity", ...
};
Html reason(const Reason& reason);

} // namespace nats_host
