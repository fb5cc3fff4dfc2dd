// Tests plugin/config/build.cpp: account, pay page, postbacks, seal and ledger.
#include "config/build.hpp"
#include "mistakes.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(build_tests)

Config load(const std::string& text) {
    LoadedConfig loaded = load_config_text(text, "t");
    for (const Problem& problem : loaded.problems)
        BOOST_TEST_MESSAGE(to_string(problem));
    BOOST_REQUIRE(loaded.config);
    return *loaded.config;
}

BOOST_AUTO_TEST_CASE(what_is_not_written_has_its_default) {
    const Config config = load(kValid);
    BOOST_TEST((config.mode == Mode::test));
    BOOST_TEST(config.file == "t");
    BOOST_TEST(config.pay_page.base_url == "https://secure2.segpay.com/billing");
    BOOST_TEST(config.pay_page.retry_text == "");
    BOOST_TEST(config.pay_page.member_id_parameter == "foreignid");
    BOOST_TEST(config.pay_page.price_list_parameter == "pplist");
    BOOST_TEST(config.pay_page.price_view_parameter == "ppvviewoption");
    BOOST_TEST(config.postbacks.path == "/signup/process_segpay.php");
    BOOST_TEST(config.postbacks.success_word == "*success*");
    BOOST_TEST(config.postbacks.repeats_minutes == 75u);
    BOOST_TEST(config.postbacks.failure_word == "*failure*");
    BOOST_TEST(config.postbacks.authenticity.is_none);
    BOOST_TEST(config.postbacks.names.empty());
    BOOST_TEST((config.postbacks.price_of_sales == PriceCheck::quarantine));
    BOOST_TEST((config.postbacks.price_of_renewals == PriceCheck::warn));
    BOOST_TEST((config.seal.mode == Seal::Mode::off));
    BOOST_TEST(config.seal.extras.empty());
    BOOST_TEST(config.seal.parameter == "natsseal");
    BOOST_TEST(config.seal.max_age_days == 30u);
    BOOST_TEST(config.ledger.path == "l.sqlite");
    BOOST_TEST(config.ledger.lease_seconds == 30u);
    BOOST_TEST(config.ledger.max_attempts == 50u);
    BOOST_TEST(config.ledger.retry_seconds == 10u);
    BOOST_TEST(config.ledger.keep_days == 0u);
    BOOST_TEST(config.ledger.password_key.is_empty());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_taken) {
    std::string text =
        with_line(8,
                  "  path: ':memory:'\n  lease_seconds: 7\n  max_attempts: 8\n"
                  "  retry_seconds: 9\n  keep_days: 400\n  password_key: 0123456789abcdef");
    text = with_line(6,
                     "  mode: require\n  parameter: mark\n  max_age_days: 3\n"
                     "  keys: [first-key-of-sixteen, second-key-of-sixteen]",
                     text);
    text = with_line(4,
                     "  path: /p\n  success_word: GOOD\n  failure_word: BAD\n"
                     "  repeats_minutes: 90\n"
                     "  prices: { sales: warn, renewals: off }\n"
                     "  authenticity:\n"
                     "    addresses: [203.0.113.0/24, 2001:db8::1]\n"
                     "    trusted_proxies: [10.0.0.1]\n"
                     "    basic: { username: segpay, password: 'a: b' }\n"
                     "    secret: { parameter: hook, value: 12345 }",
                     text);
    text = with_line(2,
                     "  mode: live\n  merchant_id: 20656\n"
                     "pay_page:\n  base_url: http://localhost:8091/billing/\n  language: EN\n"
                     "  currency: none\n  approve_url: HTTPS://a.example/?x=1\n"
                     "  approve_text: Go on\n  decline_url: https://b.example\n"
                     "  decline_text: Back\n  template: t1\n  retry_text: Wait\n"
                     "  price_list_parameter: plist\n"
                     "  price_view_parameter: ppviewoption",
                     text);
    const Config config = load(text);
    BOOST_TEST((config.mode == Mode::live));
    BOOST_TEST(config.merchant_id == "20656");
    BOOST_TEST(config.pay_page.base_url == "http://localhost:8091/billing");
    BOOST_TEST(config.pay_page.language == "EN");
    BOOST_TEST(config.pay_page.currency == "none");
    BOOST_TEST(config.pay_page.approve_url == "HTTPS://a.example/?x=1");
    BOOST_TEST(config.pay_page.approve_text == "Go on");
    BOOST_TEST(config.pay_page.decline_url == "https://b.example");
    BOOST_TEST(config.pay_page.decline_text == "Back");
    BOOST_TEST(config.pay_page.page_template == "t1");
    BOOST_TEST(config.pay_page.retry_text == "Wait");
    BOOST_TEST(config.pay_page.price_list_parameter == "plist");
    BOOST_TEST(config.pay_page.price_view_parameter == "ppviewoption");
    BOOST_TEST(config.postbacks.path == "/p");
    BOOST_TEST(config.postbacks.success_word == "GOOD");
    BOOST_TEST(config.postbacks.repeats_minutes == 90u);
    BOOST_TEST(config.postbacks.failure_word == "BAD");
    BOOST_TEST((config.postbacks.price_of_sales == PriceCheck::warn));
    BOOST_TEST((config.postbacks.price_of_renewals == PriceCheck::off));
    const Authenticity& authenticity = config.postbacks.authenticity;
    BOOST_TEST(!authenticity.is_none);
    BOOST_TEST(to_string(authenticity.addresses.at(1)) == "2001:db8::1");
    BOOST_TEST(to_string(authenticity.trusted_proxies.at(0)) == "10.0.0.1");
    BOOST_TEST(authenticity.basic.value().username == "segpay");
    BOOST_TEST(authenticity.basic.value().password.first().reveal() == "a: b");
    BOOST_TEST(authenticity.secret.value().name == "hook");
    BOOST_TEST(authenticity.secret.value().value.first().reveal() == "12345");
    BOOST_TEST((config.seal.mode == Seal::Mode::require));
    BOOST_TEST(config.seal.parameter == "mark");
    BOOST_TEST((config.seal.keys.at(1).mac("") == HmacKey("second-key-of-sixteen").mac("")));
    BOOST_TEST(config.seal.max_age_days == 3u);
    BOOST_TEST(config.ledger.path == ":memory:");
    BOOST_TEST(config.ledger.lease_seconds == 7u);
    BOOST_TEST(config.ledger.max_attempts == 8u);
    BOOST_TEST(config.ledger.retry_seconds == 9u);
    BOOST_TEST(config.ledger.keep_days == 400u);
    BOOST_TEST(config.ledger.password_key.first().reveal() == "0123456789abcdef");
}

