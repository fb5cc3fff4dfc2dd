// Tests plugin/config/warnings.cpp: settings that work and are hardly intended, each with its
// place.
#include "config/schema.hpp"
#include "config/warnings.hpp"
#include "ledger/fixture.hpp"
#include "mistakes.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace segpay;
using namespace segpay::testing;
using segpay::test::TemporaryFolder;

namespace {

constexpr const char* kSecret = "hunter2-hunter2-hunter2";

// A live account without warnings, numbered like kValid in its first lines.
const std::string kLive = R"(account:
  mode: live
postbacks:
  authenticity:
    addresses: [9.9.9.0/24, 2620:fe::/48]
seal:
  mode: require
  keys: ["${env:SEGPAY_TEST_VALUE}"]
ledger:
  path: l.sqlite
pay_page:
  approve_url: https://www.site.org/
sites:
  - id: 7
    type: membership
    package: 162209
options:
  - id: 101
    site: 7
    price_point: 3098
    price: { type: one_time, currency: USD, initial: { amount: 5 } }
)";

struct Account {
    Account() { ::setenv("SEGPAY_TEST_VALUE", kSecret, 1); }
    ~Account() { ::unsetenv("SEGPAY_TEST_VALUE"); }

    void write(const std::string& name, const std::string& bytes, ::mode_t mode = 0600) const {
        std::ofstream(folder.file(name), std::ios::binary) << bytes;
        BOOST_REQUIRE(::chmod(folder.file(name).c_str(), mode) == 0);
    }

    // "4:16: warning: ...", one per warning; the text must have no mistake.
    std::vector<std::string> warnings(const std::string& text,
                                      LedgerUse use = LedgerUse::configured) const {
        const std::string name = folder.file("t");
        const LoadedConfig loaded = load_config_text(text, name, use);
        for (const Problem& problem : loaded.problems)
            BOOST_ERROR(to_string(problem));
        BOOST_TEST(loaded.config.has_value());
        std::vector<std::string> found;
        for (const Problem& warning : loaded.warnings) {
            BOOST_TEST((warning.severity == Severity::warning));
            BOOST_TEST(to_string(warning).find("hunter2") == std::string::npos);
            found.push_back(to_string(warning).substr(name.size() + 1));
        }
        return found;
    }

    void check(const std::string& text, const std::vector<std::string>& expected) const {
        BOOST_TEST(warnings(text) == expected, boost::test_tools::per_element());
    }

    // The warnings for line 5 when it is `replacement`.
    void check_line_5(const std::string& replacement, const std::vector<std::string>& expected) {
        BOOST_TEST_CONTEXT(replacement) { check(with_line(5, replacement, kLive), expected); }
    }

    TemporaryFolder folder;
};

std::string in_test_mode(const std::string& text) { return with_line(2, "  mode: test", text); }

} // namespace

BOOST_FIXTURE_TEST_SUITE(warnings_tests, Account)

BOOST_AUTO_TEST_CASE(nothing_is_said_of_an_account_that_is_in_order) { check(kLive, {}); }

BOOST_AUTO_TEST_CASE(anybody_may_post_in_live_mode) {
    const std::string text = with_line(4, "  authenticity: none", with_line(5, "", kLive));
    check(text, {"4:17: warning: in live mode with \"authenticity\" none, anyone who knows the "
                 "address can post what looks like a sale"});
    check(in_test_mode(text), {});
}

BOOST_AUTO_TEST_CASE(networks_of_documentation) {
    const std::string what = "\" is an address of documentation that no host has; write ";
    for (const std::string network :
         {"192.0.2.0/24", "198.51.100.7", "203.0.113.128/25", "2001:db8::1", "2001:DB8:5::/48"}) {
        check_line_5(
            "    addresses: [9.9.9.9, \"" + network + "\"]",
            {"5:26: warning: \"" + network + what + "the addresses that Segpay sends from"});
        check_line_5("    addresses: [9.9.9.9]\n    trusted_proxies:\n      - " + network,
                     {"7:9: warning: \"" + network + what + "your own proxies here"});
    }
    // Such postbacks are refused in test mode, too.
    BOOST_TEST(warnings(in_test_mode(with_line(5, "    addresses: [192.0.2.1]", kLive))).size() ==
               1u);
    check_line_5("    addresses: [203.0.112.0/23, 192.0.3.1, 2001:db9::1]", {}); // real neighbours
}

