// The form encoding of HTML (application/x-www-form-urlencoded): the one language in which links go
// out and postbacks come in. Knows no parameter by name.
#pragma once

#include "values/result.hpp"
#include "values/text_store.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Limits on what comes from outside.
constexpr std::size_t kMaxRequestBytes = std::size_t{64} * 1024; // query and body together
constexpr std::size_t kMaxFields = 256;
constexpr std::size_t kMaxNameBytes = 64;                     // decoded
constexpr std::size_t kMaxValueBytes = std::size_t{8} * 1024; // decoded

struct FormLimits {
    std::size_t fields = kMaxFields;
    std::size_t name_bytes = kMaxNameBytes;
    std::size_t value_bytes = kMaxValueBytes;
};

// A field as decoded: views into the encoded text where nothing had to be decoded, else into the
// form that read it.
struct FormField {
    std::string_view name;
    std::string_view value;
    bool is_plain_name = true; // printable ASCII alone
    bool is_plain_value = true;
};

// The fields of one request, in order. Reused from request to request it allocates nothing.
class Form {
public:
    // Decodes `encoded`, which must outlive the fields, and appends what it holds. '+' is a space;
    // a '%' that begins no escape stands for itself; empty pieces ("&&") are skipped. Error: a
    // limit is exceeded; it names the field. What came before stays.
    Result<bool> read(std::string_view encoded, const FormLimits& limits = {});

    std::span<FormField> fields() { return std::span(fields_).first(count_); }
    std::span<const FormField> fields() const { return std::span(fields_).first(count_); }

    // Appends a field; the views must outlive it.
    void add(const FormField& field) {
        next() = field;
        is_plain_ &= field.is_plain_value;
    }

    // Whether all values are printable ASCII alone.
    bool is_plain() const { return is_plain_; }

    // Takes out every field that `is_unwanted`.
    template <class Predicate>
    void erase(Predicate is_unwanted) {
        const auto kept = fields();
        count_ = static_cast<std::size_t>(std::remove_if(kept.begin(), kept.end(), is_unwanted) -
                                          kept.begin());
    }

    // Forgets everything and wipes what was decoded.
    void clear();

private:
    FormField& next() {
        if (count_ == fields_.size()) fields_.resize(std::max(2 * count_, kFirstFields));
        return fields_[count_++];
    }
    // Adds a field that has to be decoded, is long, or is nothing at all. False: it exceeds a
    // limit.
    bool add_unusual(std::string_view name, bool is_name_usual, std::string_view value,
                     const char* text_end, const FormLimits& limits);
    // Takes the field that was read last out again and tells which limit it exceeds.
    Error reject_last(const FormLimits& limits);

    static constexpr std::size_t kFirstFields = 64;

    std::vector<FormField> fields_; // more than there are: the first count_ are in use
    std::size_t count_ = 0;
    bool is_plain_ = true;
    TextStore decoded_;
};

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

// "name=value&name=value".
std::string encode_form(const Parameters& parameters);

} // namespace segpay
