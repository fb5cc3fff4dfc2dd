// Links: the pay page that a customer is sent to. A request and the configuration become a list of
// fields; the list becomes a URL and a form. Pure: no ledger, no network. Texts are borrowed, not
// copied.
#pragma once

#include "config/config.hpp"
#include "links/price_hash.hpp"
#include "values/result.hpp"
#include "values/timestamp.hpp"
#include "wire/seal.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

enum class LinkKind { join = 1, one_click = 2, instant_conversion = 3, reactivation = 4 };

// A parameter of a link, as plain text.
struct LinkField {
    std::string_view name;
    std::string_view value;

    friend bool operator==(const LinkField&, const LinkField&) = default;
};

// Mirrors biller_link_request. Empty: as configured, or left out.
struct LinkRequest {
    LinkKind kind = LinkKind::join;
    std::string_view option;
    std::string_view member_id, session, affiliate;
    std::string_view username, password;
    std::string_view first_name, last_name, email, address, city, state, zip, country, phone;
    std::string_view language, currency, amount;
    std::string_view xref1, xref2, upsell, tokenplus, octoken, ictoken, purchase_id;
    std::string_view approve_url, approve_text, decline_url, decline_text;
    std::string_view page_template, price_points;
    std::string_view price_hash, description, retry_text, reactivation_token;
    std::string_view initial_days, recurring_amount, recurring_days;
    bool only_this_price = false;
    bool radio_buttons = false;
    bool cross_sale_off = false;
    bool test_mode_retry_decline = false;
    std::array<std::string_view, 10> refs;
    std::span<const LinkField> extras; // user-defined parameters
};

// A finished link. If it is reused, it allocates no more memory. Its URL, which may show a
// password, is wiped when it is destroyed.
struct Link {
    Link() = default;
    Link(Link&&) noexcept = default;
    Link& operator=(Link&& other) noexcept; // the old content is wiped with `other`
    ~Link();

    std::string url;               // complete
    std::string form_action;       // the part that remains in the action of a POST form
    std::vector<LinkField> fields; // and its fields; borrowed from request, configuration and link
    std::string warning;           // what was corrected in the request; empty: nothing

    // Texts that fields view and that exist nowhere else. Their addresses stay when the link is
    // moved.
    struct Composed {
        std::string name;
        PriceHash price_hash;
        SealText seal;
        std::vector<SealedExtra> sealed_extras;
    };
    std::unique_ptr<Composed> composed = std::make_unique<Composed>();
};

// Makes the link of a request, replacing the content of `link`. Error: the request cannot be met,
// and `link` is empty; the message begins with the name of the field.
std::optional<Error> build_link(const Config& config, const LinkRequest& request, TimeMs now,
                                Link& link);

// The same for a single link. The request's texts must outlive its fields.
Result<Link> build_link(const Config& config, const LinkRequest& request, TimeMs now);

} // namespace segpay
