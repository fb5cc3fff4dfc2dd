// Checks a tree against config/segpay.schema.json, the one description of the keys that editors and
// this plugin share. Knows the keywords of JSON Schema draft-07 that the file uses, not the purpose
// of the keys.
//
// valijson, the JSON Schema library that Debian 12 has, is not used: its validator does not compile
// with its own yaml-cpp adapter, takes a list for a text, names only the first unknown key of a
// map, and knows no places.
#pragma once

#include "config/yaml_tree.hpp"

#include <string_view>

namespace segpay {

// The text of config/segpay.schema.json, built in.
extern const std::string_view kSchemaText;

// Reports each violation of the schema once. What a schema cannot express is checked later, by code
// that treats everything reported here as absent.
void check_schema(const YamlNode& tree, Problems& problems);

// The same against any schema. Throws std::logic_error for an unknown keyword, so that nothing in a
// schema is silently not enforced.
void check_schema(const YamlNode& tree, const YamlNode& schema, Problems& problems);

} // namespace segpay
