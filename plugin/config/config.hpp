// Config: one configured account, validated and immutable. config/segpay.yaml explains every key;
// this header only gives it types.
#pragma once

#include "config/index.hpp"
#include "values/address.hpp"
#include "values/eticket.hpp"
#include "values/hmac.hpp"
#include "values/money.hpp"
#include "values/secret.hpp"
#include "values/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

enum class Mode { test, live };

// The style of the pay page and where it leads, unless a link says otherwise: for an option, a
// site, or the account. Empty: the value of the next of these.
struct PageStyle {
    std::string approve_url;
    std::string approve_text; // for the approve_url beside it, or for the next one
    std::string decline_url;
    std::string decline_text;
    std::string language; // "ES", ...; none: the customer's browser decides
    std::string currency; // DMCURRENCY; none: Segpay decides
    std::string page_template;
};

struct PayPage : PageStyle {
    std::string base_url;   // "https://secure2.segpay.com/billing", no slash at the end
    std::string retry_text; // IC301Text of instant conversions; empty: Segpay's own words
    std::string member_id_parameter = "foreignid";      // on links, and of default postbacks
    std::string price_list_parameter = "pplist";        // or "plist"
    std::string price_view_parameter = "ppvviewoption"; // or "ppviewoption"
};

struct BasicCredentials {
    std::string username;
    Secrets password;
};

struct SecretParameter {
    std::string name; // of a query parameter, lower case
    Secrets value;
};

struct Authenticity {
    bool is_none = false; // the operator wrote `authenticity: none`
    std::vector<Network> addresses;
    std::vector<Network> trusted_proxies;
    std::optional<BasicCredentials> basic;
    std::optional<SecretParameter> secret;
};

// A parameter that the merchant's postback URLs give another name.
struct OwnName {
    std::string name;  // lower case
    std::string means; // the parameter's name in Segpay's list, lower case: "billemail"
};

// The reaction to a price that is not the option's.
enum class PriceCheck { quarantine, warn, off };

struct Postbacks {
    std::string path = "/signup/process_segpay.php";
    std::string success_word = "*success*";
    std::string failure_word = "*failure*";
    std::uint32_t repeats_minutes = 75; // how long a failed member postback is repeated; 0: never
    std::int64_t repeats_ms() const { return std::int64_t{repeats_minutes} * 60 * 1000; }
    Authenticity authenticity;
    std::vector<OwnName> names;
    // Names of NATS's template that the host uses for parameters of its own, lower case.
    std::vector<std::string> user_defined;
    PriceCheck price_of_sales = PriceCheck::quarantine; // what a customer bought by a link
    PriceCheck price_of_renewals = PriceCheck::warn;    // what Segpay charges later
};

constexpr std::size_t kMaxSealedExtras = 20;

struct Seal {
    enum class Mode { off, check, require };
    Mode mode = Mode::off;
    std::string parameter = "natsseal";
    std::vector<HmacKey> keys; // the first signs, all verify
    std::uint32_t max_age_days = 30;
    // Further parameters that the seal covers, lower case: user-defined ones and ref1 to ref10.
    std::vector<std::string> extras;
};

// One MariaDB server: an address, or the path of its unix socket.
struct MysqlServer {
    std::string host;
    std::uint16_t port = 0;
    std::string socket;

    friend bool operator==(const MysqlServer&, const MysqlServer&) = default;
};

std::string to_string(const MysqlServer& server); // as it is written: "10.0.0.7:3306"

// The MariaDB server, or Galera cluster, with the ledger.
struct MysqlConfig {
    std::vector<MysqlServer> servers; // the first that answers is used
    std::string database;
    std::string user;
    Secret password;
    std::string tls_ca; // CA file for the servers' certificates; empty: none
};

struct LedgerConfig {
    std::string path; // of an SQLite file: absolute, or relative to the working directory
    std::optional<MysqlConfig> mysql; // in place of a path
    std::uint32_t lease_seconds = 30;
    std::uint32_t max_attempts = 50;
    std::uint32_t retry_seconds = 10; // first pause after a host's retry; doubles, at most an hour
    std::uint32_t keep_days = 0;      // settled entries are purged after that; 0: never
    Secrets password_key;             // the first encrypts, all decrypt; empty: none is stored
};

