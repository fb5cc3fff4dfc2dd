// A story: the true events in the life of a customer, in order. Uses neither postbacks nor a host:
// network.hpp sends it, model.hpp has its final state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::testing {

// A row of the example account's catalogue, in readable form.
struct Product {
    std::string_view option;
    std::string_view eticket;
    std::string_view currency;
    unsigned decimals;
    std::int64_t initial;   // in minor units
    std::int64_t recurring; // 0: a single payment
    bool is_trial;
    bool has_upgrade;
    bool has_one_click;
    unsigned tokens;
};

inline constexpr std::array kCatalogue = {
    Product{"101", "162209:3097", "USD", 2, 295, 2995, true, false, true, 0},
    Product{"102", "162209:1221", "USD", 2, 3995, 0, false, false, true, 0},
    Product{"103", "162209:9689", "USD", 2, 495, 2495, true, true, false, 0},
    Product{"104", "162210:4100", "JPY", 0, 500, 0, false, false, false, 0},
    Product{"301", "133044:12217", "EUR", 2, 1995, 1995, false, false, false, 0},
    Product{"201", "122905:9699", "USD", 2, 2595, 0, false, false, true, 50},
    Product{"202", "122903:9689", "USD", 2, 1250, 0, false, false, true, 0}, // for any amount
};

const Product& product(std::string_view option);

enum class What : std::uint8_t {
    probe,
    enable,
    disable,
    cancel,
    revival, // reported by the member postback "reactivation"
    sale,
    cross_sell,
    one_click,
    upsell,
    token_rebuy,
    conversion,
    rebill,
    upgrade,
    reactivation, // reported by its payment
    standin_settled,
    standin_declined,
    void_sale,
    credit,
    chargeback,
    revoke,
    chargeback_reversal,
    rdr_reversal,
};

bool is_about_member(What what); // no transaction
bool is_money_back(What what);   // void, credit, chargeback, revoke

// The owner in the host's own values: those that it put on the link.
struct Owner {
    std::string_view member;
    std::string_view session;
    std::string_view affiliate;
    std::string_view username;

    friend auto operator<=>(const Owner&, const Owner&) = default;
};

constexpr std::string_view kPassword = "sesame"; // if one is sent

enum class Trouble : std::uint8_t {
    none,
    host_says_retry,
    dies_before_settling, // the host has applied the event, the ledger has no mark
    ledger_unavailable,
};

// The fate of a postback in flight.
struct Mail {
    unsigned copies = 0;             // besides the first
    unsigned delay = 0;              // overtaken by so many happenings
    unsigned copies_delay = 0;       // the same for the copies, after the first
    Trouble trouble = Trouble::none; // with the first
    std::uint32_t spelling = 0;      // 0: the plainest
};

struct Happening {
    What what = What::sale;
    bool is_approved = true;
    unsigned purchase = 0;    // numbers of the story, from 1
    unsigned transaction = 0; // 0: none
    unsigned related = 0;     // 0: none
    const Product* product = nullptr;
    std::int64_t amount = 0; // minor units
    Owner owner;
    bool is_standin = false;
    bool is_test = false;
    unsigned slot = 0;    // of a cross sell
    unsigned octoken = 0; // the purchase whose card is charged
    unsigned tokens = 0;  // of a rebuy
    std::string_view upsell;
    What stage_of = What::sale; // whose stage is sent
    bool is_initial = false;    // by one click: a purchase of its own
    bool is_terse = false;      // has only the required fields; the purchase row has the rest
    std::int64_t at = 0;        // Unix time in seconds; 0: not sent

    // The order that the network must keep, so that the final state is certain.
    std::vector<std::size_t> after; // happenings that arrive first
    bool is_change = false;         // changes access or renewal: these keep their order
    bool has_mark = true;           // an id or a time: a repeat is always recognised
    Mail mail;
};

using Story = std::vector<Happening>;

std::ostream& operator<<(std::ostream& out, const Happening& happening);
std::ostream& operator<<(std::ostream& out, const Story& story);

// "29.95 USD".
std::string money_words(std::int64_t minor, unsigned decimals, std::string_view currency);

} // namespace segpay::testing
