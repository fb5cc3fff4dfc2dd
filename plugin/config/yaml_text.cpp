// Places, the encoding, and a rough scan of lines, quotes and brackets.
#include "config/yaml_text.hpp"

#include "values/word.hpp"

#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace segpay {

// --- places -------------------------------------------------------------------------------------

Lines::Lines(std::string_view text) : text_(text), begins_{0} {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1))
        begins_.push_back(at + 1);
}

Place Lines::place(std::size_t offset) const {
    const auto after = std::upper_bound(begins_.begin(), begins_.end(), offset);
    const std::size_t begin = *(after - 1);
    const std::size_t characters = character_count(text_.substr(begin, offset - begin));
    return {static_cast<int>(after - begins_.begin()), static_cast<int>(characters) + 1};
}

std::size_t Lines::offset(int line, int column) const {
    const std::size_t number = static_cast<std::size_t>(std::max(line, 0));
    if (number >= begins_.size()) return text_.size();
    const std::size_t end = std::min(text_.find('\n', begins_[number]), text_.size());
    return std::min(begins_[number] + static_cast<std::size_t>(std::max(column, 0)), end);
}

// --- is it text? --------------------------------------------------------------------------------

namespace {

std::string hexadecimal(const char* format, int value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(value));
    return text.data();
}

// Blanks that look like spaces and do not indent for YAML: no-break, figure, narrow, ideographic.
constexpr std::array<int, 6> kStrangeBlanks = {0xA0, 0x2007, 0x200B, 0x202F, 0x3000, 0xFEFF};

bool is_strange_blank(int character) {
    return std::find(kStrangeBlanks.begin(), kStrangeBlanks.end(), character) !=
           kStrangeBlanks.end();
}

bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

// What is wrong with a character; empty: nothing.
std::string objection(int character, std::string_view rest, bool is_indentation) {
    if (character < 0)
        return "byte " + hexadecimal("0x%02X", static_cast<unsigned char>(rest[0])) +
               " is not UTF-8; save the file as UTF-8";
    if (character == 0) return "holds a NUL byte; a configuration is text in UTF-8";
    if (character == '\r' && rest.size() > 1 && rest[1] != '\n')
        return "a line ends with CR alone; save the file with LF or CRLF at the end of lines";
    if (character == '\t' || character == '\r' || character == '\n') return {};
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        return "holds the control character " + hexadecimal("U+%04X", character) +
               "; remove it, or write it as an escape in double quotes";
    if (is_indentation && is_strange_blank(character))
        return "the line begins with " + hexadecimal("U+%04X", character) +
               ", which looks like a space and is none; write spaces";
    return {};
}

} // namespace

bool is_text(const Lines& lines, Problems& problems) {
    const std::string_view text = lines.text();
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        problems.add({}, "is UTF-16; save the file as UTF-8");
        return false;
    }
    const Poco::UTF8Encoding utf8;
    bool is_indentation = true;
    for (std::size_t at = 0; at < text.size();) {
        if (is_printable_ascii(text[at])) { // nearly always; needs no decoding
            is_indentation = is_indentation && text[at] == ' ';
            ++at;
            continue;
        }
        const std::string_view rest = text.substr(at);
        const auto* bytes = reinterpret_cast<const unsigned char*>(rest.data());
        const int length = std::min<int>(utf8.sequenceLength(bytes, 1),
                                         static_cast<int>(std::min<std::size_t>(rest.size(), 4)));
        const int character = utf8.queryConvert(bytes, length);
        const std::string wrong = objection(character, rest, is_indentation);
        if (!wrong.empty()) {
            problems.add(lines.place(at), wrong);
            return false;
        }
        is_indentation =
            character == '\n' || (is_indentation && (character == ' ' || character == '\t'));
        at += static_cast<std::size_t>(length);
    }
    return true;
}

// --- what was intended --------------------------------------------------------------------------

namespace {

constexpr std::string_view kTab = "a tab stands in the indentation; YAML allows only spaces there";

class Survey {
public:
    explicit Survey(std::string_view text) : text_(text) {}

    std::vector<Finding> findings() {
        begin_line();
        while (at_ < text_.size())
            step();
        if (!brackets_.empty())
            find(brackets_.back(), "the " + std::string(1, text_[brackets_.back()]) +
                                       " that stands here is not closed");
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
        return std::move(found_);
    }

private:
    char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\n'; }
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }
    static bool is_end(char c) { return c == '\n' || c == '\r'; }
    bool is_alone(std::size_t offset) const { // not part of a word
        const char next = at(offset + 1);
        return is_blank(next) || is_end(next);
    }
    bool is_in_flow() const { return !brackets_.empty(); }
    bool ends_flow_value(char c) const {
        return is_in_flow() && (c == ',' || c == ']' || c == '}');
    }

    void find(std::size_t offset, std::string advice, bool is_certain = false) {
        found_.push_back({offset, std::move(advice), is_certain});
    }

