// The account: pay page, postbacks, seal and ledger.
#include "config/build.hpp"

#include "config/reading.hpp"
#include "values/digits.hpp"
#include "values/web_address.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

namespace segpay {

namespace {

// --- web addresses ------------------------------------------------------------------------------

std::string read_web_address(const YamlNode& map, std::string_view key, Problems& problems,
                             std::string_view fallback = {}) {
    const YamlNode* node = text_node(map, key);
    if (!node) return std::string(fallback);
    if (Objection objection = objection_to_web_address(node->text))
        problems.add(node->place, shown(key) + " must be a web address, found " + shown(*node) +
                                      ", which " + objection.text());
    return node->text;
}

// --- networks -----------------------------------------------------------------------------------

// Empty: the network is valid.
std::string mistake_in(const Result<Network>& network) {
    if (!network) return network.error();
    if (network->prefix == 0)
        return "not include every address; for that, write authenticity: none";
    return {};
}

std::vector<Network> read_networks(const YamlNode& map, std::string_view key, Problems& problems) {
    std::vector<Network> networks;
    for (const YamlNode& item : list_items(map, key)) {
        if (!item.is(YamlNode::Kind::text)) continue;
        const Result<Network> network = parse_network(item.text);
        const std::string mistake = mistake_in(network);
        if (mistake.empty())
            networks.push_back(*network);
        else
            problems.add(item.place, "an entry of " + shown(key) + " must " + mistake + ", found " +
                                         shown(item));
    }
    return networks;
}

// --- the parts ----------------------------------------------------------------------------------

// The text without the page at its end, which links add themselves; empty: it has none.
std::string without_page(std::string_view address) {
    std::string_view folder = address.substr(0, address.find_first_of("?#"));
    while (folder.ends_with('/'))
        folder.remove_suffix(1);
    const std::size_t slash = folder.rfind('/');
    if (slash == std::string_view::npos) return {};
    for (const std::string_view page : {"poset.cgi", "OneClick.aspx", "InstantConv.aspx"})
        if (equal_ignoring_case(folder.substr(slash + 1), page))
            return std::string(folder.substr(0, slash));
    return {};
}

std::string read_base_url(const YamlNode& map, Problems& problems) {
    std::string base =
        read_web_address(map, "base_url", problems, "https://secure2.segpay.com/billing");
    const YamlNode* node = text_node(map, "base_url");
    if (const std::string right = without_page(base); is_web_address(base) && !right.empty())
        problems.add(node->place,
                     "\"base_url\" must end before the page's name, which links add; write " +
                         (node->reference.empty() ? right : "what stands before it"));
    else if (base.find_first_of("?#") != std::string::npos)
        problems.add(node->place, "\"base_url\" must end before any ? or #; links add their own");
    while (base.ends_with('/'))
        base.pop_back();
    return base;
}

PayPage read_pay_page(const YamlNode& map, Problems& problems) {
    PayPage page;
    static_cast<PageStyle&>(page) = read_page_style(map, nullptr, problems);
    page.base_url = read_base_url(map, problems);
    page.retry_text = read_text(map, "retry_text");
    page.member_id_parameter = read_text(map, "member_id_parameter", page.member_id_parameter);
    page.price_list_parameter = read_text(map, "price_list_parameter", page.price_list_parameter);
    page.price_view_parameter = read_text(map, "price_view_parameter", page.price_view_parameter);
    return page;
}

Authenticity read_authenticity(const YamlNode& postbacks, Problems& problems) {
    Authenticity result;
    if (text_node(postbacks, "authenticity")) result.is_none = true; // "none", by the schema
    const YamlNode* map = map_node(postbacks, "authenticity");
    if (!map) return result;

    result.addresses = read_networks(*map, "addresses", problems);
    result.trusted_proxies = read_networks(*map, "trusted_proxies", problems);
    if (const YamlNode* basic = map_node(*map, "basic"))
        result.basic = {read_text(*basic, "username"), read_secrets(*basic, "password")};
    if (const YamlNode* secret = map_node(*map, "secret"))
        result.secret = {read_text(*secret, "parameter"), read_secrets(*secret, "value")};

    if (is_missing(*map, "addresses") && is_missing(*map, "basic") && is_missing(*map, "secret"))
        problems.add(map->place,
                     "nothing here authenticates a postback; configure at least one "
                     "of addresses, basic and secret, or write authenticity: none");
    return result;
}

PriceCheck read_price_check(const YamlNode& map, std::string_view key, PriceCheck fallback) {
    const std::string word = read_text(map, key);
    if (word == "quarantine") return PriceCheck::quarantine;
    if (word == "warn") return PriceCheck::warn;
    return word == "off" ? PriceCheck::off : fallback;
}

Postbacks read_postbacks(const YamlNode& map, Problems& problems) {
    Postbacks postbacks;
    postbacks.path = read_text(map, "path", postbacks.path);
    postbacks.success_word = read_text(map, "success_word", postbacks.success_word);
    postbacks.failure_word = read_text(map, "failure_word", postbacks.failure_word);
    postbacks.repeats_minutes =
        read_small_number(map, "repeats_minutes", postbacks.repeats_minutes);
    // Segpay's comparison need not be case-sensitive (Processing API 2.0, "Postback specs").
    if (equal_ignoring_case(postbacks.success_word, postbacks.failure_word)) {
        const YamlNode* word = text_node(map, "failure_word");
        if (!word) word = text_node(map, "success_word");
        problems.add(word->place, "\"success_word\" and \"failure_word\" must differ, found " +
                                      shown(*word) + " for both");
    }
    postbacks.authenticity = read_authenticity(map, problems);
    if (const YamlNode* prices = map_node(map, "prices")) {
        postbacks.price_of_sales = read_price_check(*prices, "sales", postbacks.price_of_sales);
        postbacks.price_of_renewals =
            read_price_check(*prices, "renewals", postbacks.price_of_renewals);
    }
    return postbacks;
}

Seal read_seal(const YamlNode& map, Problems& problems) {
    Seal seal;
    const std::string mode = read_text(map, "mode");
    if (mode == "check") seal.mode = Seal::Mode::check;
    if (mode == "require") seal.mode = Seal::Mode::require;
    seal.parameter = read_text(map, "parameter", seal.parameter);
    for (const YamlNode& key : list_items(map, "keys"))
        if (key.is(YamlNode::Kind::text)) seal.keys.emplace_back(key.text);
    seal.max_age_days = read_small_number(map, "max_age_days", seal.max_age_days);
    if (seal.mode != Seal::Mode::off && is_missing(map, "keys"))
        problems.add(text_node(map, "mode")->place,
                     "seal mode \"" + mode + "\" needs \"keys\"; add at least one, or write off");
    return seal;
}

std::string beside(const std::string& folder, const std::string& path) {
    return (std::filesystem::path(folder) / path).lexically_normal().string();
}

// Empty: not configured.
std::string read_path(const YamlNode& map, std::string_view key, Problems& problems) {
    const YamlNode* node = text_node(map, key);
    if (!node) return {};
    if (!is_clean(node->text))
        problems.add(node->place, shown(key) +
                                      " must be a path without line breaks and other "
                                      "control characters, found " +
                                      shown(*node));
    return node->text;
}

// "10.0.0.7:3306", "[2001:db8::7]:3306", "/run/mysqld/mysqld.sock"
Result<MysqlServer> parse_server(const std::string& text) {
    if (text.starts_with('/')) return MysqlServer{{}, 0, text};
    const Error wrong{
        "be host:port or the path of a unix socket, e.g. 10.0.0.7:3306 or "
        "/run/mysqld/mysqld.sock"};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return wrong;
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string::npos)
        return wrong;
    MysqlServer server{std::move(host), 0, {}};
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, server.port);
    if (failure != std::errc() || stop != end || server.port == 0) return wrong;
    if (server.host.empty() || server.host.find_first_of(" /[]@") != std::string::npos)
        return wrong;
    return server;
}

