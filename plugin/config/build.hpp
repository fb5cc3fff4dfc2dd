// Builds a Config from a tree that was checked against the schema, with the checks that a schema
// cannot express. Values that the schema check has reported count as absent here, and are not
// reported again.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

#include <string>

namespace segpay {

// Relative paths are relative to `folder`. The result is valid only when nothing was reported.
Config build_config(const YamlNode& root, const std::string& folder, Problems& problems);

// The parts of a pay page that an option and a site can have of their own, from the map "pay_page".
// A text for a link that does not exist is reported; `next` has the values that count where this
// map has none, null for the account's.
PageStyle read_page_style(const YamlNode& map, const PageStyle* next, Problems& problems);

// The part that reads the names of postback parameters: own names and the extras of the seal, and
// whether the names of the seal and the secret are unique.
void read_names(const YamlNode& root, Config& config, Problems& problems);

// The merchant id of the account or of a partner. 0, which Segpay assigns to no merchant and which
// means nothing in a postback, is a mistake and reads as none.
std::string read_merchant_id(const YamlNode& map, Problems& problems);

// The part that reads sites, options, cross sells and upsells.
void read_catalogue(const YamlNode& root, Config& config, Problems& problems);

} // namespace segpay