BOOST_AUTO_TEST_CASE(addresses_of_a_sandbox_in_live_mode) {
    for (const auto& [network, meaning] :
         std::vector<std::pair<std::string, std::string>>{{"127.0.0.1", "this machine"},
                                                          {"::1", "this machine"},
                                                          {"10.1.2.0/24", "a private address"},
                                                          {"172.16.0.1", "a private address"},
                                                          {"192.168.1.1", "a private address"},
                                                          {"fd00::1", "a private address"}}) {
        const std::string text = "    addresses: [9.9.9.9, \"" + network + "\"]";
        check_line_5(text, {"5:26: warning: \"" + network + "\" is " + meaning +
                            ", from which a sandbox sends and Segpay does not; in live mode write "
                            "Segpay's addresses here, and a proxy of yours under trusted_proxies"});
        check(in_test_mode(with_line(5, text, kLive)), {});
    }
    check_line_5("    addresses: [9.9.9.9]\n    trusted_proxies: [127.0.0.1, 10.0.0.0/8]", {});
}

BOOST_AUTO_TEST_CASE(web_addresses_that_customers_cannot_reach_in_live_mode) {
    const auto page = [](const std::string& line) { return with_line(12, "  " + line, kLive); };
    for (const std::string address :
         {"http://127.0.0.1:8091/billing", "https://localhost/billing", "https://[::1]/billing",
          "https://192.168.0.7/billing", "https://pay.LOCALHOST", "https://sandbox.test/billing"}) {
        const std::string what = "\" leads to a sandbox or an example, found \"" + address +
                                 "\"; in live mode customers go there";
        for (const std::string key : {"base_url", "approve_url", "decline_url"}) {
            const std::string place = "12:" + std::to_string(key.size() + 5);
            check(page(key + ": " + address), {place + ": warning: \"" + key + what});
            check(in_test_mode(page(key + ": " + address)), {});
        }
    }
    BOOST_TEST(warnings(page("approve_url: https://www.example.com/members/")).size() == 1u);
    check(page("base_url: http://secure2.segpay.com/billing"),
          {"12:13: warning: \"base_url\" should begin with https:// in live mode, found "
           "\"http://secure2.segpay.com/billing\""});
    check(page("approve_url: http://www.site.org"), {});
    check(page("base_url: https://myexample.com/billing"), {}); // no part of example.com
}

// For the account, and for each site and each option.
BOOST_AUTO_TEST_CASE(every_configured_address_is_looked_at) {
    const std::string example = "https://join.example.com/";
    for (const std::string key : {"approve_url", "decline_url"}) {
        const std::string page = "    pay_page: { " + key + ": " + example + " }";
        const std::string at = ":" + std::to_string(key.size() + 19) + ": warning: \"" + key +
                               "\" leads to a sandbox or an example, found \"" + example +
                               "\"; in live mode customers go there";
        const std::string of_site = with_line(16, "    package: 162209\n" + page, kLive);
        check(of_site, {"17" + at});
        check(in_test_mode(of_site), {});
        const std::string of_option = with_line(20, "    price_point: 3098\n" + page, kLive);
        check(of_option, {"21" + at});
        check(in_test_mode(of_option), {});
    }
    const auto servers = [](const std::string& list) {
        return with_line(10, "  mysql: { servers: [" + list + "], database: d, user: u }", kLive);
    };
    const std::string no_host = "\" is an example that no host has; write your own";
    check(servers("db.example.com:3306"),
          {"10:22: warning: server \"db.example.com:3306" + no_host});
    check(servers("10.0.0.7:3306, \"203.0.113.7:3306\""),
          {"10:37: warning: server \"203.0.113.7:3306" + no_host});
    check(servers("10.0.0.7:3306, localhost:3306, db.internal:3306, /run/mysqld.sock"), {});
}

