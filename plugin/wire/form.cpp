// Percent-decoding; the encoding is that of links (wire/encode).
#include "wire/form.hpp"

#include "values/word.hpp"
#include "wire/encode.hpp"
#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace segpay {

namespace {

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

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

// "uXXXX" behind a '%': a half of UTF-16, as JavaScript's escape() and IIS write it. -1: none.
std::int32_t utf16_at(const char* in, const char* end) {
    if (end - in < 5 || (*in != 'u' && *in != 'U')) return -1;
    std::int32_t half = 0;
    for (const char* digit = in + 1; digit != in + 5; ++digit) {
        if (hex_value(*digit) < 0) return -1;
        half = half * 16 + hex_value(*digit);
    }
    return half;
}

// Writes the character of "%uXXXX", or of two of them, as UTF-8, which is shorter, and moves `in`
// behind it. False: `in` is not behind such a '%', and nothing is written.
bool write_unicode_escape(char*& out, const char* end, const char*& in) {
    constexpr std::int32_t kHigh = 0xD800, kLow = 0xDC00, kBehind = 0xE000;
    std::int32_t character = utf16_at(in, end);
    if (character < 0) return false;
    const char* rest = in + 5;
    if (character >= kHigh && character < kBehind) {
        const bool is_pair = character < kLow && end - rest >= 6 && *rest == '%';
        const std::int32_t low = is_pair ? utf16_at(rest + 1, end) : -1;
        if (low < kLow || low >= kBehind) return false;
        character = 0x10000 + ((character - kHigh) << 10) + (low - kLow);
        rest += 6;
    }
    out += write_utf8(out, static_cast<std::uint32_t>(character));
    in = rest;
    return true;
}

// The character that the mark stands for; moves `in` behind it.
char decoded_at(const char* mark, const char* end, const char*& in) {
    in = mark + 1;
    if (*mark == '+') return ' ';
    if (*mark != '%' || end - in < 2) return *mark;
    const int high = hex_value(in[0]);
    const int low = hex_value(in[1]);
    if (high < 0 || low < 0) return '%';
    in += 2;
    return static_cast<char>(high * 16 + low);
}

// Copies run by run, up to one run too many.
char* copy_runs(char* out, const char* in, const char* end) {
    const auto size = static_cast<std::size_t>(end - in);
    for (std::size_t at = 0; at < size; at += kRunBytes)
        std::memcpy(out + at, in + at, kRunBytes);
    return out + size;
}

} // namespace

// Iterates over the marks of a text. There must be a mark before the text ends, and a readable
// block behind the last one.
class Form::Marks {
public:
    explicit Marks(const char* text) : block_(text), left_(marks_in(text)) { find(); }

    const char* here() const { return block_ + static_cast<unsigned>(std::countr_zero(left_)); }
    void go_on() {
        left_ &= left_ - 1;
        find();
    }

private:
    void find() {
        while (left_ == 0)
            left_ = marks_in(block_ += kBlockBytes);
    }

    const char* block_;
    std::uint64_t left_; // marks of the block that are left
};

Result<bool> Form::read(std::string_view encoded, const FormLimits& limits) {
    if (fields_.size() < kFirstFields) fields_.resize(kFirstFields);
    const bool are_limits_wide = limits.fields >= kFamiliarNames &&
                                 limits.name_bytes >= Spelling::kMaxBytes &&
                                 limits.value_bytes >= encoded.size();
    const auto next_familiar = [&] {
        return &familiar_[are_limits_wide ? std::min(count_, kFamiliarNames) : kFamiliarNames];
    };
    const char* at = keep_padded(encoded); // where the next piece begins
    const char* const text_end = at + encoded.size();
    Marks marks(at);
    FormField* slot = fields_.data() + count_;
    const FamiliarName* familiar = next_familiar();
    while (at < text_end) {
        const char* end = marks.here();
        if (*end == '&' && familiar->spelling.is_at(at)) [[likely]] {
            const char* const value = at + familiar->size + 1;
            // Member by member: a whole one would be built elsewhere and copied.
            slot->name = {at, familiar->size};
            slot->value = between(value, end);
            slot->traits = familiar->traits;
            ++slot;
            ++familiar;
        } else {
            const Marks marks_of_piece = marks;
            while (*marks.here() != '&')
                marks.go_on();
            end = marks.here();
            count_ = static_cast<std::size_t>(slot - fields_.data());
            if (!read_piece(between(at, end), marks_of_piece, limits)) return reject_last(limits);
            slot = fields_.data() + count_;
            familiar = next_familiar();
        }
        marks.go_on();
        at = end + 1;
    }
    count_ = static_cast<std::size_t>(slot - fields_.data());
    return true;
}

const char* Form::keep_padded(std::string_view text) {
    const std::size_t padded_size = text.size() + kBlockBytes;
    char* const bytes = texts_.room(padded_size + text.size() + kRunBytes);
    if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
    std::memset(bytes + text.size(), '&', kBlockBytes);
    decoded_end_ = bytes + padded_size;
    return bytes;
}

