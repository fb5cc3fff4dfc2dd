// The table of fields and kinds.
#include "links/kinds.hpp"

#include "links/parameters.hpp"

#include <algorithm>
#include <cstdint>

namespace segpay {

namespace {

// Sets of kinds, a bit for each.
using Kinds = std::uint32_t;
constexpr Kinds set_of(LinkKind kind) { return Kinds{1} << static_cast<std::uint32_t>(kind); }
constexpr Kinds kJoin = set_of(LinkKind::join);
constexpr Kinds kOneClick = set_of(LinkKind::one_click);
constexpr Kinds kConversion = set_of(LinkKind::instant_conversion);
constexpr Kinds kReactivation = set_of(LinkKind::reactivation);
constexpr Kinds kPages = kJoin | kOneClick;
constexpr Kinds kOfPurchase = kOneClick | kConversion | kReactivation;
constexpr Kinds kAll = kPages | kOfPurchase;

struct TextRow {
    std::string_view field; // in messages, as in biller_link_request
    std::string_view LinkRequest::*member;
    Kinds kinds;
};

// Processing API 2.0: "You can append any of the parameters discussed in previous sections" to a
// one-click link; a link of an instant conversion has ICToken and IC301Text. Every kind accepts the
// fields that say whom and what the link is about: they find the purchase, or the host may give
// them anyway.
constexpr std::array kTexts = {
    TextRow{"option", &LinkRequest::option, kAll},
    TextRow{"member_id", &LinkRequest::member_id, kAll},
    TextRow{"purchase_id", &LinkRequest::purchase_id, kOfPurchase},
    TextRow{"session", &LinkRequest::session, kPages},
    TextRow{"affiliate", &LinkRequest::affiliate, kPages},
    TextRow{"username", &LinkRequest::username, kPages},
    TextRow{"password", &LinkRequest::password, kPages},
    TextRow{"first_name", &LinkRequest::first_name, kPages},
    TextRow{"last_name", &LinkRequest::last_name, kPages},
    TextRow{"email", &LinkRequest::email, kPages},
    TextRow{"address", &LinkRequest::address, kPages},
    TextRow{"city", &LinkRequest::city, kPages},
    TextRow{"state", &LinkRequest::state, kPages},
    TextRow{"zip", &LinkRequest::zip, kPages},
    TextRow{"country", &LinkRequest::country, kPages},
    TextRow{"phone", &LinkRequest::phone, kPages},
    TextRow{"language", &LinkRequest::language, kPages},
    TextRow{"currency", &LinkRequest::currency, kPages},
    TextRow{"amount", &LinkRequest::amount, kPages},
    TextRow{"xref1", &LinkRequest::xref1, kPages},
    TextRow{"xref2", &LinkRequest::xref2, kPages},
    TextRow{"upsell", &LinkRequest::upsell, kPages},
    TextRow{"tokenplus", &LinkRequest::tokenplus, kPages},
    TextRow{"octoken", &LinkRequest::octoken, kPages},
    TextRow{"ictoken", &LinkRequest::ictoken, kConversion},
    TextRow{"approve_url", &LinkRequest::approve_url, kPages},
    TextRow{"approve_text", &LinkRequest::approve_text, kPages},
    TextRow{"decline_url", &LinkRequest::decline_url, kPages},
    TextRow{"decline_text", &LinkRequest::decline_text, kPages},
    TextRow{"template", &LinkRequest::page_template, kPages},
    TextRow{"price_points", &LinkRequest::price_points, kPages},
    TextRow{"price_hash", &LinkRequest::price_hash, kPages},
    TextRow{"description", &LinkRequest::description, kPages},
    TextRow{"initial_days", &LinkRequest::initial_days, kPages},
    TextRow{"recurring_amount", &LinkRequest::recurring_amount, kPages},
    TextRow{"recurring_days", &LinkRequest::recurring_days, kPages},
    TextRow{"retry_text", &LinkRequest::retry_text, kConversion},
    TextRow{"reactivation_token", &LinkRequest::reactivation_token, kReactivation},
};

struct FlagRow {
    std::string_view field;
    bool LinkRequest::*member;
};
constexpr FlagRow kFlags[] = {
    {"only_this_price", &LinkRequest::only_this_price},
    {"radio_buttons", &LinkRequest::radio_buttons},
    {"cross_sale_off", &LinkRequest::cross_sale_off},
    {"test_mode_retry_decline", &LinkRequest::test_mode_retry_decline},
};

// The rows that a kind does not accept: for a join link, which accepts most, only a few.
template <Kinds kind>
constexpr auto kNotOf = [] {
    constexpr auto kCount = static_cast<std::size_t>(std::count_if(
        kTexts.begin(), kTexts.end(), [](const TextRow& row) { return !(row.kinds & kind); }));
    std::array<TextRow, kCount> rows{};
    std::copy_if(kTexts.begin(), kTexts.end(), rows.begin(),
                 [](const TextRow& row) { return !(row.kinds & kind); });
    return rows;
}();

std::string_view words_for(Kinds kinds) {
    if (kinds == kPages) return "join and one-click links";
    if (kinds == kConversion) return "instant conversions";
    if (kinds == kReactivation) return "reactivations";
    return "one-click links, instant conversions and reactivations";
}

Error not_of_this_kind(std::string_view field, Kinds kinds) {
    return {std::string(field) + ": is of " + std::string(words_for(kinds)) + " only"};
}

template <Kinds kind>
std::optional<Error> check_texts(const LinkRequest& request) {
    for (const TextRow& row : kNotOf<kind>)
        if (!(request.*row.member).empty()) return not_of_this_kind(row.field, row.kinds);
    return {};
}

// The fields beside texts that only the pay page accepts.
std::optional<Error> check_rest(const LinkRequest& request) {
    for (const FlagRow& row : kFlags)
        if (request.*row.member) return not_of_this_kind(row.field, kPages);
    for (std::size_t i = 0; i < request.refs.size(); ++i)
        if (!request.refs[i].empty())
            return not_of_this_kind("ref" + std::to_string(i + 1), kPages);
    if (!request.extras.empty())
        return not_of_this_kind("x." + shown_name(request.extras.front().name), kPages);
    return {};
}

} // namespace

std::optional<Error> check_kind(const LinkRequest& request) {
    switch (request.kind) {
        case LinkKind::join:
            return check_texts<kJoin>(request);
        case LinkKind::one_click:
            return check_texts<kOneClick>(request);
        case LinkKind::instant_conversion:
            if (auto error = check_texts<kConversion>(request)) return error;
            break;
        case LinkKind::reactivation:
            if (auto error = check_texts<kReactivation>(request)) return error;
            break;
    }
    return check_rest(request);
}

} // namespace segpay