BOOST_AUTO_TEST_CASE(a_live_account_without_a_seal_that_is_required) {
    const std::string off =
        "in live mode without a seal, customers can edit what a link says of member and "
        "affiliate; write a seal with mode check, and later require";
    check(with_line(7, "  mode: check", kLive),
          {"7:9: warning: in live mode with seal mode \"check\", customers can take the seal away; "
           "write require when every link and every postback URL has it"});
    check(with_line(7, "  mode: off", kLive), {"7:9: warning: " + off});
    check(with_line(6, "", with_line(7, "", with_line(8, "", kLive))), {"2:9: warning: " + off});
    check(in_test_mode(with_line(7, "  mode: off", kLive)), {});
}

BOOST_AUTO_TEST_CASE(the_template_s_eticket_in_live_mode) {
    const std::string what =
        "warning: eticket \"162209:3097\" is the example's; write your own package and price point";
    check(with_line(20, "    price_point: 3097", kLive), {"20:18: " + what});
    check(with_line(20, "    eticket: \"162209:3097\"", kLive), {"20:14: " + what});
    check(in_test_mode(with_line(20, "    price_point: 3097", kLive)), {});
}

// --- secrets ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_secret_keys_are_those_of_the_schema) {
    Problems problems("schema");
    const YamlNode schema = *read_yaml(std::string(kSchemaText), problems);
    std::set<std::string> secret;
    const auto collect = [&](const auto& self, const YamlNode& at,
                             const std::string& path) -> void {
        if (at.value("writeOnly")) secret.insert(path);
        if (const YamlNode* reference = at.value("$ref"))
            self(self,
                 *schema.value("definitions")
                      ->value(reference->text.substr(std::string("#/definitions/").size())),
                 path);
        if (const YamlNode* properties = at.value("properties"))
            for (const MapEntry& property : properties->entries)
                self(self, property.value, path.empty() ? property.key : path + "." + property.key);
        if (const YamlNode* items = at.value("items")) self(self, *items, path);
        if (const YamlNode* branches = at.value("oneOf"))
            for (const YamlNode& branch : branches->items)
                self(self, branch, path);
    };
    collect(collect, schema, "");
    const std::set<std::string> known(kSecretKeys.begin(), kSecretKeys.end());
    BOOST_TEST(secret == known, boost::test_tools::per_element());
}

// Where each secret is written, one after the other in line 5 and 10.
BOOST_AUTO_TEST_CASE(secrets_in_plain_text) {
    const auto what = [](const std::string& name) {
        return " warning: \"" + name +
               "\" stands here in plain text; write ${file:PATH} or ${env:NAME} and keep it there";
    };
    const std::string secret = kSecret;
    check_line_5("    basic: { username: a, password: " + secret + " }",
                 {"5:37:" + what("password")});
    check_line_5(
        "    basic: { username: a, password: [\"${env:SEGPAY_TEST_VALUE}\", " + secret + "-2] }",
        {"5:66:" + what("password")});
    check_line_5("    secret: { parameter: hook, value: '" + secret + "' }",
                 {"5:39:" + what("value")});
    check(with_line(8, "  keys: [" + secret + "]", kLive), {"8:10:" + what("keys")});
    check(with_line(10, "  path: l.sqlite\n  password_key: " + secret, kLive),
          {"11:17:" + what("password_key")});
    check(with_line(
              10, "  mysql: { servers: [/run/s], database: d, user: u, password: " + secret + " }",
              kLive),
          {"10:63:" + what("password")});
    BOOST_TEST(warnings(in_test_mode(with_line(8, "  keys: [" + secret + "]", kLive))).size() ==
               1u);
}

BOOST_AUTO_TEST_CASE(blanks_at_the_ends_of_a_secret) {
    const std::string basic = "    basic: { username: a, password: \"${file:s}\" }";
    const std::vector<std::string> blank = {
        "5:37: warning: \"password\" begins or ends with a blank, which counts as part of it; take "
        "it away unless it is meant"};
    const std::string secret = kSecret;
    for (const std::string& content :
         {" " + secret, secret + " ", secret + "\t\n", "\n" + secret, secret + " \r\n\r\n",
          secret + "\n \n", secret + "\xC2\xA0", "\xE2\x80\x8B" + secret}) {
        write("s", content);
        check_line_5(basic, blank);
    }
    // What an editor adds is removed, and not warned of.
    for (const std::string& content :
         {secret, "\xEF\xBB\xBF" + secret, secret + "\r\n", secret + "\n\n\n"}) {
        write("s", content);
        check_line_5(basic, {});
    }
    write("s", secret + "\n# the old one\n");
    check_line_5(basic, {"5:37: warning: \"password\" has several lines, which all count as part "
                         "of it"});
    check_line_5("    basic: { username: a, password: \" " + secret + "\" }",
                 {"5:37: warning: \"password\" stands here in plain text; write ${file:PATH} or "
                  "${env:NAME} and keep it there",
                  blank.front()});
}

