// Values that stand elsewhere: ${env:NAME} and ${file:PATH}. So that a configuration can be shown
// to others, its secrets need not stand in it.
#pragma once

#include "config/yaml_tree.hpp"

#include <cstddef>
#include <string>

namespace segpay {

constexpr std::size_t kMaxReferencedBytes = std::size_t{4} * 1024;

// Replaces every scalar that is a reference by what it refers to; a reference that leads nowhere,
// or to nothing, is reported and its scalar refused. Relative paths are relative to `folder`. What
// was read never stands in a message. What editors and shells add to a value is not part of it: a
// byte order mark in front, and line ends behind.
void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems);

// The file that a resolved value was read from; empty: it comes from elsewhere.
std::string referenced_file(const YamlNode& node, const std::string& folder);

} // namespace segpay