MysqlConfig read_mysql(const YamlNode& map, const std::string& folder, Problems& problems) {
    MysqlConfig mysql;
    for (const YamlNode& item : list_items(map, "servers")) {
        if (!item.is(YamlNode::Kind::text)) continue;
        const Result<MysqlServer> server = parse_server(item.text);
        if (!server)
            problems.add(item.place, "an entry of \"servers\" must " + server.error() + ", found " +
                                         shown(item));
        else if (std::ranges::find(mysql.servers, *server) != mysql.servers.end())
            problems.add(item.place, "server " + shown(item) + " is there twice");
        else
            mysql.servers.push_back(*server);
    }
    mysql.database = read_text(map, "database");
    mysql.user = read_text(map, "user");
    mysql.password = Secret(read_text(map, "password"));
    mysql.tls_ca = read_path(map, "tls_ca", problems);
    if (!mysql.tls_ca.empty()) mysql.tls_ca = beside(folder, mysql.tls_ca);
    return mysql;
}

// The place of the ledger: a file or a database.
void read_place(const YamlNode& map, const std::string& folder, Problems& problems,
                LedgerConfig& ledger) {
    ledger.path = read_path(map, "path", problems);
    if (!ledger.path.empty() && ledger.path != ":memory:")
        ledger.path = beside(folder, ledger.path);
    const bool has_path = !is_missing(map, "path"), has_mysql = !is_missing(map, "mysql");
    if (map.is(YamlNode::Kind::map) && !has_path && !has_mysql)
        problems.add(map.place, "the ledger needs \"path\", a file, or \"mysql\", a database");
    const MapEntry* mysql = map.entry("mysql");
    if (mysql && map.entry("path"))
        problems.add(mysql->place, "the ledger has both \"path\" and \"mysql\"; write one of them");
    if (const YamlNode* database = map_node(map, "mysql"))
        ledger.mysql = read_mysql(*database, folder, problems);
}

