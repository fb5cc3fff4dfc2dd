// The parameters of Segpay's pay pages: the parameter name of each field of a request, and its
// limits. One table, with the document behind each row.
#pragma once

#include "links/link.hpp"

#include <array>
#include <string>

#include "values/objection.hpp"

namespace segpay {

constexpr std::size_t kMaxUserDefinedCharacters = 32; // Processing API 2.0, user-defined parameters
constexpr std::size_t kMaxTextCharacters = 255;
constexpr std::size_t kMaxUrlCharacters = 2000;

// The rule for a value.
enum class Rule {
    text,         // at most 255 characters
    user_defined, // at most 32 characters
    url,          // http:// or https://, at most 2,000 characters
    country,      // of ISO 3166 in two letters, or UK
    language,     // one of the pay page's
    currency,     // one of Dynamic Multi-Currency, or "none"
    id,           // letters, digits and '-'
    price_points, // numbers, separated by commas
};

// A fast test whether the value follows its rule, as nearly all do. False: it may still.
bool is_surely_fine(std::string_view value, Rule rule);

// The name of a user-defined parameter, as a message shows it: clean, of limited length.
std::string shown_name(std::string_view name);

// A text from outside, as a message shows it: clean, at most 40 bytes, in quotes.
std::string quoted(std::string_view text);

// Why `value` breaks `rule`: found and expected.
Objection objection_to(std::string_view value, Rule rule);

using LinkFields = std::vector<LinkField>;

// Appends a field. Error: the value breaks the rule; `field` is its name in biller_link_request.
std::optional<Error> append_field(std::string_view field, std::string_view value,
                                  std::string_view parameter, Rule rule, LinkFields& fields);

// The defaults of a request: the styles of its option, of the site and of the account, as far as
// there are any, in this order.
class PageStyles {
public:
    PageStyles(const Config& config, const JoinOption* option);

    const PageStyle* const* begin() const { return looks_.data(); }
    const PageStyle* const* end() const { return looks_.data() + count_; }

private:
    std::array<const PageStyle*, 3> looks_{};
    std::size_t count_ = 0;
};

// Appends every field of the join and one-click pages that needs no decision, from the request or
// else from the first style that has it; countries, languages and currencies in capitals. Error:
// the first value that breaks its rule.
std::optional<Error> append_fields(const PayPage& page, const PageStyles& styles,
                                   const LinkRequest& request, LinkFields& fields);

// Appends the user-defined parameters, at most as many as a postback can return. Their names are
// checked too: a name that means something to the pay page, or that a postback returns as something
// else, is refused.
std::optional<Error> append_extras(const Config& config, std::span<const LinkField> extras,
                                   LinkFields& fields);

} // namespace segpay