BOOST_AUTO_TEST_CASE(a_price_check_that_is_not_written_keeps_its_default) {
    const auto checks = [](const std::string& prices) {
        return load(with_line(4, "  authenticity: none\n  prices: " + prices)).postbacks;
    };
    BOOST_TEST((checks("{ sales: off }").price_of_sales == PriceCheck::off));
    BOOST_TEST((checks("{ sales: off }").price_of_renewals == PriceCheck::warn));
    BOOST_TEST((checks("{ renewals: quarantine }").price_of_sales == PriceCheck::quarantine));
    BOOST_TEST((checks("{ renewals: quarantine }").price_of_renewals == PriceCheck::quarantine));
}

// While one replaces another.
BOOST_AUTO_TEST_CASE(secrets_may_be_lists) {
    const auto texts = [](const Secrets& secrets) {
        std::vector<std::string> all;
        for (const Secret& secret : secrets.all())
            all.emplace_back(secret.reveal());
        return all;
    };
    const std::vector<std::string> both = {"the-new-one-of-sixteen", "the-old-one-of-sixteen"};
    const std::string list = "[the-new-one-of-sixteen, the-old-one-of-sixteen]";
    const std::string lists = "  authenticity:\n    basic: { username: a, password: " + list +
                              " }\n    secret: { parameter: hook, value: " + list + " }";
    const Config config =
        load(with_line(4, lists, with_line(8, "  path: l.sqlite\n  password_key: " + list)));
    const Authenticity& authenticity = config.postbacks.authenticity;
    BOOST_TEST(texts(authenticity.basic.value().password) == both,
               boost::test_tools::per_element());
    BOOST_TEST(texts(authenticity.secret.value().value) == both, boost::test_tools::per_element());
    BOOST_TEST(texts(config.ledger.password_key) == both, boost::test_tools::per_element());
    check_each({
        {8, "  path: l.sqlite\n  password_key: []",
         "9:17: \"password_key\" must have at least 1 entry, found 0 entries"},
        {8, "  path: l.sqlite\n  password_key: [the-new-one-of-sixteen, too-short]",
         "9:42: an entry of \"password_key\" must have at least 16 characters, found 9"},
        {8, "  path: l.sqlite\n  password_key: { a: b }",
         "9:17: \"password_key\" must be a text or a list, found a map of keys"},
        {4, "  authenticity:\n    secret: { parameter: hook, value: [] }",
         "5:39: \"value\" must have at least 1 entry, found 0 entries"},
        {4, "  authenticity:\n    basic: { username: a, password: [\"\"] }",
         "5:38: an entry of \"password\" must have at least 1 characters, found 0"},
    });
}

