// Strict reading of YAML: text in, a tree of values with their places out. Knows nothing of keys
// and their meaning. yaml-cpp's own nodes are not used because they accept duplicate keys and
// aliases silently.
#pragma once

#include "config/problems.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

struct MapEntry;

struct YamlNode {
    enum class Kind {
        nothing, // a key without a value, `~` or `null`
        text,    // any scalar
        list,
        map,
        refused // already reported: no further report
    };

    Kind kind = Kind::nothing;
    Place place;
    std::string text;
    bool is_plain = false;         // a scalar without quotes: may be a number or a truth value
    std::string reference;         // "${env:NAME}" when the text was taken from there
    std::vector<YamlNode> items;   // of a list
    std::vector<MapEntry> entries; // of a map, in the order of the file

    bool is(Kind wanted) const { return kind == wanted; }
    const MapEntry* entry(std::string_view key) const; // null: absent, or this is no map
    const YamlNode* value(std::string_view key) const; // likewise
};

struct MapEntry {
    std::string key;
    Place place; // of the key
    YamlNode value;
};

// One document without aliases, anchors, tags, duplicate keys and keys that are no scalars, nested
// at most kMaxConfigDepth deep. nullopt: the text could not be read to its end, or is empty.
std::optional<YamlNode> read_yaml(const std::string& text, Problems& problems);

// `"29.95"` for messages: without control characters and not longer than a line; the reference
// instead of what it refers to.
std::string shown(const YamlNode& node);
std::string shown(std::string_view text);

} // namespace segpay
