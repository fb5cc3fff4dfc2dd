// Percent-decoding and percent-encoding.
#include "wire/form.hpp"

#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace segpay {

namespace {

constexpr std::array<bool, 256> kStandsForItself = [] {
    std::array<bool, 256> table{};
    for (unsigned c = '0'; c <= '9'; ++c)
        table[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c)
        table[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        table[c] = true;
    for (char c : {'-', '.', '_', '~', ':', ','})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

constexpr std::array<std::int8_t, 256> kHexValue = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t value = 0; value < kDigits.size(); ++value) {
        const auto digit = static_cast<unsigned char>(kDigits[value]);
        table[digit] = static_cast<std::int8_t>(value);
        if (value >= 10) table[digit - 'a' + 'A'] = static_cast<std::int8_t>(value);
    }
    return table;
}();

int hex_value(char c) { return kHexValue[static_cast<unsigned char>(c)]; }

// Writes the decoded text to `out`, which has room for all of `text` and a run more; tells where it
// ends, and whether all of it is printable ASCII. `readable_end`: of the memory that `text` is in.
char* decode_into(char* out, std::string_view text, const char* readable_end, bool& is_plain) {
    const char* in = text.data();
    const char* const end = in + text.size();
    bool is_printable = true;
    while (in < end) {
        if (readable_end - in >= static_cast<std::ptrdiff_t>(kRunBytes)) {
            const std::size_t run = std::min(copy_run(out, in), static_cast<std::size_t>(end - in));
            in += run;
            out += run;
            if (run == kRunBytes) continue;
            if (in == end) break;
        }
        char c = *in++;
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && end - in >= 2) {
            const int high = hex_value(in[0]);
            const int low = hex_value(in[1]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                in += 2;
            }
        }
        is_printable &= c >= 0x20 && c < 0x7F;
        *out++ = c;
    }
    is_plain = is_printable;
    return out;
}

void decode(TextStore& store, std::string_view& text, const char* readable_end, bool& is_plain) {
    if (text.empty()) return;
    const std::size_t room = text.size() + kRunBytes;
    char* const begin = store.room(room);
    char* const end = decode_into(begin, text, readable_end, is_plain);
    const auto size = static_cast<std::size_t>(end - begin);
    store.give_back(text.size() - size);
    text = {begin, size};
}

// Member by member: a whole one would be put together elsewhere first.
void fill(FormField& field, std::string_view name, std::string_view value) {
    field.name = name;
    field.value = value;
    field.is_plain_name = field.is_plain_value = true;
}

// The marks of the last block, with one more where the text ends: there a piece ends as well.
FormMarks scan_tail(std::string_view tail) {
    std::array<char, kBlockBytes> block;
    block.fill('x');
    if (!tail.empty()) std::memcpy(block.data(), tail.data(), tail.size());
    FormMarks marks = scan_block(block.data());
    marks.ends |= std::uint64_t{1} << tail.size();
    return marks;
}

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