BOOST_AUTO_TEST_CASE(a_path_has_no_control_characters) {
    const std::string what =
        " must be a path without line breaks and other control characters, found ";
    check_each({
        {8, "  path: \"l\\n.sqlite\"", "8:9: \"path\"" + what + "\"l .sqlite\""},
        {8, "  path: |\n    l.sqlite", "8:9: \"path\"" + what + "\"l.sqlite \""},
        {8, "  mysql: { servers: [/run/s], database: d, user: u, tls_ca: \"a\\tb\" }",
         "8:61: \"tls_ca\"" + what + "\"a b\""},
        {8, "  path: \"l.sqlite\\0x\"",
         "8:9: holds a NUL (\\0), which no value can have; remove it"},
    });
}

BOOST_AUTO_TEST_CASE(a_relative_ledger_lies_beside_the_configuration) {
    const auto path = [](const std::string& written, const std::string& name) {
        const LoadedConfig loaded = load_config_text(with_line(8, "  path: " + written), name);
        return loaded.config.value().ledger.path;
    };
    BOOST_TEST(path("l.sqlite", "/etc/segpay/a.yaml") == "/etc/segpay/l.sqlite");
    BOOST_TEST(path("../l.sqlite", "conf/a.yaml") == "l.sqlite");
    BOOST_TEST(path("/var/l.sqlite", "/etc/segpay/a.yaml") == "/var/l.sqlite");
}

// In place of line 8.
std::string database(const std::string& more = "user: segpay") {
    return "  mysql:\n    servers: ['10.0.0.7:3306']\n    database: segpay\n    " + more;
}

BOOST_AUTO_TEST_CASE(a_ledger_can_be_a_database) {
    const std::string written =
        "  mysql:\n    servers: [10.0.0.7:3306, '[2001:db8::7]:3307', db.example:3306, "
        "/run/m.sock]\n"
        "    database: segpay\n    user: ann\n    password: 'a: b'\n    tls_ca: ca.pem";
    const LoadedConfig loaded = load_config_text(with_line(8, written), "/etc/segpay/a.yaml");
    BOOST_REQUIRE(loaded.config && loaded.config->ledger.mysql);
    BOOST_TEST(loaded.config->ledger.path == "");
    const MysqlConfig& mysql = *loaded.config->ledger.mysql;
    const std::vector<MysqlServer> servers = {{"10.0.0.7", 3306, ""},
                                              {"2001:db8::7", 3307, ""},
                                              {"db.example", 3306, ""},
                                              {"", 0, "/run/m.sock"}};
    BOOST_TEST((mysql.servers == servers));
    BOOST_TEST(to_string(servers[0]) == "10.0.0.7:3306");
    BOOST_TEST(to_string(servers[1]) == "[2001:db8::7]:3307");
    BOOST_TEST(to_string(servers[3]) == "/run/m.sock");
    BOOST_TEST(mysql.database == "segpay");
    BOOST_TEST(mysql.user == "ann");
    BOOST_TEST(mysql.password.reveal() == "a: b");
    BOOST_TEST(mysql.tls_ca == "/etc/segpay/ca.pem");
    BOOST_TEST(!load(kValid).ledger.mysql.has_value());
    BOOST_TEST(load(with_line(8, database())).ledger.mysql->password.is_empty());
}

