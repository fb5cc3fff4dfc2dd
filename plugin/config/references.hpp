// Values from elsewhere: ${env:NAME} and ${file:PATH}. They keep secrets out of the configuration,
// so that it can be shown to others.
#pragma once

#include "config/yaml_tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace segpay {

constexpr std::size_t kMaxReferencedBytes = std::size_t{4} * 1024;

// Replaces every scalar that is a reference by its value; a reference that leads nowhere, or to an
// empty value, is reported and its scalar refused. Relative paths are relative to `folder`. No
// value appears in a message. What editors and shells add to a value is removed: a byte order mark
// in front, and line ends behind, of a text also NUL and Ctrl-Z. A text that is not UTF-8 is read
// as Windows-1252, of which Latin-1 is a part, with a warning.
void resolve_references(YamlNode& tree, const std::string& folder, Problems& problems);

// Whether the value at `path` (dots join keys) is bytes and no text: a key, or a value that another
// program takes byte for byte, as a file's path and a server's password. It is not converted.
bool is_of_bytes(std::string_view path);

// The file that a resolved value was read from; empty: it is from elsewhere.
std::string referenced_file(const YamlNode& node, const std::string& folder);

} // namespace segpay
