// Percent-decoding and percent-encoding.
#include "wire/form.hpp"

#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
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

std::string_view decoded(TextStore& store, std::string_view text, bool& is_plain) {
    if (is_plain || text.empty()) return text;
    char* const begin = store.room(text.size());
    char* const end = decode_into(begin, text, is_plain);
    const auto size = static_cast<std::size_t>(end - begin);
    store.give_back(text.size() - size);
    return {begin, size};
}

FormMarks scan_tail(std::string_view tail) {
    std::array<char, kBlockBytes> block;
    block.fill('x');
    std::memcpy(block.data(), tail.data(), tail.size());
    return scan_block(block.data());
}

} // namespace

Result<bool> Form::read(std::string_view encoded, const FormLimits& limits) {
    constexpr std::size_t kNone = std::string_view::npos;
    std::size_t begins_at = 0;
    std::size_t equals_at = kNone; // of the piece that began last
    bool is_plain_name = true;
    bool is_plain_value = true;
    std::string objection;
    const auto finish = [&](std::size_t ends_at) {
        const std::string_view piece = encoded.substr(begins_at, ends_at - begins_at);
        const std::size_t name_size = equals_at == kNone ? piece.size() : equals_at - begins_at;
        if (!piece.empty() &&
            !add_piece(piece, name_size, is_plain_name, is_plain_value, limits, objection))
            return false;
        begins_at = ends_at + 1;
        equals_at = kNone;
        is_plain_name = is_plain_value = true;
        return true;
    };

    for (std::size_t block = 0; block < encoded.size(); block += kBlockBytes) {
        const std::string_view rest = encoded.substr(block);
        const FormMarks marks =
            rest.size() < kBlockBytes ? scan_tail(rest) : scan_block(rest.data());
        for (std::uint64_t stops = marks.separators | marks.unusual; stops != 0;
             stops &= stops - 1) {
            const std::size_t at = block + static_cast<unsigned>(std::countr_zero(stops));
            if (encoded[at] == '=') {
                if (equals_at == kNone) equals_at = at;
            } else if (encoded[at] == '&') {
                if (!finish(at)) return Error{std::move(objection)};
            } else {
                (equals_at == kNone ? is_plain_name : is_plain_value) = false;
            }
        }
    }
    if (!finish(encoded.size())) return Error{std::move(objection)};
    return true;
}

bool Form::add_piece(std::string_view piece, std::size_t name_size, bool is_plain_name,
                     bool is_plain_value, const FormLimits& limits, std::string& objection) {
    FormField field{piece.substr(0, name_size), piece.substr(std::min(name_size + 1, piece.size())),
                    is_plain_name, is_plain_value};
    field.name = decoded(decoded_, field.name, field.is_plain_name);
    field.value = decoded(decoded_, field.value, field.is_plain_value);
    if (fields_.size() >= limits.fields)
        objection = "more than " + std::to_string(limits.fields) + " fields";
    else if (field.name.size() > limits.name_bytes)
        objection = "a field name is longer than " + std::to_string(limits.name_bytes) + " bytes";
    else if (field.value.size() > limits.value_bytes)
        objection = "the value of \"" + std::string(field.name) + "\" is longer than " +
                    std::to_string(limits.value_bytes) + " bytes";
    else
        fields_.push_back(field);
    return objection.empty();
}

void Form::clear() {
    fields_.clear();
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
