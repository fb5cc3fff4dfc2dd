// The catalogue: sites and their join options, as customers see them. Its prices are texts: the
// biller's configuration decides the charge, by the same option ids.
#pragma once

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nats_host {

struct Site {
    std::string id;
    std::string name;
    std::string type; // "membership" or "token"
};

struct JoinOption {
    std::string id;
    std::string site;
    std::string name;
    std::string price;          // in words
    bool chooses_price = false; // the customer names the amount
};

// What a paid option gives.
struct Terms {
    std::int64_t initial_days = 0;   // 0: access has no end of its own
    std::int64_t recurring_days = 0; // 0: does not renew
    std::int64_t tokens = 0;
};

// Reads a catalogue file (see catalogue.json) into sites and join_options: new ids are added, known
// ones updated, none removed, since members may refer to them. Throws std::runtime_error that names
// the file and the entry.
void load_catalogue(Database& database, const std::string& file);

std::vector<Site> all_sites(Connection& db);
std::vector<JoinOption> all_options(Connection& db); // by site, in the order of the file
std::optional<JoinOption> find_option(Connection& db, std::string_view id);
std::optional<Terms> terms_of_option(Connection& db, std::string_view id);
bool has_site(Connection& db, std::string_view id);

} // namespace nats_host
