// Percent-decoding and percent-encoding.
#include "wire/form.hpp"

#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

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

// The marks of the last block, with one more where the text ends: there a piece ends as well.
FormMarks scan_tail(std::string_view tail) {
    std::array<char, kBlockBytes> block;
    block.fill('x');
    if (!tail.empty()) std::memcpy(block.data(), tail.data(), tail.size());
    FormMarks marks = scan_block(block.data());
    marks.separators |= std::uint64_t{1} << tail.size();
    return marks;
}

} // namespace

Result<bool> Form::read(std::string_view encoded, const FormLimits& limits) {
    const char* const text = encoded.data();
    const char* const text_end = text + encoded.size();
    std::size_t begins_at = 0; // of the piece between two '&' that is being read
    std::size_t equals_at = 0;
    bool has_value = false;
    bool is_plain_name = true;
    bool is_plain = true; // the part that is being read: the name, then the value
    for (std::size_t block = 0; block <= encoded.size(); block += kBlockBytes) {
        FormMarks marks = encoded.size() - block < kBlockBytes ? scan_tail(encoded.substr(block))
                                                               : scan_block(text + block);
        for (; marks.separators != 0; marks.separators &= marks.separators - 1) {
            const int index = std::countr_zero(marks.separators);
            const std::uint64_t before = (std::uint64_t{1} << index) - 1;
            is_plain &= (marks.unusual & before) == 0;
            marks.unusual &= ~before;
            const std::size_t at = block + static_cast<unsigned>(index);
            if (at < encoded.size() && text[at] == '=') {
                if (has_value) continue; // a part of the value
                has_value = true;
                equals_at = at;
                is_plain_name = std::exchange(is_plain, true);
                continue;
            }
            if (at != begins_at) {
                const std::size_t name_end = has_value ? equals_at : at;
                const std::size_t value_at = has_value ? equals_at + 1 : at;
                FormField& field = next();
                field.name = {text + begins_at, name_end - begins_at};
                field.value = {text + value_at, at - value_at};
                field.is_plain_name = has_value ? is_plain_name : is_plain;
                field.is_plain_value = is_plain || !has_value;
                if (!field.is_plain_name)
                    decode(decoded_, field.name, text_end, field.is_plain_name);
                if (!field.is_plain_value)
                    decode(decoded_, field.value, text_end, field.is_plain_value);
                if (count_ > limits.fields || field.name.size() > limits.name_bytes ||
                    field.value.size() > limits.value_bytes)
                    return reject_last(limits);
                is_plain_ &= field.is_plain_value;
            }
            begins_at = at + 1;
            has_value = false;
            is_plain = true;
        }
        is_plain &= marks.unusual == 0;
    }
    return true;
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

Parameters parameters_of(const Form& form) {
    Parameters parameters;
    parameters.reserve(form.fields().size());
    for (const FormField& field : form.fields())
        parameters.push_back({std::string(field.name), std::string(field.value)});
    return parameters;
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