BOOST_AUTO_TEST_CASE(short_secrets) {
    const std::string secret = "    secret: { parameter: hook, value: \"${file:s}\" }";
    write("s", "hunter2-hu1\n");
    check_line_5(secret, {"5:39: warning: \"value\" has fewer than 12 characters and can be "
                          "guessed; take a long random text"});
    write("s", "hunter2-hu12\n");
    check_line_5(secret, {});
}

BOOST_AUTO_TEST_CASE(a_key_that_is_too_short_is_a_mistake_and_no_more) {
    write("s", "hunter2");
    const LoadedConfig loaded =
        load_config_text(with_line(8, "  keys: [\"${file:s}\"]", kLive), folder.file("t"));
    BOOST_REQUIRE_EQUAL(loaded.problems.size(), 1u);
    BOOST_TEST(loaded.problems[0].message ==
               "an entry of \"keys\" must have at least 16 characters, found 7");
    BOOST_TEST(loaded.warnings.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_that_stands_in_its_list_twice) {
    const auto repeated = [](const std::string& place, const std::string& name, int entry,
                             int earlier) {
        return place + ": warning: entry " + std::to_string(entry) + " of \"" + name +
               "\" is the same as entry " + std::to_string(earlier) +
               ", which it cannot replace; write another, or take it away";
    };
    const std::string value = "\"${env:SEGPAY_TEST_VALUE}\"", file = "\"${file:s}\"";
    write("s", kSecret + std::string("\n"));
    check(with_line(8, "  keys: [" + value + ", " + file + "]", kLive),
          {repeated("8:38", "keys", 2, 1)});
    check_line_5("    basic: { username: a, password: [" + value + ", " + value + "] }",
                 {repeated("5:66", "password", 2, 1)});
    check_line_5("    secret: { parameter: hook, value: [" + value + ", " + file + "] }",
                 {repeated("5:68", "value", 2, 1)});
    const std::string key = "  path: l.sqlite\n  password_key: [";
    check(with_line(10, key + file + ", " + value + ", " + file + "]", kLive),
          {repeated("11:31", "password_key", 2, 1), repeated("11:59", "password_key", 3, 1)});
    write("s", kSecret + std::string("-2"));
    check(with_line(10, key + file + ", " + value + "]", kLive), {});
}

BOOST_AUTO_TEST_CASE(control_characters_in_a_secret) {
    const std::string text = "    basic: { username: a, password: \"${file:s}\" }";
    for (const char control : {'\0', '\x01', '\x1A', '\x7F'}) {
        write("s", kSecret + std::string(1, control) + "x");
        check_line_5(text, {"5:37: warning: \"password\" holds a control character, which no "
                            "client can send; write it anew"});
        // A key is bytes.
        check(with_line(8, "  keys: [\"${file:s}\"]", kLive), {});
    }
    write("s", kSecret + std::string("\0\x1A\r\n", 4)); // removed
    check_line_5(text, {});
}

// Pasted into the portal such a secret arrives as another one: "+" is a blank in a query.
BOOST_AUTO_TEST_CASE(secrets_that_a_url_writes_otherwise) {
    const std::string secret = "    secret: { parameter: hook, value: [\"${file:s}\"] }";
    for (const std::string part : {"+", "&", "%41", "#", "a b", "<", "ü", "\""}) {
        write("s", kSecret + part + "x");
        check_line_5(secret,
                     {"5:40: warning: \"value\" has characters that a URL must write "
                      "otherwise (+ as %2B, & as %26); write them so in the portal, or take "
                      "letters and digits"});
    }
    write("s", kSecret + std::string("/-._~:=\n"));
    check_line_5(secret, {});
    write("s", kSecret + std::string("+&%\n")); // not part of a URL
    check_line_5("    basic: { username: a, password: \"${file:s}\" }", {});
}

BOOST_AUTO_TEST_CASE(files_of_secrets_that_everybody_can_read_in_live_mode) {
    const std::string text =
        with_line(8, "  keys: [\"${env:SEGPAY_TEST_VALUE}\", \"${file:s}\"]", kLive);
    const std::vector<std::string> expected = {
        "8:38: warning: every user of this machine can read or change the file of \"keys\"; keep "
        "others out (chmod 600)"};
    for (const ::mode_t mode : {0600u, 0640u, 0400u}) {
        write("s", kSecret + std::string("-2"), mode);
        check(text, {});
    }
    for (const ::mode_t mode : {0644u, 0602u}) {
        write("s", kSecret + std::string("-2"), mode);
        check(text, expected);
        check(in_test_mode(text), {});
    }
}

// --- the ledger ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_ledger_that_cannot_be_opened) {
    const auto with_path = [](const std::string& path) {
        return with_line(10, "  path: " + path, kLive);
    };
    const auto cannot = [&](const std::string& path, const std::string& why) {
        return "10:9: warning: ledger \"" + path + "\" cannot be opened: " + why;
    };
    const std::string missing = folder.file("nowhere") + "/l.sqlite";
    check(with_path("nowhere/l.sqlite"), {cannot(missing, "its folder is not there; make it")});
    check(with_path(missing), {cannot(missing, "its folder is not there; make it")});
    check(in_test_mode(with_path(missing)), {cannot(missing, "its folder is not there; make it")});
    check(with_path(folder.path()), {cannot(folder.path(), "that is a folder; add a file name")});
    check(with_path("~/l.sqlite"),
          {cannot(folder.file("~/l.sqlite"), "~ is no home here; write the whole path")});
    // The configured one does not matter to a host with a ledger of its own.
    BOOST_TEST(warnings(with_path(missing), LedgerUse::own).empty());
    BOOST_TEST(warnings(with_path("':memory:'"), LedgerUse::own).empty());

    ::setenv("SEGPAY_TEST_VALUE", (missing + kSecret).c_str(), 1);
    check(with_path("${env:SEGPAY_TEST_VALUE}"),
          {cannot("${env:SEGPAY_TEST_VALUE}", "its folder is not there; make it")});
}

