// The price of a join option: which parts belong to its type, amounts in its currency, and what it
// was before.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

namespace segpay {

// From the map "price" of an option. What the schema check has reported reads as absent.
Price read_price(const YamlNode& map, Problems& problems);

} // namespace segpay
