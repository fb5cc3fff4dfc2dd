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

// Writes the decoded text to `out`, which has room for all of `text`; tells where it ends, and
// whether all of it is printable ASCII.
char* decode_into(char* out, std::string_view text, bool& is_plain) {
    bool is_printable = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && i + 2 < text.size()) {
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
        }
        is_printable &= c >= 0x20 && c < 0x7F;
        *out++ = c;
    }
    is_plain = is_printable;
    return out;
}

void decode(TextStore& store, std::string_view& text, bool& is_plain) {
    if (text.empty()) return;
    char* const begin = store.room(text.size());
    char* const end = decode_into(begin, text, is_plain);
    const auto size = static_cast<std::size_t>(end - begin);
    store.give_back(text.size() - size);
    text = {begin, size};
}

FormMarks scan_tail(std::string_view tail) {
    std::array<char, kBlockBytes> block;
    block.fill('x');
    std::memcpy(block.data(), tail.data(), tail.size());
    return scan_block(block.data());
}

} // namespace

Result<bool> Form::read(std::string_view encoded, const FormLimits& limits) {
    Piece piece;
    for (std::size_t block = 0; block < encoded.size(); block += kBlockBytes) {
        FormMarks marks = encoded.size() - block < kBlockBytes ? scan_tail(encoded.substr(block))
                                                               : scan_block(encoded.data() + block);
        while (marks.separators != 0) {
            const int index = std::countr_zero(marks.separators);
            const std::uint64_t before = (std::uint64_t{1} << index) - 1;
            piece.is_plain &= (marks.unusual & before) == 0;
            marks.unusual &= ~before;
            marks.separators &= marks.separators - 1;

            const std::size_t at = block + static_cast<unsigned>(index);
            if (encoded[at] == '&') {
                if (!finish(piece, encoded, at, limits)) return reject_last(limits);
            } else if (!piece.has_value) {
                piece.has_value = true;
                piece.equals_at = at;
                piece.is_plain_name = std::exchange(piece.is_plain, true);
            }
        }
        piece.is_plain &= marks.unusual == 0;
    }
    if (!finish(piece, encoded, encoded.size(), limits)) return reject_last(limits);
    return true;
}

// Makes a field of the piece that ends here, and begins the next one.
bool Form::finish(Piece& piece, std::string_view encoded, std::size_t ends_at,
                  const FormLimits& limits) {
    const char* const text = encoded.data();
    const std::size_t begins_at = piece.begins_at;
    bool fits = true;
    if (ends_at != begins_at) {
        FormField& field = next();
        const std::size_t name_end = piece.has_value ? piece.equals_at : ends_at;
        const std::size_t value_at = piece.has_value ? piece.equals_at + 1 : ends_at;
        field.name = {text + begins_at, name_end - begins_at};
        field.value = {text + value_at, ends_at - value_at};
        field.is_plain_name = piece.has_value ? piece.is_plain_name : piece.is_plain;
        field.is_plain_value = piece.is_plain || !piece.has_value;
        if (!field.is_plain_name) decode(decoded_, field.name, field.is_plain_name);
        if (!field.is_plain_value) decode(decoded_, field.value, field.is_plain_value);
        fits = count_ <= limits.fields && field.name.size() <= limits.name_bytes &&
               field.value.size() <= limits.value_bytes;
    }
    piece = Piece();
    piece.begins_at = ends_at + 1;
    return fits;
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
