// Values that stand elsewhere: ${env:NAME} and ${file:PATH}. So that a configuration can be shown
// to others, its secrets need not stand in it.
#pragma once

#include "config/yaml_tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace segpay {

constexpr std::size_t kMaxReferencedBytes = std::size_t{4} * 1024;

// Replaces every scalar that is a reference by what it refers to; a reference that leads nowhere,
// or to nothing, is reported and its scalar refused. Relative paths are relative to `folder`. What
// was read never stands in a message. What editors and shells add to a value is not part of it: a
// byte order mark in front, and line ends behind, of a text also NUL and Ctrl-Z. A text that is not
// UTF-8 is read as Windows-1252, of which Latin-1 is a part, with a warning.
void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems);

// Whether the value at `path` (dots join keys) is bytes and no text: a key, and what another
// program takes byte for byte, as a file's path and a server's password. It is not converted.
bool is_of_bytes(std::string_view path);

// The file that a resolved value was read from; empty: it comes from elsewhere.
std::string referenced_file(const YamlNode& node, const std::string& folder);

} // namespace segpay
