// The model: the final state of a host that applies each fact once, from the story alone. Shares
// nothing with the plugin; it is the shortest description of a host's view.
#pragma once

#include "story.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::testing {

// An event in the host's books.
struct Record {
    std::string kind; // of the event
    unsigned transaction = 0;
    unsigned related = 0;
    std::string amount; // "29.95 USD"
    std::string option;
    std::string member, session, affiliate, username;
    unsigned slot = 0;
    bool is_approved = false;
    bool is_standin = false;
    bool is_test = false;
    std::int64_t at = 0; // seconds

    friend auto operator<=>(const Record&, const Record&) = default;
};

struct Subscription {
    std::vector<Record> records; // in any order; each as often as it was applied
    bool is_sold = false;
    std::optional<bool> access; // the last known; a sale opens it while it is unknown
    std::optional<bool> renews;
    std::string option, member, affiliate; // of the first approved sale
    unsigned tokens = 0;

    bool has_access() const { return access.value_or(is_sold); }

    friend bool operator==(const Subscription&, const Subscription&) = default;
};

using Ending = std::map<unsigned, Subscription>; // by purchase

Ending expected(const Story& story);

// The differences as text; empty: none.
std::string difference(const Ending& expected, const Ending& found);

} // namespace segpay::testing
