// The parameters of Segpay's pay pages: which field of a request goes under which name, and what it
// may hold. One table, with the document behind each row.
#pragma once

#include "links/link.hpp"

#include <string>

namespace segpay {

constexpr std::size_t kMaxUserDefinedCharacters = 32; // Processing API 2.0, user-defined parameters
constexpr std::size_t kMaxTextCharacters = 255;
constexpr std::size_t kMaxUrlCharacters = 2000;

// What a value may be.
enum class Rule {
    text,         // at most 255 characters
    user_defined, // at most 32 characters
    url,          // http:// or https://, at most 2,000 characters
    country,      // two letters
    language,     // one of the pay page's
    currency,     // one of Dynamic Multi-Currency, or "none"
    id,           // letters, digits and '-'
    price_points, // numbers, separated by commas
};

// Empty, or what is wrong with `value` under `rule`: found and expected.
std::string objection_to(std::string_view value, Rule rule);

struct TableRow {
    std::string_view field; // in messages, as in biller_link_request
    std::string_view LinkRequest::*member;
    std::string_view parameter; // Segpay's name
    Rule rule;
    bool is_upper_case = false; // sent in capitals
};

// Appends every set field of the join and one-click pages that needs no decision. Error: the first
// value that breaks its rule.
Result<bool> append_fields(const LinkRequest& request, Parameters& parameters);

// Appends a user-defined parameter; the name is checked too.
Result<bool> append_extra(const Parameter& extra, Parameters& parameters);

} // namespace segpay