Result<bool> Form::read(std::string_view encoded, const FormLimits& limits) {
    if (encoded.empty()) return true;
    // Whatever it says, a piece that is so short exceeds no limit.
    const std::size_t short_bytes = std::min(limits.name_bytes, limits.value_bytes);
    FormField* slot = fields_.data() + count_;
    FormField* slots_end =
        fields_.data() + std::max(count_, std::min(fields_.size(), limits.fields));
    const char* const text_end = encoded.data() + encoded.size();
    const char* begin = encoded.data(); // of the piece that is being read
    const char* equals = text_end;      // its first '=', when that is in a block before
    bool has_unusual = false;           // it has unusual bytes in blocks before
    for (const char* block = begin;; block += kBlockBytes) {
        const std::string_view rest = between(block, text_end);
        const bool is_last = rest.size() < kBlockBytes;
        FormMarks marks = is_last ? scan_tail(rest) : scan_block(block);
        marks.unusual |= std::uint64_t{has_unusual};
        while (marks.ends != 0) {
            const std::uint64_t end_mark = marks.ends & -marks.ends; // of the next '&' alone
            const std::uint64_t piece_marks = end_mark ^ (end_mark - 1);
            const std::uint64_t stops = marks.equals | end_mark;
            const char* const end = block + first_mark(end_mark);
            const char* const name_end = std::min(equals, block + first_mark(stops));
            const std::string_view name = between(begin, name_end);
            const std::string_view value = between(name_end + (name_end != end), end);
            const std::uint64_t unusual = marks.unusual & piece_marks;
            const bool is_short = static_cast<std::size_t>(end - begin) - 1 < short_bytes;
            if (is_short && unusual == 0 && slot != slots_end) {
                fill(*slot++, name, value);
            } else {
                count_ = static_cast<std::size_t>(slot - fields_.data());
                // Of what began in an earlier block it is not known, and it counts as unusual.
                const bool is_name_usual = (unusual & (stops ^ (stops - 1))) == 0;
                if (!add_unusual(name, is_name_usual, value, text_end, limits))
                    return reject_last(limits);
                slot = fields_.data() + count_;
                slots_end =
                    fields_.data() + std::max(count_, std::min(fields_.size(), limits.fields));
            }
            begin = end + 1;
            equals = text_end;
            marks.ends ^= end_mark;
            marks.equals &= ~piece_marks;
            marks.unusual &= ~piece_marks;
        }
        if (marks.equals != 0) equals = std::min(equals, block + first_mark(marks.equals));
        has_unusual = marks.unusual != 0;
        if (is_last) break;
    }
    count_ = static_cast<std::size_t>(slot - fields_.data());
    return true;
}

bool Form::add_unusual(std::string_view name, bool is_name_usual, std::string_view value,
                       const char* text_end, const FormLimits& limits) {
    if (name.empty() && value.data() == name.data()) return true; // no piece at all
    FormField& field = next();
    fill(field, name, value);
    if (!is_name_usual) decode(decoded_, field.name, text_end, field.is_plain_name);
    decode(decoded_, field.value, text_end, field.is_plain_value);
    is_plain_ &= field.is_plain_value;
    return count_ <= limits.fields && field.name.size() <= limits.name_bytes &&
           field.value.size() <= limits.value_bytes;
}

Error Form::reject_last(const FormLimits& limits) {
    const FormField& field = fields_[--count_];
    if (count_ >= limits.fields) return {"more than " + std::to_string(limits.fields) + " fields"};
    if (field.name.size() > limits.name_bytes)
        return {"a field name is longer than " + std::to_string(limits.name_bytes) + " bytes"};
    return {"the value of \"" + std::string(field.name) + "\" is longer than " +
            std::to_string(limits.value_bytes) + " bytes"};
}

void Form::clear() {
    count_ = 0;
    is_plain_ = true;
    decoded_.clear();
}

Result<bool> decode_form(std::string_view encoded, Parameters& parameters, FormLimits limits) {
    Form form;
    for (const Parameter& parameter : parameters)
        form.add({parameter.name, parameter.value});
    const std::size_t known = parameters.size();
    Result<bool> outcome = form.read(encoded, limits);
    for (std::size_t i = known; i < form.fields().size(); ++i)
        parameters.push_back(
            {std::string(form.fields()[i].name), std::string(form.fields()[i].value)});
    return outcome;
}

void append_encoded(std::string& out, std::string_view text) {
    constexpr char kHexDigits[] = "0123456789ABCDEF";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kStandsForItself[byte]) {
            out += c;
            continue;
        }
        out += '%';
        out += kHexDigits[byte >> 4];
        out += kHexDigits[byte & 15];
    }
}

std::string encode_form(const Parameters& parameters) {
    std::string out;
    for (const Parameter& parameter : parameters) {
        if (!out.empty()) out += '&';
        append_encoded(out, parameter.name);
        out += '=';
        append_encoded(out, parameter.value);
    }
    return out;
}

} // namespace segpay
