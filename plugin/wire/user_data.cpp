// A reader that moves forward through the text.
#include "wire/user_data.hpp"

#include "values/escapes.hpp"
#include "values/secret.hpp"
#include "values/word.hpp"
#include "wire/form.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kRoot = "EXTRA_DATA";
constexpr std::size_t kLongestReference = 10; // "#x10FFFF", "#01114111"

bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Appends the character of "&...;"; false: an unknown reference.
bool append_reference(std::string& out, std::string_view reference) {
    const std::optional<std::uint32_t> character = character_of_reference(reference);
    if (!character) return false;
    std::array<char, 4> utf8{};
    out.append(utf8.data(), write_utf8(utf8.data(), *character));
    return true;
}

// An '&' that begins no reference stands for itself.
bool append_text(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t at = std::min(text.find('&'), text.size());
        out.append(text.substr(0, at));
        text.remove_prefix(at);
        if (text.empty()) break;
        const std::size_t end = text.substr(0, kLongestReference + 2).find(';');
        if (end == std::string_view::npos) {
            out += '&';
            text.remove_prefix(1);
        } else if (!append_reference(out, text.substr(1, end - 1))) {
            return false;
        } else {
            text.remove_prefix(end + 1);
        }
    }
    return true;
}

// Each take_* leaves the text unchanged when it returns false.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    void skip_spaces() {
        while (!rest_.empty() && is_space(rest_.front()))
            rest_.remove_prefix(1);
    }
    bool skip_declaration() {
        if (!rest_.starts_with("<?xml")) return true;
        const std::size_t end = rest_.find("?>");
        if (end == std::string_view::npos) return false;
        rest_.remove_prefix(end + 2);
        skip_spaces();
        return true;
    }
    // "<NAME>", "<NAME/>", "</NAME>".
    enum class Tag { none, begin, empty, end };
    Tag take_tag(std::string_view& name) {
        if (!rest_.starts_with('<')) return Tag::none;
        std::string_view rest = rest_.substr(1);
        const bool is_end = rest.starts_with('/');
        if (is_end) rest.remove_prefix(1);
        const auto* const end = std::find_if_not(rest.begin(), rest.end(), is_of_name);
        const std::string_view found = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        rest.remove_prefix(found.size());
        while (!rest.empty() && is_space(rest.front()))
            rest.remove_prefix(1);
        const bool is_empty = !is_end && rest.starts_with('/');
        if (is_empty) rest.remove_prefix(1);
        if (found.empty() || !rest.starts_with('>')) return Tag::none;
        rest_ = rest.substr(1);
        name = found;
        return is_end ? Tag::end : is_empty ? Tag::empty : Tag::begin;
    }
    std::string_view take_text() {
        const std::string_view text = rest_.substr(0, rest_.find('<'));
        rest_.remove_prefix(text.size());
        return text;
    }
    bool is_at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool read_plain(std::string_view xml, TextStore& texts, UserData& found) {
    using Tag = Reader::Tag;
    Reader reader(xml);
    std::string_view root;
    reader.skip_spaces();
    if (!reader.skip_declaration()) return false;
    const Tag opened = reader.take_tag(root);
    if (!equal_ignoring_case(root, kRoot) || (opened != Tag::begin && opened != Tag::empty))
        return false;
    for (bool is_open = opened == Tag::begin; is_open;) {
        reader.skip_spaces();
        std::string_view name, end;
        const Tag tag = reader.take_tag(name);
        if (tag == Tag::none) return false;
        if (tag == Tag::end) {
            if (name != root) return false;
            is_open = false;
            continue;
        }
        if (name.size() > kMaxNameBytes || found.size() == kMaxFields) return false;
        std::string value;
        value.reserve(xml.size()); // it may be a password: no copy is left behind
        bool is_read = true;
        if (tag == Tag::begin)
            is_read = append_text(value, reader.take_text()) && reader.take_tag(end) == Tag::end &&
                      end == name;
        if (is_read) found.emplace_back(texts.keep(lower_case(name)), texts.keep(value));
        wipe(value);
        if (!is_read) return false;
    }
    reader.skip_spaces();
    return reader.is_at_end();
}

std::string_view without_spaces_before(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    return text;
}

bool is_begin_of_tag(std::string_view text, std::string_view bracket) {
    return text.starts_with(bracket) &&
           equal_ignoring_case(text.substr(bracket.size(), kRoot.size()), kRoot);
}

bool has_tag(std::string_view text, std::string_view bracket) {
    for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1))
        if (is_begin_of_tag(text.substr(at), bracket)) return true;
    return false;
}

template <class Is>
bool is_without_escapes(std::string_view text, Is is) {
    return is(text) || (may_have_escapes(text) && is(std::string_view(unescaped(text).text)));
}

} // namespace

bool is_user_data(std::string_view value) {
    constexpr std::size_t kEnough = 128; // room for what can precede the name, however escaped
    const std::string_view text = without_spaces_before(value);
    const bool may_be = text.starts_with('<') || text.starts_with('&') || text.starts_with('%');
    return may_be && is_without_escapes(text.substr(0, kEnough), [](std::string_view begin) {
               begin = without_spaces_before(begin);
               return is_begin_of_tag(begin, "<") || begin.starts_with("<?xml");
           });
}

bool opens_user_data(std::string_view text) {
    return is_without_escapes(text, [](std::string_view all) { return has_tag(all, "<"); });
}

bool closes_user_data(std::string_view text) {
    return is_without_escapes(text, [](std::string_view all) { return has_tag(all, "</"); });
}

bool read_user_data(std::string_view value, TextStore& texts, UserData& found) {
    constexpr int kMostRounds = 3;
    std::string xml(value);
    bool is_whole = true;
    for (int round = 0; round < kMostRounds && is_whole; ++round) {
        const std::string_view text = without_spaces_before(xml);
        if (!text.starts_with('&') && !text.starts_with('%')) break;
        std::string plain;
        plain.reserve(text.size());
        if (text.starts_with('&')) {
            is_whole = append_text(plain, text);
        } else {
            std::replace(xml.begin(), xml.end(), '+', ' ');
            plain += unescaped_once(text).text;
        }
        wipe(xml);
        xml = std::move(plain);
        wipe(plain);
    }
    const bool is_read = is_whole && read_plain(xml, texts, found);
    wipe(xml);
    return is_read;
}

} // namespace segpay
