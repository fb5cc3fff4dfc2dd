// Builds the tree from yaml-cpp's parser events and refuses what a configuration must not contain.
#include "config/yaml_tree.hpp"

#include "config/yaml_text.hpp"
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

constexpr std::string_view kPlainTag = "?";  // yaml-cpp's word for: no tag, no quotes
constexpr std::string_view kQuotedTag = "!"; // and for quotes; it is what "!" alone means, too

// yaml-cpp's errors for mistakes that a survey of the text does not find, and what to write.
struct Advice {
    std::string_view error;
    std::string_view advice;
};
constexpr std::array<Advice, 10> kAdvice = {{
    {"illegal map value",
     "a key cannot stand here; indent the line like its neighbours, and write a blank behind "
     "each colon"},
    {"end of map not found", "the line fits to none above; indent it like its neighbours"},
    {"end of sequence not found", "the line fits to none above; indent it like its neighbours"},
    {"end of map flow not found", "write a comma between two entries, and close { with }"},
    {"end of sequence flow not found", "write a comma between two entries, and close [ with ]"},
    {"illegal block entry", "a list cannot begin here; write each entry in a line of its own"},
    {"illegal map key", "write a value that begins with ? in quotes"},
    {"illegal flow end", "nothing opened what closes here; write the value in quotes"},
    {"unknown escape character",
     "a backslash in double quotes begins an escape; write two, or "
     "take single quotes"},
    {"unexpected character in block scalar", "write a value that begins with | or > in quotes"},
}};

// Thrown through yaml-cpp to end the reading; each is reported before.
struct TooDeep {};
struct SecondDocument {};

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const Lines& lines, Problems& problems) : lines_(lines), problems_(problems) {}

    std::optional<YamlNode> take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (!root_) return;
        const bool is_marked = rest(mark).starts_with("---");
        report(mark, is_marked ? "a second document begins here; a configuration is one document"
                               : "the line stands further left than the first one, or is no part "
                                 "of what is above; indent it like its neighbours");
        throw SecondDocument{};
    }
    void OnDocumentEnd() override {}

    // The anchor's name is not shown: it may be the beginning of a password.
    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        report(mark,
               "an anchor (&) is not allowed; write each value out, and one that begins with "
               "& in quotes");
        has_anchor_ = true;
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        report(mark,
               "an alias (*) is not allowed; write the value out, and one that begins with * "
               "in quotes");
        attach(node(mark, YamlNode::Kind::refused));
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        attach(node(mark, has_anchor_ ? YamlNode::Kind::refused : YamlNode::Kind::nothing));
        has_anchor_ = false;
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        has_anchor_ = false;
        YamlNode scalar = node(mark, YamlNode::Kind::text);
        scalar.text = value;
        scalar.is_plain = tag == kPlainTag;
        if (!check_tag(mark, tag)) scalar.kind = YamlNode::Kind::refused;
        if (value.find('\0') != std::string::npos) {
            report(mark, "holds a NUL (\\0), which no value can have; remove it");
            scalar.kind = YamlNode::Kind::refused;
        }
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
        std::optional<YamlNode> key; // read, without its value so far
        std::map<std::string, int, std::less<>> lines_of_keys;
    };

    std::size_t offset(const YAML::Mark& mark) const {
        return lines_.offset(mark.line, mark.column);
    }
    std::string_view rest(const YAML::Mark& mark) const {
        return lines_.text().substr(offset(mark));
    }

    void report(const YAML::Mark& mark, std::string_view message) {
        problems_.add(lines_.place(offset(mark)), message);
    }

    YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) const {
        YamlNode made;
        made.kind = kind;
        made.place = lines_.place(offset(mark));
        return made;
    }

    // Whether there is no tag. A tag is not shown: it may be a password that begins with !.
    bool check_tag(const YAML::Mark& mark, const std::string& tag) {
        const bool is_none =
            tag.empty() || tag == kPlainTag || (tag == kQuotedTag && !rest(mark).starts_with('!'));
        if (!is_none)
            report(mark,
                   "a tag (!) is not allowed; write the value alone, and in quotes if it is "
                   "to be a text or begins with !");
        return is_none;
    }

    void open(const YAML::Mark& mark, const std::string& tag, YamlNode::Kind kind) {
        has_anchor_ = false;
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
        YamlNode key = *std::exchange(map.key, std::nullopt);
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
        map.node.entries.push_back({std::move(key.text), key.place, std::move(value)});
    }

    const Lines& lines_;
    Problems& problems_;
    std::vector<Open> open_;
    std::optional<YamlNode> root_;
    bool has_anchor_ = false; // and its value was not read yet
};

// Reports what stopped the reading: a finding of the survey, else yaml-cpp's words.
void explain(const YAML::Exception& error, const Lines& lines, const std::vector<Finding>& findings,
             Problems& problems) {
    const std::size_t marked = lines.offset(error.mark.line, error.mark.column);
    const std::size_t stop =
        marked == 0 ? lines.text().size() : marked; // 0: at the end of the text
    for (const Finding& finding : findings) {
        const char first = lines.text()[finding.offset];
        const bool is_reported = (first == '&' || first == '!') && !problems.is_empty();
        if (finding.offset > stop || is_reported) continue;
        problems.add(lines.place(finding.offset), finding.advice);
        return;
    }
    std::string message = "not readable as YAML: " + error.msg;
    for (const Advice& row : kAdvice)
        if (error.msg.starts_with(row.error)) message += "; " + std::string(row.advice);
    problems.add(lines.place(stop), message);
}

// The text without its directives, each of which is reported. Places stay. nullopt: it holds
// something that YAML would read otherwise than intended.
std::optional<std::string> without_directives(const Lines& lines,
                                              const std::vector<Finding>& findings,
                                              Problems& problems) {
    std::string text(lines.text());
    for (const Finding& finding : findings) {
        if (!finding.is_certain) continue;
        problems.add(lines.place(finding.offset), finding.advice);
        if (text[finding.offset] != '%') return std::nullopt;
        text[finding.offset] = '#';
    }
    return text;
}

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
    if (!is_text(lines, problems)) return std::nullopt;
    const std::vector<Finding> findings = survey(text);
    const std::optional<std::string> readable = without_directives(lines, findings, problems);
    if (!readable) return std::nullopt;
    TreeBuilder builder(lines, problems);
    std::istringstream stream(*readable);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder))
            continue;
    } catch (const TooDeep&) {
        return std::nullopt;
    } catch (const SecondDocument&) {
        return builder.take_root(); // the first can still be checked
    } catch (const YAML::Exception& error) {
        explain(error, lines, findings, problems);
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
