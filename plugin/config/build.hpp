// From a tree that was checked against the schema to a Config, with the checks that a schema cannot
// say. What the schema check has reported reads as absent here, and is not reported again.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

#include <string>

namespace segpay {

// Relative paths are relative to `folder`. The result is of use only when nothing was reported.
Config build_config(const YamlNode& root, const std::string& folder, Problems& problems);

// The parts of a pay page that an option and a site can have of their own, from the map "pay_page".
// What says the texts of a link that stands nowhere is reported; `next` is what counts where this
// one is silent, null for the account's.
PageLook read_look(const YamlNode& map, const PageLook* next, Problems& problems);

// The part of it that reads what parameters of postbacks are called: own names and the extras of
// the seal, and whether the seal and the secret have names that nothing else has.
void read_names(const YamlNode& root, Config& config, Problems& problems);

// The part of it that reads sites, options, cross sells and upsells.
// Of the account or of a partner. 0, which Segpay gives to nobody and which says nothing in a
// postback, is a mistake and reads as none.
std::string read_merchant_id(const YamlNode& map, Problems& problems);

void read_catalogue(const YamlNode& root, Config& config, Problems& problems);

} // namespace segpay