bool Form::read_piece(std::string_view piece, const Marks& marks, const FormLimits& limits) {
    if (piece.empty()) return true;
    const FamiliarName& familiar = familiar_[std::min(count_, kFamiliarNames)];
    const char* const begin = piece.data();
    const char* const end = begin + piece.size();
    FormField& field = next();
    if (familiar.spelling.is_at(begin)) {
        field.name = {begin, familiar.size};
        field.value = between(begin + familiar.size + 1, end);
        field.traits = familiar.traits;
    } else {
        const char* const equals = std::find(begin, end, '=');
        field = {between(begin, equals), between(std::min(equals + 1, end), end), {}};
        read_name(field, marks);
    }
    decode(field.value, marks, field.traits.is_plain_value);
    field.traits.is_trimmed_value =
        field.traits.is_plain_value && !field.value.starts_with(' ') && !field.value.ends_with(' ');
    is_plain_ &= field.traits.is_plain_value;
    return count_ <= limits.fields && field.name.size() <= limits.name_bytes &&
           field.value.size() <= limits.value_bytes;
}

void Form::read_name(FormField& field, const Marks& marks) {
    const std::string_view spelled = field.name;
    const bool has_equals = field.value.data() != spelled.data() + spelled.size();
    const std::size_t place = count_ - 1;
    decode(field.name, marks, field.traits.is_plain_name);
    if (has_equals && field.traits.is_plain_name && field.name == spelled &&
        spelled.size() < Spelling::kMaxBytes && place < kFamiliarNames)
        field.traits.place = static_cast<std::uint8_t>(place);
}

void Form::decode(std::string_view& text, Marks marks, bool& is_plain) {
    const char* in = text.data();
    const char* const end = in + text.size();
    char* out = decoded_end_;
    bool is_printable = true;
    for (; marks.here() < end; marks.go_on()) {
        const char* const mark = marks.here();
        if (mark < in) continue; // before the text
        out = copy_runs(out, in, mark);
        const char c = decoded_at(mark, end, in);
        if (c == '%' && in == mark + 1) [[unlikely]] {
            const char* const begin = out;
            if (write_unicode_escape(out, end, in)) {
                is_printable &= out - begin == 1 && *begin >= 0x20 && *begin < 0x7F;
                continue;
            }
        }
        is_printable &= c >= 0x20 && c < 0x7F;
        *out++ = c;
    }
    out = copy_runs(out, in, end);
    is_plain = is_printable;
    text = between(decoded_end_, out);
    decoded_end_ = out;
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
    texts_.clear();
}

void Form::take_notes_of(std::uint64_t reader) {
    if (reader_ == reader) return;
    reader_ = reader;
    familiar_ = {};
    for (FormField& field : fields())
        field.traits.note = 0;
}

void Form::note(FormField& field, std::uint32_t note) {
    field.traits.note = note;
    if (field.traits.place >= kFamiliarNames) return;
    FamiliarName& familiar = familiar_[field.traits.place];
    familiar = {Spelling(field.name), field.name.size(), {}};
    familiar.traits.place = field.traits.place;
    familiar.traits.note = note;
}

std::string_view behind_entity_at_length(std::string_view name) {
    constexpr std::array<std::string_view, 5> kLeft = {"amp;", "#38;", "#038;", "#x26;", "&"};
    const auto is_left = [&](std::string_view left) {
        return name.size() > left.size() && equal_ignoring_case(name.substr(0, left.size()), left);
    };
    for (auto left = kLeft.begin();
         (left = std::find_if(kLeft.begin(), kLeft.end(), is_left)) != kLeft.end();)
        name.remove_prefix(left->size());
    return name;
}

std::string_view repaired_name_at_length(std::string_view name) {
    const std::string_view repaired = trimmed(behind_entity(trimmed(name)));
    return equal_ignoring_case(repaired, "curren;cycode") ? "currencycode" : repaired;
}

Result<bool> decode_form(std::string_view encoded, Parameters& parameters, FormLimits limits) {
    Form form;
    for (const Parameter& parameter : parameters)
        form.add({parameter.name, parameter.value, {}});
    const std::size_t known = parameters.size();
    Result<bool> outcome = form.read(encoded, limits);
    for (std::size_t i = known; i < form.fields().size(); ++i)
        parameters.push_back(
            {std::string(form.fields()[i].name), std::string(form.fields()[i].value)});
    return outcome;
}

void append_encoded(std::string& out, std::string_view text) {
    const std::size_t size = out.size();
    out.resize(size + encoded_room(text));
    const char* const end = write_encoded(out.data() + size, text);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

void append_field(std::string& form, std::string_view name, std::string_view value) {
    if (!form.empty()) form += '&';
    append_encoded(form, name);
    form += '=';
    append_encoded(form, value);
}

std::string encode_form(const Parameters& parameters) {
    std::string out;
    for (const Parameter& parameter : parameters)
        append_field(out, parameter.name, parameter.value);
    return out;
}

} // namespace segpay