struct Site {
    enum class Type { membership, token };
    std::string id;
    std::string name;
    Type type = Type::membership;
    std::uint64_t package = 0; // default package of its options; 0: none
    std::optional<PageStyle> pay_page;
};

struct Period {
    Money amount;
    std::uint32_t days = 0;
};

// The limits of the host's price, both ends included.
struct PeriodRange {
    Money minimum, maximum;
    std::uint32_t minimum_days = 0, maximum_days = 0;
};

// The parts of a price, each as the price's type requires.
struct PriceParts {
    std::optional<Period> initial;              // all but the dynamic ones
    std::optional<Period> recurring;            // what recurs at a fixed price
    std::optional<Money> minimum, maximum;      // dynamic
    std::optional<Money> discount;              // instant_conversion: of an early one
    std::optional<PeriodRange> initial_range;   // dynamic_recurring
    std::optional<PeriodRange> recurring_range; // dynamic_recurring
};

// An earlier price, and for whom it still applies.
struct FormerPrice : PriceParts {
    TimeMs ends_at_ms = 0; // no longer accepted from then on; 0: never
};

struct Price : PriceParts {
    enum class Type {
        recurring,
        one_time,
        digital,
        instant_conversion,
        dynamic,
        delayed_capture, // a free period, then recurring; authorised at the sign-up
        dynamic_recurring
    };
    Type type = Type::one_time;
    Currency currency;
    bool adjusts_trial = false; // instant_conversion: the conversion ends the trial
    std::vector<FormerPrice> also_accepted;
};

struct JoinOption {
    std::string id;
    std::string site; // id
    std::string name;
    ETicket eticket; // the option's own, or the site's package with the option's price point
    Price price;
    bool is_trial = false;
    bool has_one_click = false;
    bool has_token_rebuy = false;
    std::uint32_t tokens = 0;
    std::vector<std::string> cross_sells; // refs, slot 1 and 2
    std::optional<PageStyle> pay_page;
};

// Another merchant with whom offers are exchanged.
struct Partner {
    std::string merchant_id;
    std::string name; // for operators
    ETicket eticket;  // what the partner sells; none: the partner's forms sell an option of ours
};

// An offer of another site's option on a join form, or to a member.
struct Offer {
    std::string ref;
    std::string option;  // id of our option; empty: the partner sells `partner->eticket`
    std::string program; // affiliate program; empty: none
    std::optional<Partner> partner;
    std::vector<std::string> from_sites; // upsells: sites whose members may buy; empty: all

    // Whether the offer is on a partner's forms or made to its members, who buy an option of this
    // account. (NATS calls such a cross sell incoming, and such an upsell outgoing.)
    bool is_made_elsewhere() const { return partner && !option.empty(); }
};

struct Config {
    std::string file; // for messages
    Mode mode = Mode::test;
    std::string merchant_id;                  // empty: not configured
    std::vector<std::uint64_t> test_packages; // of a live account, in Segpay's test mode
    PayPage pay_page;
    Postbacks postbacks;
    Seal seal;
    LedgerConfig ledger;
    std::vector<Site> sites;
    std::vector<JoinOption> options;
    std::vector<Offer> cross_sells;
    std::vector<Offer> upsells;

    // Null when there is none.
    const Site* site(std::string_view id) const;
    const JoinOption* option(std::string_view id) const;
    const JoinOption* option_of(const ETicket& eticket) const;
    const Offer* cross_sell(std::string_view ref) const;
    const Offer* upsell(std::string_view ref) const;

    // Whether a transaction of the package may be with test money.
    bool is_in_test_mode(std::uint64_t package) const;

    // Makes the lookups fast. Lists that are changed afterwards are still searched correctly.
    void index();

private:
    Index<Site, std::string> site_index_{&Site::id};
    Index<JoinOption, std::string> option_index_{&JoinOption::id};
    Index<JoinOption, ETicket> eticket_index_{&JoinOption::eticket};
    Index<Offer, std::string> cross_sell_index_{&Offer::ref};
    Index<Offer, std::string> upsell_index_{&Offer::ref};
};

} // namespace segpay
