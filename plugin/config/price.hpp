// The price of a join option: the parts of its type, amounts in its currency, and its former
// prices.
#pragma once

#include "config/config.hpp"
#include "config/yaml_tree.hpp"

namespace segpay {

// From the map "price" of an option. Values that the schema check has reported count as absent.
Price read_price(const YamlNode& map, Problems& problems);

} // namespace segpay