BOOST_AUTO_TEST_CASE(a_ledger_s_file_that_is_no_database) {
    const auto problems = [&](LedgerUse use = LedgerUse::configured) {
        std::vector<std::string> found;
        for (const Problem& problem : load_config_text(kLive, folder.file("t"), use).problems)
            found.push_back(to_string(problem).substr(folder.file("t").size() + 1));
        return found;
    };
    const std::vector<std::string> refused = {
        "10:9: ledger \"" + folder.file("l.sqlite") +
        "\" is a file that is no SQLite database; name a file of its own, which the ledger makes"};
    for (const std::string& content :
         {std::string("account:\n  mode: live\n"), std::string("xy"), std::string(5000, 'x'),
          std::string(5000, '\0'), std::string("SQLite format 2")}) {
        write("l.sqlite", content);
        BOOST_TEST_CONTEXT(content.size()) {
            BOOST_TEST(problems() == refused, boost::test_tools::per_element());
            BOOST_TEST(problems(LedgerUse::own).empty());
        }
    }
    write("l.sqlite", ""); // SQLite makes a database of it
    BOOST_TEST(problems().empty());
    std::filesystem::remove(folder.file("l.sqlite"));
    BOOST_TEST(problems().empty());
    BOOST_TEST(!std::filesystem::exists(folder.file("l.sqlite")));
    BOOST_REQUIRE(::mkfifo(folder.file("l.sqlite").c_str(), 0600) == 0); // must not block
    BOOST_TEST(problems() == refused, boost::test_tools::per_element());
}

