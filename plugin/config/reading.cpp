// Tolerant reading of one key.
#include "config/reading.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <charconv>

namespace segpay {

namespace {

const YamlNode* node_of_kind(const YamlNode& map, std::string_view key, YamlNode::Kind kind) {
    const YamlNode* node = map.value(key);
    return node && node->is(kind) ? node : nullptr;
}

} // namespace

const YamlNode* text_node(const YamlNode& map, std::string_view key) {
    return node_of_kind(map, key, YamlNode::Kind::text);
}

const YamlNode* map_node(const YamlNode& map, std::string_view key) {
    return node_of_kind(map, key, YamlNode::Kind::map);
}

const std::vector<YamlNode>& list_items(const YamlNode& map, std::string_view key) {
    static const std::vector<YamlNode> kNone;
    const YamlNode* list = node_of_kind(map, key, YamlNode::Kind::list);
    return list ? list->items : kNone;
}

std::string read_text(const YamlNode& map, std::string_view key, std::string_view fallback) {
    const YamlNode* node = text_node(map, key);
    return node ? node->text : std::string(fallback);
}

std::uint64_t number_of(const YamlNode& node, std::uint64_t fallback) {
    std::uint64_t value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stopped_at, failure] = std::from_chars(node.text.data(), end, value);
    return failure == std::errc() && stopped_at == end ? value : fallback;
}

std::uint64_t read_number(const YamlNode& map, std::string_view key, std::uint64_t fallback) {
    const YamlNode* node = text_node(map, key);
    return node ? number_of(*node, fallback) : fallback;
}

std::uint32_t read_small_number(const YamlNode& map, std::string_view key, std::uint32_t fallback) {
    const std::uint64_t value = read_number(map, key, fallback);
    return value <= UINT32_MAX ? static_cast<std::uint32_t>(value) : fallback;
}

bool read_flag(const YamlNode& map, std::string_view key) { return read_text(map, key) == "true"; }

Secrets read_secrets(const YamlNode& map, std::string_view key) {
    if (const YamlNode* only = text_node(map, key)) return Secret(only->text);
    Secrets secrets;
    for (const YamlNode& item : list_items(map, key))
        if (item.is(YamlNode::Kind::text)) secrets.add(Secret(item.text));
    return secrets;
}

bool is_missing(const YamlNode& map, std::string_view key,
                const std::vector<std::string>& siblings) {
    if (!map.is(YamlNode::Kind::map) || map.entry(key)) return false;
    return std::none_of(map.entries.begin(), map.entries.end(), [&](const MapEntry& entry) {
        const bool is_sibling =
            std::find(siblings.begin(), siblings.end(), entry.key) != siblings.end();
        return !is_sibling && !nearest(entry.key, {std::string(key)}).empty();
    });
}

} // namespace segpay
