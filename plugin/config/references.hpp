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
// was read never stands in a message.
void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems);

} // namespace segpay
