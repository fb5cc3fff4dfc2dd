// Reads one key of a map. A value that the schema check has reported (a list in the place of a
// text, a mistyped key) counts as absent, so that no mistake is reported twice.
#pragma once

#include "config/yaml_tree.hpp"
#include "values/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Null, none or the fallback: the key is absent, or its value is of another kind.
const YamlNode* text_node(const YamlNode& map, std::string_view key);
const YamlNode* map_node(const YamlNode& map, std::string_view key);
const std::vector<YamlNode>& list_items(const YamlNode& map, std::string_view key);
std::string read_text(const YamlNode& map, std::string_view key, std::string_view fallback = {});
std::uint64_t number_of(const YamlNode& node, std::uint64_t fallback = 0);
std::uint64_t read_number(const YamlNode& map, std::string_view key, std::uint64_t fallback = 0);
std::uint32_t read_small_number(const YamlNode& map, std::string_view key, std::uint32_t fallback);
bool read_flag(const YamlNode& map, std::string_view key);
// Reads one text, or a list of them.
Secrets read_secrets(const YamlNode& map, std::string_view key);

// Whether `map` has neither `key` nor a mistyped form of it. `siblings` are known keys that look
// alike ("minimum", "maximum").
bool is_missing(const YamlNode& map, std::string_view key,
                const std::vector<std::string>& siblings = {});

} // namespace segpay