// The check takes no lock from a ledger that is open in this process, and makes no file beside it.
BOOST_AUTO_TEST_CASE(a_ledger_that_is_open_is_left_alone) {
    const std::string path = folder.file("a ?#%41.sqlite");
    const std::string text = with_line(10, "  path: '" + path + "'", kLive);
    sqlite3* ours = nullptr;
    BOOST_REQUIRE(sqlite3_open(path.c_str(), &ours) == SQLITE_OK);
    const auto run = [](sqlite3* database, const char* sql) {
        return sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    };
    BOOST_REQUIRE(run(ours, "CREATE TABLE t (a); BEGIN EXCLUSIVE") == SQLITE_OK);
    check(text, {});
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder.path()))
        ++files;
    BOOST_TEST(files == 1u);
    const ::pid_t child = ::fork(); // F_GETLK reports a lock only to another process
    if (child == 0) {
        const int file = ::open(path.c_str(), O_RDWR);
        struct flock lock = {};
        lock.l_type = F_WRLCK; // of the whole file
        ::_exit(::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    BOOST_TEST(status == 0);
    sqlite3_close(ours);
}

BOOST_AUTO_TEST_CASE(a_ledger_that_this_user_may_not_write) {
    if (::geteuid() != 0) return; // only root can change the user
    write("l.sqlite", "");
    struct Nobody {
        Nobody() { BOOST_REQUIRE(::seteuid(65534) == 0); }
        ~Nobody() { BOOST_REQUIRE(::seteuid(0) == 0); }
    };
    const std::string ledger =
        "10:9: warning: ledger \"" + folder.file("l.sqlite") + "\" cannot be opened: ";
    const auto as_nobody = [&] {
        const Nobody nobody;
        return warnings(kLive);
    };
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    BOOST_TEST(
        as_nobody() == std::vector<std::string>{ledger + "this user may not write in its folder"},
        boost::test_tools::per_element());
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
    BOOST_TEST(
        as_nobody() == std::vector<std::string>{ledger + "this user may not read and write it"},
        boost::test_tools::per_element());
    BOOST_REQUIRE(::chmod(folder.file("l.sqlite").c_str(), 0666) == 0);
    BOOST_TEST(as_nobody().empty());
}

BOOST_AUTO_TEST_CASE(a_live_ledger_in_memory) {
    const std::string text = with_line(10, "  path: \":memory:\"", kLive);
    check(text,
          {"10:9: warning: ledger \":memory:\" forgets everything at the end, so that repeats "
           "are delivered again; in live mode write a file"});
    check(in_test_mode(text), {});
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_not_there) {
    check(with_line(10, "  mysql: { servers: [/run/s], database: d, user: u, tls_ca: ca.pem }",
                    kLive),
          {"10:61: warning: \"tls_ca\" cannot be read: \"ca.pem\""});
}

// --- all together -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_operator_s_file_as_it_is_shipped_and_switched_to_live) {
    std::ifstream file(SEGPAY_SOURCE_DIR "/config/segpay.yaml", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto subjects = [&] {
        std::vector<std::string> found;
        for (const std::string& warning : warnings(text))
            found.push_back(warning.substr(warning.find("warning: ") + 9, 24));
        return found;
    };
    const std::vector<std::string> shipped = {"\"203.0.113.0/24\" is an a"};
    BOOST_TEST(subjects() == shipped, boost::test_tools::per_element());
    text.replace(text.find("\n  mode: test"), 13, "\n  mode: live");
    const std::vector<std::string> live = {"in live mode without a s", "\"203.0.113.0/24\" is an a",
                                           "eticket \"162209:3097\" is"};
    BOOST_TEST(subjects() == live, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mistakes_and_warnings_are_kept_apart) {
    const std::string text =
        with_line(7, "  mode: of", with_line(5, "    addresses: [192.0.2.1]", kLive));
    const LoadedConfig loaded = load_config_text(text, "t");
    BOOST_TEST(!loaded.config);
    BOOST_REQUIRE_EQUAL(loaded.problems.size(), 1u);
    BOOST_TEST((loaded.problems[0].severity == Severity::mistake));
    BOOST_TEST(to_string(loaded.problems[0]).starts_with("t:7:9: \"mode\" must"));
    BOOST_REQUIRE_EQUAL(loaded.warnings.size(), 1u);
    BOOST_TEST(to_string(loaded.warnings[0]).starts_with("t:5:17: warning: "));
}

BOOST_AUTO_TEST_SUITE_END()
