// Walks tree and schema side by side.
#include "config/schema.hpp"

#include "config/nearest.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <regex>
#include <span>
#include <stdexcept>

namespace segpay {

namespace {

// Keywords of JSON Schema draft-07 that are enforced, and those that only inform; the last two are
// messages that editors show in place of "does not match the pattern" and the like. A map with
// "properties" is always closed: "additionalProperties" is there for the editors. In a map without,
// whose keys are the operator's own, it is the schema of the values.
constexpr std::array<std::string_view, 27> kKeywords = {
    "type",          "enum",          "pattern",
    "minLength",     "maxLength",     "minimum",
    "maximum",       "items",         "minItems",
    "maxItems",      "properties",    "required",
    "oneOf",         "$ref",          "definitions",
    "propertyNames", "maxProperties", "additionalProperties",
    "writeOnly",     "$schema",       "$id",
    "title",         "description",   "default",
    "examples",      "errorMessage",  "patternErrorMessage"};

bool is_keyword(std::string_view word) {
    return std::ranges::find(kKeywords, word) != kKeywords.end();
}

struct TypeWords {
    std::string_view type;
    std::string_view words;
};

constexpr std::array<TypeWords, 6> kTypeWords = {{{"string", "a text"},
                                                  {"integer", "a whole number"},
                                                  {"number", "a number"},
                                                  {"boolean", "true or false"},
                                                  {"array", "a list"},
                                                  {"object", "a map of keys"}}};

bool is_all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number that other readers of YAML take for octal: "030".
bool has_leading_zero(std::string_view text) {
    return text.size() > 1 && text.front() == '0' && is_all_digits(text);
}

bool is_whole_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return is_all_digits(text) && !has_leading_zero(text);
}

// The number that YAML 1.1 or 1.2, or a person, reads in a text that is none here; empty: none.
std::string meant_number(std::string_view text) {
    const auto read = [](std::string_view digits, int base) {
        std::uint64_t value = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
        const bool is_read = failure == std::errc() && end == digits.data() + digits.size();
        return is_read && !digits.empty() ? std::to_string(value) : std::string();
    };
    if (text.starts_with("0x") || text.starts_with("0X")) return read(text.substr(2), 16);
    if (text.starts_with("0o") || text.starts_with("0O")) return read(text.substr(2), 8);
    if (text.starts_with("0b") || text.starts_with("0B")) return read(text.substr(2), 2);
    std::string digits(text.substr(text.starts_with('+') ? 1 : 0));
    std::erase(digits, '_');
    if (const std::size_t point = digits.find('.'); point != std::string::npos)
        if (digits.find_first_not_of('0', point + 1) == std::string::npos) digits.resize(point);
    if (!is_all_digits(digits)) return {};
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

std::string meant_truth(std::string_view text) {
    const std::string word = lower_case(text);
    for (const std::string_view yes : {"true", "yes", "on", "y"})
        if (word == yes) return "true";
    for (const std::string_view no : {"false", "no", "off", "n"})
        if (word == no) return "false";
    return {};
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure == std::errc::result_out_of_range)
        return text.starts_with('-') ? INT64_MIN : INT64_MAX;
    if (end != text.data() + text.size()) throw std::logic_error("schema: a limit is no number");
    return value;
}

// Any scalar is a text, so that ids and amounts need no quotes.
bool has_type(const YamlNode& node, std::string_view type) {
    if (type == "object") return node.is(YamlNode::Kind::map);
    if (type == "array") return node.is(YamlNode::Kind::list);
    if (!node.is(YamlNode::Kind::text)) return false;
    if (type == "string") return true;
    if (!node.is_plain) return false;
    if (type == "boolean") return node.text == "true" || node.text == "false";
    return type == "integer" && is_whole_number(node.text);
}

// The texts of "type": one, or those of a list.
std::span<const YamlNode> types_of(const YamlNode& schema) {
    const YamlNode* type = schema.value("type");
    if (!type) return {};
    if (type->is(YamlNode::Kind::text)) return {type, 1};
    return type->items;
}

bool may_be(const YamlNode& schema, std::string_view type) {
    return std::ranges::any_of(types_of(schema),
                               [&](const YamlNode& each) { return each.text == type; });
}

std::string text_of(const YamlNode& schema, std::string_view keyword) {
    const YamlNode* value = schema.value(keyword);
    return value ? value->text : std::string();
}

std::vector<std::string> texts(const YamlNode& list) {
    std::vector<std::string> all;
    for (const YamlNode& item : list.items)
        all.push_back(item.text);
    return all;
}

std::vector<std::string> keys(const YamlNode& map) {
    std::vector<std::string> all;
    for (const MapEntry& entry : map.entries)
        all.push_back(entry.key);
    return all;
}

std::string entries(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

struct SizeLimits {
    std::size_t least = 0;
    std::size_t most = SIZE_MAX;
};

SizeLimits size_limits(const YamlNode& schema, std::string_view least, std::string_view most) {
    SizeLimits limits;
    if (const YamlNode* value = schema.value(least))
        limits.least = static_cast<std::size_t>(number(value->text));
    if (const YamlNode* value = schema.value(most))
        limits.most = static_cast<std::size_t>(number(value->text));
    return limits;
}

class Check {
public:
    Check(const YamlNode& schema, Problems& problems) : root_(schema), problems_(problems) {}

    // `name` is the value's name in messages: `"mode"`, `an entry of "options"`.
    void value(const YamlNode& node, const YamlNode& unresolved_schema, const std::string& name) {
        const YamlNode& schema = branch(node, resolved(unresolved_schema));
        if (node.is(YamlNode::Kind::refused)) return;
        if (node.is(YamlNode::Kind::nothing)) {
            problems_.add(node.place, name + " has no value; write one or remove the key");
            return;
        }
        if (!type(node, schema, name)) return;
        if (node.is(YamlNode::Kind::map))
            map(node, schema, name);
        else if (node.is(YamlNode::Kind::list))
            list(node, schema, name);
        else
            scalar(node, schema, name);
    }

private:
    const YamlNode& resolved(const YamlNode& schema) const {
        for (const MapEntry& entry : schema.entries)
            if (!is_keyword(entry.key))
                throw std::logic_error("schema: unknown keyword " + entry.key);
        const YamlNode* reference = schema.value("$ref");
        if (!reference) return schema;
        constexpr std::string_view kDefinitions = "#/definitions/";
        const YamlNode* definitions = root_.value("definitions");
        const YamlNode* target = nullptr;
        if (definitions && reference->text.starts_with(kDefinitions))
            target = definitions->value(reference->text.substr(kDefinitions.size()));
        if (!target) throw std::logic_error("schema: nothing at " + reference->text);
        return *target;
    }

    // The branch of a oneOf that admits values of the node's kind; the schema itself if it has no
    // oneOf, or when no branch does.
    const YamlNode& branch(const YamlNode& node, const YamlNode& schema) const {
        const YamlNode* branches = schema.value("oneOf");
        if (!branches) return schema;
        for (const YamlNode& candidate : branches->items) {
            const YamlNode& target = resolved(candidate);
            for (const YamlNode& type : types_of(target))
                if (has_type(node, type.text)) return target;
        }
        return schema;
    }

    // The permitted values, in words.
    std::string expectation(const YamlNode& schema) const {
        std::string words;
        const auto append = [&](std::string_view more) {
            if (!words.empty()) words += " or ";
            words += more;
        };
        for (const YamlNode& type : types_of(schema))
            for (const TypeWords& row : kTypeWords)
                if (row.type == type.text) append(row.words);
        if (const YamlNode* branches = schema.value("oneOf"))
            for (const YamlNode& candidate : branches->items)
                append(expectation(resolved(candidate)));
        return words;
    }

    bool type(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        const std::span<const YamlNode> types = types_of(schema);
        for (const YamlNode& candidate : types)
            if (has_type(node, candidate.text)) return true;
        if (types.empty() && !schema.value("oneOf")) return true;
        must(node, name, "be " + expectation(schema), found(node, schema) + meant(node, types));
        return false;
    }

    // What to write in place of a scalar that is not accepted as a number or a truth value.
    static std::string meant(const YamlNode& node, std::span<const YamlNode> types) {
        if (!node.is(YamlNode::Kind::text) || !node.reference.empty() || types.size() != 1)
            return {};
        std::string right;
        if (types.front().text == "integer") right = meant_number(node.text);
        if (types.front().text == "boolean") right = meant_truth(node.text);
        return right.empty() ? right : "; write " + right;
    }

    // A text in the place of a list or a map may be a secret one level too high.
    static std::string found(const YamlNode& node, const YamlNode& schema) {
        if (node.is(YamlNode::Kind::list)) return "a list";
        if (node.is(YamlNode::Kind::map)) return "a map of keys";
        const std::span<const YamlNode> types = types_of(schema);
        const bool is_scalar_expected = std::ranges::any_of(types, [](const YamlNode& type) {
            return type.text != "array" && type.text != "object";
        });
        if (!is_scalar_expected || schema.value("writeOnly")) return "a text";
        const bool is_quoted = !node.is_plain && node.reference.empty();
        return shown(node) + (is_quoted && !has_type(node, types.front().text) ? " in quotes" : "");
    }

    void must(const YamlNode& node, const std::string& name, const std::string& what,
              const std::string& what_is_found) {
        problems_.add(node.place, name + " must " + what + ", found " + what_is_found);
    }

    void map(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        const YamlNode* properties = schema.value("properties");
        if (!properties) {
            open_map(node, schema, name);
            return;
        }
        const MapEntry* before = nullptr;
        for (const MapEntry& entry : node.entries) {
            const YamlNode* property = properties->value(entry.key);
            if (property)
                value(entry.value, *property, shown(entry.key));
            else if (!cut_by_comma(entry, before, *properties) &&
                     !entry.value.is(YamlNode::Kind::refused))
                unknown_key(entry, *properties);
            before = &entry;
        }
        const YamlNode* required = schema.value("required");
        if (!required) return;
        for (const YamlNode& key : required->items)
            if (!node.entry(key.text)) missing_key(node, key.text, *properties);
    }

    void open_map(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        const std::size_t count = node.entries.size();
        const std::size_t most = size_limits(schema, "minProperties", "maxProperties").most;
        if (count > most) must(node, name, "have at most " + entries(most), entries(count));
        const YamlNode* key_schema = schema.value("propertyNames");
        const YamlNode* value_schema = schema.value("additionalProperties");
        for (const MapEntry& entry : node.entries) {
            YamlNode key{YamlNode::Kind::text, entry.place, entry.key, false, {}, {}, {}};
            if (key_schema) value(key, *key_schema, "a key of " + name);
            if (value_schema) value(entry.value, *value_schema, shown(entry.key));
        }
    }

    // "{ amount: 2,95 }", where the comma ends the 2 and begins a key. Returns whether it was that
    // and is reported.
    bool cut_by_comma(const MapEntry& rest, const MapEntry* before, const YamlNode& properties) {
        const YamlNode* property = before ? properties.value(before->key) : nullptr;
        if (!property || !rest.value.is(YamlNode::Kind::nothing) || !before->value.is_plain ||
            !is_all_digits(before->value.text) || rest.key.empty() ||
            rest.key.find_first_not_of("0123456789.") != std::string::npos)
            return false;
        const YamlNode& schema = resolved(*property);
        const std::string joined = before->value.text + rest.key;
        std::string right;
        if (may_be(schema, "number")) {
            const bool is_of_thousands = rest.key.size() == 3 || !is_all_digits(rest.key);
            right = is_of_thousands ? joined : before->value.text + "." + rest.key;
        } else if (may_be(schema, "integer") && is_all_digits(joined)) {
            right = joined;
        }
        if (right.empty()) return false;
        problems_.add(before->value.place,
                      shown(before->key) + " has a comma, which ends a value inside { }, found " +
                          shown(before->value.text + "," + rest.key) + "; write " + right);
        return true;
    }

    void unknown_key(const MapEntry& entry, const YamlNode& properties) {
        std::string hint = did_you_mean(entry.key, keys(properties));
        if (hint.empty()) hint = "; known here: " + comma_list(keys(properties));
        problems_.add(entry.place, "unknown key " + shown(entry.key) + hint);
    }

    // Reports nothing when the map has an unknown key that most likely means it.
    void missing_key(const YamlNode& node, const std::string& key, const YamlNode& properties) {
        for (const MapEntry& entry : node.entries)
            if (!properties.entry(entry.key) && nearest(entry.key, keys(properties)) == key) return;
        const std::string advice = text_of(resolved(*properties.value(key)), "errorMessage");
        problems_.add(node.place,
                      "missing key " + shown(key) + (advice.empty() ? "" : "; " + advice));
    }

    void list(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        const std::size_t count = node.items.size();
        const auto [least, most] = size_limits(schema, "minItems", "maxItems");
        if (count < least) must(node, name, "have at least " + entries(least), entries(count));
        if (count > most) must(node, name, "have at most " + entries(most), entries(count));
        if (const YamlNode* items = schema.value("items"))
            for (const YamlNode& item : node.items)
                value(item, *items, "an entry of " + name);
    }

    // An id such as 007, which is a text here and a number for other readers.
    void leading_zero(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        if (!may_be(schema, "integer") || !node.is_plain || !has_leading_zero(node.text)) return;
        problems_.add(node.place, name + " begins with 0, found " + shown(node) + "; write " +
                                      meant_number(node.text) + ", or \"" + node.text +
                                      "\" in quotes if the 0 belongs to it");
    }

    void scalar(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        leading_zero(node, schema, name);
        if (const YamlNode* allowed = schema.value("enum")) one_of(node, *allowed, name);
        limits(node, schema, name);
        if (!length(node, schema, name)) return;
        const YamlNode* pattern = schema.value("pattern");
        if (pattern && !matches(node.text, *pattern))
            must(node, name, text_of(schema, "patternErrorMessage"), found(node, schema));
    }

    void one_of(const YamlNode& node, const YamlNode& values, const std::string& name) {
        if (std::ranges::find(values.items, node.text, &YamlNode::text) != values.items.end())
            return;
        const std::vector<std::string> allowed = texts(values);
        const std::string hint = node.reference.empty() ? did_you_mean(node.text, allowed) : "";
        const std::string be = allowed.size() == 1 ? "be " : "be one of ";
        must(node, name, be + comma_list(allowed), shown(node) + hint);
    }

    bool length(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        const std::size_t count = character_count(node.text);
        const auto [least, most] = size_limits(schema, "minLength", "maxLength");
        const std::string found = std::to_string(count);
        if (count < least)
            must(node, name, "have at least " + std::to_string(least) + " characters", found);
        if (count > most)
            must(node, name, "have at most " + std::to_string(most) + " characters", found);
        return count >= least && count <= most;
    }

    // std::regex recurses once per character: a text that is longer than any pattern here admits
    // does not match.
    bool matches(const std::string& text, const YamlNode& pattern) {
        constexpr std::size_t kMaxMatched = 1024;
        if (text.size() > kMaxMatched) return false;
        const auto [known, is_new] = patterns_.try_emplace(&pattern);
        if (is_new) known->second.assign(pattern.text);
        return std::regex_match(text, known->second);
    }

    void limits(const YamlNode& node, const YamlNode& schema, const std::string& name) {
        if (!node.is_plain || !is_whole_number(node.text)) return;
        const YamlNode* least = schema.value("minimum");
        if (least && number(node.text) < number(least->text))
            must(node, name, "be at least " + least->text, shown(node));
        const YamlNode* most = schema.value("maximum");
        if (most && number(node.text) > number(most->text))
            must(node, name, "be at most " + most->text, shown(node));
    }

    const YamlNode& root_;
    Problems& problems_;
    std::map<const YamlNode*, std::regex> patterns_; // compiling takes longer than matching
};

YamlNode built_in_schema() {
    Problems none("segpay.schema.json");
    std::optional<YamlNode> schema = read_yaml(std::string(kSchemaText), none);
    if (!schema || !none.is_empty()) throw std::logic_error("segpay.schema.json is not readable");
    return std::move(*schema);
}

} // namespace

void check_schema(const YamlNode& tree, const YamlNode& schema, Problems& problems) {
    if (tree.is(YamlNode::Kind::nothing)) {
        problems.add(tree.place, "the file holds no configuration");
        return;
    }
    Check(schema, problems).value(tree, schema, "the configuration");
}

void check_schema(const YamlNode& tree, Problems& problems) {
    static const YamlNode kSchema = built_in_schema(); // reading it takes longer than most checks
    check_schema(tree, kSchema, problems);
}

} // namespace segpay
