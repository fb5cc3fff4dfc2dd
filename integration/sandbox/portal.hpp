// A merchant's settings in Segpay's Merchant Portal: websites, packages, price points, cross sells
// and postbacks. Read once from a file and constant afterwards.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "money.hpp"

namespace sandbox {

/// package:pricepoint, for example 162209:3097.
struct Eticket {
    int package = 0;
    int price_point = 0;
    std::string text() const { return std::to_string(package) + ":" + std::to_string(price_point); }
};

/// Nothing if the text is not two numbers with a colon between them.
std::optional<Eticket> parse_eticket(const std::string& text);

/// The postbacks of a set, in the order of the columns in "Full List of Postback Parameters".
enum class PostbackKind { inquiry, enable, disable, cancel, reactivation, transaction };
constexpr std::array<const char*, 6> kPostbackNames = {"inquiry", "enable",       "disable",
                                                       "cancel",  "reactivation", "transaction"};
const char* name_of(PostbackKind kind);

/// One row of My Websites > Manage Postbacks.
struct PostbackUrl {
    std::string pasted; ///< exactly as typed, with <placeholders>, without http(s)
    std::string expected_response;
    std::string error_response;
    bool retry = false;
    bool by_post = false;
    std::string basic_username; ///< empty: the script is not behind a password
    std::string basic_password;
};

using PostbackSet = std::map<PostbackKind, std::vector<PostbackUrl>>;

enum class PriceType { recurring, one_time, digital, instant_conversion, dynamic };
const char* name_of(PriceType type);

/// What the pay page asks a consumer to choose ("User Info Settings"). With a password only, the
/// e-mail address is the user name.
enum class Collect { nothing, password, username_and_password };

/// Processing API 2.0, "Single Use Promotions": one use for each ticked property.
struct Promotion {
    bool per_card = false;
    bool per_email = false;
    bool per_username = false;
    int again_after_days = 0; ///< 0: never
    bool per_website = false; ///< once on each website, not once on all
};

struct PricePoint {
    int id = 0;
    std::string description;
    PriceType type = PriceType::one_time;
    std::string currency;
    Money initial;
    int initial_days = 0;
    Money recurring;
    int recurring_days = 0;
    bool one_click = false;
    bool standin = false;
    Collect collect = Collect::nothing;
    std::optional<Money> discount; ///< instant conversion: the price of converting early
    bool adjust_trial = false;     ///< instant conversion: bill again from today, not trial's end
    std::optional<Promotion> promotion;
    Money lowest; ///< dynamic: the range of amounts
    Money highest;

    bool renews() const {
        return type == PriceType::recurring || type == PriceType::instant_conversion;
    }
};

struct Package {
    int id = 0;
    int website = 0; ///< <urlid>
    std::string description;
    bool test_mode = true;
    bool multi_currency = false;
    std::string postback_set;
    std::vector<PricePoint> price_points;
    std::map<int, Eticket> cross_sells; ///< by slot, 1 or 2

    const PricePoint* find(int price_point) const;
};

struct Portal {
    std::string merchant_id;
    std::string live_test_card; ///< which Segpay gives on request; empty: none
    /// Processing API 2.0 says of <eticketid> "Signup and Stand-In only"; true sends it always.
    bool eticket_on_every_transaction = false;
    std::map<int, std::string> websites;
    std::map<std::string, PostbackSet> postback_sets;
    std::map<int, Package> packages;

    /// The package and price point of an eTicket that came out of this portal.
    const Package& package_of(const Eticket& eticket) const;
    const PricePoint& price_point_of(const Eticket& eticket) const;
    const PostbackSet& postbacks_of(const Eticket& eticket) const;
};

/// Throws std::runtime_error, "FILE:LINE:COLUMN: what is wrong", for a file that is no portal.
Portal read_portal(const std::string& file);

/// Gives every package the named postback set. Throws std::runtime_error if there is none.
void use_postback_set(Portal& portal, const std::string& name);

} // namespace sandbox