LedgerConfig read_ledger(const YamlNode& map, const std::string& folder, Problems& problems) {
    LedgerConfig ledger;
    read_place(map, folder, problems, ledger);
    ledger.lease_seconds = read_small_number(map, "lease_seconds", ledger.lease_seconds);
    ledger.max_attempts = read_small_number(map, "max_attempts", ledger.max_attempts);
    ledger.retry_seconds = read_small_number(map, "retry_seconds", ledger.retry_seconds);
    ledger.keep_days = read_small_number(map, "keep_days", ledger.keep_days);
    ledger.password_key = read_secrets(map, "password_key");
    return ledger;
}

const YamlNode& section(const YamlNode& root, std::string_view key) {
    static const YamlNode kAbsent;
    const YamlNode* map = map_node(root, key);
    return map ? *map : kAbsent;
}

} // namespace

PageStyle read_page_style(const YamlNode& map, const PageStyle* next, Problems& problems) {
    PageStyle style;
    style.approve_url = read_web_address(map, "approve_url", problems);
    style.approve_text = read_text(map, "approve_text");
    style.decline_url = read_web_address(map, "decline_url", problems);
    style.decline_text = read_text(map, "decline_text");
    style.language = read_text(map, "language");
    style.currency = read_text(map, "currency");
    style.page_template = read_text(map, "template");

    static const std::vector<std::string> kTexts = {"approve_text", "decline_text"};
    const auto check_link = [&](const std::string& text, const std::string& url,
                                std::string PageStyle::*address) {
        const YamlNode* words = text_node(map, text);
        const bool has_address =
            !is_missing(map, url, kTexts) || (next && !(next->*address).empty());
        if (words && !has_address)
            problems.add(words->place,
                         shown(text) + " is of a link that is nowhere; add " + shown(url));
    };
    check_link("approve_text", "approve_url", &PageStyle::approve_url);
    check_link("decline_text", "decline_url", &PageStyle::decline_url);
    return style;
}

std::string read_merchant_id(const YamlNode& map, Problems& problems) {
    const YamlNode* merchant = text_node(map, "merchant_id");
    if (!merchant) return {};
    if (merchant->text.empty() || !without_leading_zeros(merchant->text).empty())
        return merchant->text;
    problems.add(merchant->place, "\"merchant_id\" must not be 0, found " + shown(*merchant) +
                                      "; write the MID Segpay gave you");
    return {};
}

Config build_config(const YamlNode& root, const std::string& folder, Problems& problems) {
    Config config;
    const YamlNode& account = section(root, "account");
    config.mode = read_text(account, "mode") == "live" ? Mode::live : Mode::test;
    config.merchant_id = read_merchant_id(account, problems);
    for (const YamlNode& package : list_items(account, "test_packages"))
        config.test_packages.push_back(number_of(package));
    config.pay_page = read_pay_page(section(root, "pay_page"), problems);
    config.postbacks = read_postbacks(section(root, "postbacks"), problems);
    config.seal = read_seal(section(root, "seal"), problems);
    config.ledger = read_ledger(section(root, "ledger"), folder, problems);
    read_names(root, config, problems);
    read_catalogue(root, config, problems);
    config.index();
    return config;
}

} // namespace segpay