BOOST_AUTO_TEST_CASE(each_mistake_about_a_database_is_named_where_it_stands) {
    const auto servers = [](const std::string& entries) {
        return "  mysql:\n    servers: [" + entries + "]\n    database: segpay\n    user: segpay";
    };
    const std::string server =
        "9:15: an entry of \"servers\" must be host:port or the path of a unix socket, e.g. "
        "10.0.0.7:3306 or /run/mysqld/mysqld.sock, found ";
    check_each({
        {8, "  lease_seconds: 30",
         "8:3: the ledger needs \"path\", a file, or \"mysql\", a database"},
        {8, "  path: l.sqlite\n" + database(),
         "9:3: the ledger has both \"path\" and \"mysql\"; write one of them"},
        {8, "  pat: l.sqlite", "8:3: unknown key \"pat\"; did you mean \"path\"?"},
        {8, "  mysql: segpay", "8:10: \"mysql\" must be a map of keys, found a text"},
        {8, "  mysql:\n    servers: [a:1]\n    database: segpay", "9:5: missing key \"user\""},
        {8, servers(""), "9:14: \"servers\" must have at least 1 entry, found 0 entries"},
        {8, servers("a:1, b:1, 'a:1'"), "9:25: server \"a:1\" is there twice"},
        {8, servers("10.0.0.7"), server + "\"10.0.0.7\""},
        {8, servers("'10.0.0.7:'"), server + "\"10.0.0.7:\""},
        {8, servers("'10.0.0.7:0'"), server + "\"10.0.0.7:0\""},
        {8, servers("'10.0.0.7:65536'"), server + "\"10.0.0.7:65536\""},
        {8, servers("'10.0.0.7:3306x'"), server + "\"10.0.0.7:3306x\""},
        {8, servers("':3306'"), server + "\":3306\""},
        {8, servers("'ann@db:3306'"), server + "\"ann@db:3306\""},
        {8, servers("'2001:db8::7:3306'"), server + "\"2001:db8::7:3306\""},
        {8, servers("run/m.sock"), server + "\"run/m.sock\""},
        {8, database("user: segpay\n    pasword: x"),
         "12:5: unknown key \"pasword\"; did you mean \"password\"?"},
        {8, database("user: segpay\n    password: [x]"),
         "12:15: \"password\" must be a text, found a list"},
        {8, "  mysql:\n    servers: [a:1]\n    database: a`b\n    user: u",
         "10:15: \"database\" must be letters, digits, _, $ and -, found \"a`b\""},
    });
}

