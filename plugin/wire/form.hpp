// The form encoding of HTML (application/x-www-form-urlencoded): the encoding of links and of
// postbacks. Knows no parameter by name.
#pragma once

#include "values/result.hpp"
#include "values/text_store.hpp"
#include "wire/scan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Limits for input.
constexpr std::size_t kMaxRequestBytes = std::size_t{64} * 1024; // query and body together
constexpr std::size_t kMaxFields = 256;
// Of them at most so many user-defined ones on a link, so that all of them come back in a postback,
// beside all that Segpay adds.
constexpr std::size_t kMaxUserDefinedFields = 128;
constexpr std::size_t kMaxNameBytes = 64;                     // decoded
constexpr std::size_t kMaxValueBytes = std::size_t{8} * 1024; // decoded

struct FormLimits {
    std::size_t fields = kMaxFields;
    std::size_t name_bytes = kMaxNameBytes;
    std::size_t value_bytes = kMaxValueBytes;
};

// For input that was within the limits when it arrived.
constexpr FormLimits kNoLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};

// Attributes of a field beside its text.
struct FieldTraits {
    bool is_plain_name = true; // printable ASCII alone
    bool is_plain_value = true;
    bool is_trimmed_value = true; // nor is there a space at either end
    std::uint8_t place = 0xFF;    // among the familiar names, if it has one
    std::uint32_t note = 0;       // the reader's note about this name at this place; 0: none
};

// A field as decoded: views into the form that read it.
struct FormField {
    std::string_view name;
    std::string_view value;
    FieldTraits traits;
};

// The fields of one request, in order. Reused from request to request it allocates nothing, and
// repeated names are read fast: templates do not change, so a field is likely to have the name that
// was at its place in the request before.
class Form {
public:
    // Decodes `encoded` and appends its fields. '+' is a space; "%uXXXX" is a character of Unicode;
    // a '%' that begins no escape stands for itself; empty pieces ("&&") are skipped. Error: a
    // limit is exceeded; it names the field. The fields before it stay.
    Result<bool> read(std::string_view encoded, const FormLimits& limits = {});

    std::span<FormField> fields() { return std::span(fields_).first(count_); }
    std::span<const FormField> fields() const { return std::span(fields_).first(count_); }

    // Appends a field; the views must outlive it.
    void add(const FormField& field) {
        next() = field;
        is_plain_ &= field.traits.is_plain_value;
    }

    // Whether all values are printable ASCII alone.
    bool is_plain() const { return is_plain_; }

    // Removes every field that `is_unwanted`.
    template <class Predicate>
    void erase(Predicate is_unwanted) {
        const auto kept = fields();
        count_ = static_cast<std::size_t>(std::remove_if(kept.begin(), kept.end(), is_unwanted) -
                                          kept.begin());
    }

    // A reader of the fields may attach a note to a name, and finds it again when the same name, in
    // the same spelling, is at the same place of a later request. Names without a note are
    // forgotten with the request, and all names when another reader starts. `reader` and `note` are
    // not 0.
    void take_notes_of(std::uint64_t reader);
    void note(FormField& field, std::uint32_t note);

    // Removes the fields and wipes their texts.
    void clear();

private:
    class Marks;
    struct FamiliarName {
        Spelling spelling;
        std::size_t size = 0;
        FieldTraits traits; // of a field that is plain
    };
    static constexpr std::size_t kFamiliarNames = 64; // of the first fields
    static constexpr std::size_t kFirstFields = 64;

    FormField& next() {
        if (count_ == fields_.size()) fields_.resize(std::max(2 * count_, kFirstFields));
        return fields_[count_++];
    }
    // A copy, with '&'s behind it, and behind them room for all that has to be decoded, and a run.
    const char* keep_padded(std::string_view text);
    // Reads a piece of any content. `marks` are at the first one that is not before it. False: it
    // exceeds a limit.
    bool read_piece(std::string_view piece, const Marks& marks, const FormLimits& limits);
    // Decodes the name, and notes whether it can become familiar.
    void read_name(FormField& field, const Marks& marks);
    void decode(std::string_view& text, Marks marks, bool& is_plain);
    // Removes the last field and reports which limit it exceeds.
    Error reject_last(const FormLimits& limits);

    std::vector<FormField> fields_; // may be longer: the first count_ are in use
    std::size_t count_ = 0;
    bool is_plain_ = true;
    TextStore texts_;
    char* decoded_end_ = nullptr;
    std::array<FamiliarName, kFamiliarNames + 1> familiar_; // by place; the last one stays empty
    std::uint64_t reader_ = 0;
};

// A name without what is left before it of an '&' that a page wrote as "&amp;", however often:
// "amp;memberid" is memberid.
std::string_view behind_entity_at_length(std::string_view name);
inline std::string_view behind_entity(std::string_view name) {
    const char first = name.empty() ? '\0' : name.front();
    const bool may_be = first == 'a' || first == 'A' || first == '#' || first == '&';
    return may_be ? behind_entity_at_length(name) : name;
}

// A name without what a broken template put around it: blanks and entities; "curren;cycode", which
// a page made out of "&currencycode", is currencycode. Its control characters (line breaks) are
// blanks only in clean text (values/word.hpp).
std::string_view repaired_name_at_length(std::string_view name);
inline std::string_view repaired_name(std::string_view name) {
    const auto is_letter = [](char c) { return c > ' ' && c <= '~'; };
    const bool has_plain_edges = !name.empty() && is_letter(name.front()) && is_letter(name.back());
    constexpr std::string_view kTorn = "curren;cycode";
    const bool is_torn = name.size() == kTorn.size() && name[6] == kTorn[6];
    const bool is_plain = has_plain_edges && !is_torn && behind_entity(name).size() == name.size();
    return is_plain ? name : repaired_name_at_length(name);
}

struct Parameter {
    std::string name; // as sent
    std::string value;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};
using Parameters = std::vector<Parameter>;

// Form::read for a caller that keeps the result: appends to `parameters`, whose number counts
// against the limit.
Result<bool> decode_form(std::string_view encoded, Parameters& parameters, FormLimits limits = {});

// Percent-encodes every byte but letters, digits and "-._~:,"; the last two are legal in a query,
// and Segpay's own examples show eTickets and price-point lists with them.
void append_encoded(std::string& out, std::string_view text);

// One more "name=value" of a form, both encoded.
void append_field(std::string& form, std::string_view name, std::string_view value);

// "name=value&name=value".
std::string encode_form(const Parameters& parameters);

} // namespace segpay