    void begin_line() {
        can_begin_ = true;
        has_key_ = false;
        is_after_indicator_ = false;
        line_ = at_;
        std::optional<std::size_t> tab;
        while (is_blank(at(at_))) {
            if (at(at_) == '\t' && !tab) tab = at_;
            ++at_;
        }
        if (is_in_flow()) return;
        if (tab) find(*tab, std::string(kTab));
        if (at_ == line_ && at(at_) == '%') {
            find(at_, "a directive (%TAG, %YAML) is not allowed; remove the line", true);
            skip_line();
        }
    }

    void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

    void step() {
        const char c = text_[at_];
        if (c == '\n') {
            ++at_;
            begin_line();
        } else if (is_blank(c) || c == '\r') {
            ++at_;
        } else if (c == '#' && (at_ == line_ || is_blank(text_[at_ - 1]))) {
            skip_line();
        } else if (can_begin_) {
            begin_value(c);
        } else {
            go_on(c);
        }
    }

    // A key or a value begins here.
    void begin_value(char c) {
        constexpr std::string_view kReserved = "*&!@`%";
        if (c == '"' || c == '\'') return quoted(c);
        if (c == '[' || c == '{') return open_bracket();
        if ((c == '-' || c == '?') && is_alone(at_) && !is_in_flow()) return indicator();
        if ((c == '|' || c == '>') && !is_in_flow()) return block();
        if (kReserved.find(c) != std::string_view::npos)
            find(at_, "a value that begins with " + std::string(1, c) +
                          " must stand in quotes, e.g. \"" + c + "...\"");
        go_on(c);
    }

    // A character of a text without quotes, or one that ends it.
    void go_on(char c) {
        can_begin_ = false;
        if (c == ':' && (is_alone(at_) || ends_flow_value(at(at_ + 1)))) return colon();
        if (is_in_flow()) {
            if (c == '{' && at_ > 0 && text_[at_ - 1] == '$')
                find(at_ - 1,
                     "inside [ ] and { } a reference must stand in quotes, e.g. "
                     "\"${env:NAME}\"");
            if (c == '[' || c == '{') return open_bracket();
            if (c == ']' || c == '}') brackets_.pop_back();
            if (c == ',') can_begin_ = is_after_indicator_ = true;
        }
        ++at_;
    }

    void open_bracket() {
        brackets_.push_back(at_++);
        can_begin_ = is_after_indicator_ = true;
    }

    void indicator() {
        if (at(at_ + 1) == '\t') find(at_ + 1, std::string(kTab));
        ++at_;
        can_begin_ = is_after_indicator_ = true;
    }

    void colon() {
        if (has_key_ && !is_in_flow())
            find(at_,
                 "a colon with a blank behind it stands inside a value; write the value in "
                 "quotes");
        has_key_ = true;
        ++at_;
        can_begin_ = is_after_indicator_ = true;
    }

    void quoted(char quote) {
        const std::size_t begin = at_;
        can_begin_ = false;
        for (++at_; at_ < text_.size(); ++at_) {
            const bool is_doubled = quote == '\'' && at(at_) == quote && at(at_ + 1) == quote;
            if (is_doubled || (quote == '"' && at(at_) == '\\'))
                ++at_;
            else if (at(at_) == quote)
                return after_quotes(begin, ++at_);
        }
        at_ = text_.size();
        find(begin, "the quotes that open here are never closed", is_after_indicator_);
    }

    void after_quotes(std::size_t begin, std::size_t end) {
        std::size_t next = end;
        while (is_blank(at(next)))
            ++next;
        const char c = at(next);
        if (c == ':' && next == end && is_in_flow()) return colon(); // as in JSON
        if (is_end(c) || c == ':' || (c == '#' && next > end) || ends_flow_value(c)) return;
        if (text_.find('\n', begin) < end)
            find(begin, "the quotes that open here are not closed in their line");
        else
            find(next,
                 "text stands behind the closing quotes; write the whole value in the other "
                 "kind of quotes");
    }

    // Skips all lines that are indented deeper than this one.
    void block() {
        const auto depth = [&](std::size_t line) {
            std::size_t end = line;
            while (at(end) == ' ')
                ++end;
            return end - line;
        };
        const std::size_t indented = depth(line_);
        skip_line();
        while (at_ < text_.size()) {
            const std::size_t next = at_ + 1;
            const bool is_empty = is_end(at(next + depth(next)));
            if (next >= text_.size() || (!is_empty && depth(next) <= indented)) return;
            at_ = std::min(text_.find('\n', next), text_.size());
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;              // where the line begins
    bool can_begin_ = true;             // whether a value may begin at `at_`
    bool is_after_indicator_ = false;   // whether the value cannot be the rest of one above
    bool has_key_ = false;              // whether the line has a key already
    std::vector<std::size_t> brackets_; // the open ones
    std::vector<Finding> found_;
};

} // namespace

std::vector<Finding> survey(std::string_view text) { return Survey(text).findings(); }

} // namespace segpay