BOOST_AUTO_TEST_CASE(each_mistake_is_named_where_it_stands) {
    const std::string page = "  mode: test\npay_page:\n  ";
    const std::string web_address = " must be a web address, found \"";
    const std::string no_scheme = "\", which does not begin with https:// or http://";
    const std::string network = "5:17: an entry of \"addresses\" must ";
    const auto addresses = [](const std::string& entry) {
        return "  authenticity:\n    addresses: [" + entry + "]";
    };
    check_each({
        {2, page + "base_url: secure2.segpay.com/billing",
         "4:13: \"base_url\"" + web_address + "secure2.segpay.com/billing" + no_scheme},
        {2, page + "base_url: ftp://secure2.segpay.com",
         "4:13: \"base_url\"" + web_address + "ftp://secure2.segpay.com" + no_scheme},
        {2, page + "base_url: https://a.example/billing?x=1",
         "4:13: \"base_url\" must end before any ? or #; links add their own"},
        {2, page + "base_url: https://secure2.segpay.com/billing/poset.cgi",
         "4:13: \"base_url\" must end before the page's name, which links add; write "
         "https://secure2.segpay.com/billing"},
        {2, page + "base_url: https://a.example/b/Poset.CGI/?x-eticketid=1:2",
         "4:13: \"base_url\" must end before the page's name, which links add; write "
         "https://a.example/b"},
        {2, page + "base_url: secure2.segpay.com/billing/poset.cgi",
         "4:13: \"base_url\"" + web_address + "secure2.segpay.com/billing/poset.cgi" + no_scheme},
        {2, page + "base_url: https://a.example/OneClick.aspx",
         "4:13: \"base_url\" must end before the page's name, which links add; write "
         "https://a.example"},
        {2, page + "base_url: https://a.example/billing/InstantConv.aspx?ICToken=1",
         "4:13: \"base_url\" must end before the page's name, which links add; write "
         "https://a.example/billing"},
        {2, page + "approve_url: 'https://'",
         "4:16: \"approve_url\"" + web_address +
             "https://\", which has no host, or one that is none; write e.g. "
             "https://www.example.com/"},
        {2, page + "decline_url: https://a b",
         "4:16: \"decline_url\"" + web_address +
             "https://a b\", which holds a blank, a quote, < or >; a blank is written %20"},
        {4, addresses("segpay.com"),
         network + "be an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 203.0.113.0/24, "
                   "found \"segpay.com\""},
        {4, addresses("127.1"),
         network + "be an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 203.0.113.0/24, "
                   "found \"127.1\""},
        {4, addresses("203.0.113.0/33"),
         network + "have a prefix from 1 to 32 after the slash, found \"203.0.113.0/33\""},
        {4, addresses("203.0.113.0/24x"),
         network + "have a prefix from 1 to 32 after the slash, found \"203.0.113.0/24x\""},
        {4, addresses("'2001:db8::/129'"),
         network + "have a prefix from 1 to 128 after the slash, found \"2001:db8::/129\""},
        {4, addresses("203.0.113.7/24"),
         network + "have no bits past its prefix; write 203.0.113.0/24, found \"203.0.113.7/24\""},
        {4, addresses("0.0.0.0/0"),
         network +
             "not include every address; for that, write authenticity: none, found \"0.0.0.0/0\""},
        {4, addresses("203.0.113.7/0"),
         network + "not include every address; for that, write authenticity: none, found "
                   "\"203.0.113.7/0\""},
        {4, addresses("'fe80::1%eth0'"),
         network + "be an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 203.0.113.0/24, "
                   "found \"fe80::1%eth0\""},
        {4, "  authenticity:\n    trusted_proxies: [10.0.0.1]",
         "5:5: nothing here authenticates a postback; configure at least one of addresses, basic "
         "and secret, or write authenticity: none"},
        {4, "  authenticity:\n    adresses: [10.0.0.1]",
         "5:5: unknown key \"adresses\"; did you mean \"addresses\"?"},
        {2, page + "approve_text: Go on",
         "4:17: \"approve_text\" is of a link that is nowhere; add \"approve_url\""},
        {2, page + "decline_text: Back",
         "4:17: \"decline_text\" is of a link that is nowhere; add \"decline_url\""},
        {2, page + "decline_ulr: https://a.example\n  decline_text: Back",
         "4:3: unknown key \"decline_ulr\"; did you mean \"decline_url\"?"},
        {2, page + "decline_url: https://a.example/" + std::string(2000, 'x'),
         "4:16: \"decline_url\" must have at most 2000 characters, found 2018"},
        {2, page + "retry_text: " + std::string(256, 'x'),
         "4:15: \"retry_text\" must have at most 255 characters, found 256"},
        {2, page + "retry_text: ''",
         "4:15: \"retry_text\" must have at least 1 characters, found 0"},
        {4, "  authenticity: none\n  prices: { sales: quarantaine }",
         "5:20: \"sales\" must be one of quarantine, warn, off, found \"quarantaine\"; did you "
         "mean "
         "\"quarantine\"?"},
        {4, "  authenticity: none\n  prices: { rebills: warn }",
         "5:13: unknown key \"rebills\"; known here: sales, renewals"},
        {4, "  authenticity: none\n  prices: off",
         "5:11: \"prices\" must be a map of keys, found a text"},
        {4, "  authenticity: none\n  success_word: OK\n  failure_word: ok",
         "6:17: \"success_word\" and \"failure_word\" must differ, found \"ok\" for both"},
        {4, "  authenticity: none\n  success_word: '*failure*'",
         "5:17: \"success_word\" and \"failure_word\" must differ, found \"*failure*\" for both"},
        {6, "  mode: check",
         "6:9: seal mode \"check\" needs \"keys\"; add at least one, or write off"},
        {6, "  mode: require\n  key: [0123456789abcdef]",
         "7:3: unknown key \"key\"; did you mean \"keys\"?"},
    });
}

BOOST_AUTO_TEST_SUITE_END()
