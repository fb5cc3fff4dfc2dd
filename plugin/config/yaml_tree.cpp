// Builds the tree from yaml-cpp's parser events and refuses what a configuration must not contain.
#include "config/yaml_tree.hpp"

#include "values/word.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

namespace segpay {

namespace {

constexpr std::size_t kMaxShown = 60;

// The tags that YAML itself gives to scalars, lists and maps (YAML 1.2, chapter 10).
constexpr std::string_view kPlainTag = "?"; // yaml-cpp's word for: no tag, no quotes
constexpr std::array<std::string_view, 3> kPlainTags = {
    "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"};
constexpr std::array<std::string_view, 6> kOtherTags = {"",
                                                        "!",
                                                        "tag:yaml.org,2002:str",
                                                        "tag:yaml.org,2002:null",
                                                        "tag:yaml.org,2002:map",
                                                        "tag:yaml.org,2002:seq"};

bool is_plain_tag(std::string_view tag) {
    return tag == kPlainTag ||
           std::find(kPlainTags.begin(), kPlainTags.end(), tag) != kPlainTags.end();
}

bool is_known_tag(std::string_view tag) {
    return is_plain_tag(tag) ||
           std::find(kOtherTags.begin(), kOtherTags.end(), tag) != kOtherTags.end();
}

// Thrown through yaml-cpp to end the reading; each is reported before.
struct TooDeep {};
struct SecondDocument {};

// yaml-cpp counts columns in bytes from 0; editors count characters from 1.
class Lines {
public:
    explicit Lines(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            lines_.push_back(text.substr(0, end));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    Place place(const YAML::Mark& mark) const {
        const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
        const auto bytes = static_cast<std::size_t>(std::max(mark.column, 0));
        std::size_t characters = bytes;
        if (line < lines_.size() && bytes <= lines_[line].size())
            characters = character_count(lines_[line].substr(0, bytes));
        return {static_cast<int>(line) + 1, static_cast<int>(characters) + 1};
    }

private:
    std::vector<std::string_view> lines_;
};

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const Lines& lines, Problems& problems) : lines_(lines), problems_(problems) {}

    std::optional<YamlNode> take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (!root_) return;
        report(mark, "a second document begins here; a configuration is one document");
        throw SecondDocument{};
    }
    void OnDocumentEnd() override {}

    void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
        report(mark, "anchor " + shown("&" + name) + " is not allowed; write each value out");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        report(mark, "an alias is not allowed; write the value out");
        attach(node(mark, YamlNode::Kind::refused));
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        attach(node(mark, YamlNode::Kind::nothing));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        check_tag(mark, tag);
        YamlNode scalar = node(mark, YamlNode::Kind::text);
        scalar.text = value;
        scalar.is_plain = is_plain_tag(tag);
        attach(std::move(scalar));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, YamlNode::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, YamlNode::Kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    // A list or map whose end has not been reached.
    struct Open {
        YamlNode node;
        std::optional<YamlNode> key; // read, its value not yet
        std::map<std::string, int, std::less<>> lines_of_keys;
    };

    void report(const YAML::Mark& mark, std::string_view message) {
        problems_.add(lines_.place(mark), message);
    }

    YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) const {
        YamlNode made;
        made.kind = kind;
        made.place = lines_.place(mark);
        return made;
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!is_known_tag(tag)) report(mark, "tag " + shown(tag) + " is not allowed; leave it out");
    }

    void open(const YAML::Mark& mark, const std::string& tag, YamlNode::Kind kind) {
        check_tag(mark, tag);
        if (open_.size() == static_cast<std::size_t>(kMaxConfigDepth)) {
            report(mark, "nested deeper than " + std::to_string(kMaxConfigDepth) + " levels");
            throw TooDeep{};
        }
        open_.push_back({node(mark, kind), std::nullopt, {}});
    }

    void close() {
        YamlNode finished = std::move(open_.back().node);
        open_.pop_back();
        attach(std::move(finished));
    }

    void attach(YamlNode child) {
        if (open_.empty()) {
            root_ = std::move(child);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.is(YamlNode::Kind::list))
            parent.node.items.push_back(std::move(child));
        else if (!parent.key)
            parent.key = std::move(child);
        else
            attach_entry(parent, std::move(child));
    }

    void attach_entry(Open& map, YamlNode value) {
        const YamlNode key = *std::exchange(map.key, std::nullopt);
        if (key.is(YamlNode::Kind::refused)) return;
        if (!key.is(YamlNode::Kind::text)) {
            problems_.add(key.place, "a key must be a word");
            return;
        }
        const auto [first, is_new] = map.lines_of_keys.emplace(key.text, key.place.line);
        if (!is_new) {
            problems_.add(key.place, "duplicate key " + shown(key.text) +
                                         "; the first is in line " + std::to_string(first->second));
            return;
        }
        // yaml-cpp places an absent value where the next token begins.
        if (value.is(YamlNode::Kind::nothing)) value.place = key.place;
        map.node.entries.push_back({key.text, key.place, std::move(value)});
    }

    const Lines& lines_;
    Problems& problems_;
    std::vector<Open> open_;
    std::optional<YamlNode> root_;
};

} // namespace

const MapEntry* YamlNode::entry(std::string_view key) const {
    for (const MapEntry& candidate : entries)
        if (candidate.key == key) return &candidate;
    return nullptr;
}

const YamlNode* YamlNode::value(std::string_view key) const {
    const MapEntry* found = entry(key);
    return found ? &found->value : nullptr;
}

std::optional<YamlNode> read_yaml(const std::string& text, Problems& problems) {
    const Lines lines(text);
    if (const std::size_t at = text.find('\0'); at != std::string::npos) {
        const auto begin = text.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(at);
        YAML::Mark mark;
        mark.line = static_cast<int>(std::count(begin, end, '\n'));
        const std::size_t newline = text.rfind('\n', at);
        mark.column = static_cast<int>(newline == std::string::npos ? at : at - newline - 1);
        problems.add(lines.place(mark), "holds a NUL byte; a configuration is text in UTF-8");
        return std::nullopt;
    }
    TreeBuilder builder(lines, problems);
    std::istringstream stream(text);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder))
            continue;
    } catch (const TooDeep&) {
        return std::nullopt;
    } catch (const SecondDocument&) {
        return builder.take_root(); // the first can still be checked
    } catch (const YAML::Exception& error) {
        problems.add(lines.place(error.mark), "not readable as YAML: " + error.msg);
        return std::nullopt;
    }
    std::optional<YamlNode> root = builder.take_root();
    if (!root) problems.add({}, "the file holds no configuration");
    return root;
}

std::string shown(std::string_view text) {
    std::string clean = clean_text(text.substr(0, kMaxShown));
    if (text.size() > kMaxShown) clean += "...";
    return "\"" + clean + "\"";
}

std::string shown(const YamlNode& node) {
    return shown(node.reference.empty() ? node.text : node.reference);
}

} // namespace segpay
