// Tests plugin/config/load.cpp: files, limits, many mistakes at once, and the shipped
// configuration.
#include "config/load.hpp"
#include "config/schema.hpp"
#include "mistakes.hpp"

#include <Poco/TemporaryFile.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(load_tests)

const std::string kOperatorsFile = SEGPAY_SOURCE_DIR "/config/segpay.yaml";

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

BOOST_AUTO_TEST_CASE(the_shipped_files_are_clean) {
    for (const std::string path : {"/config/segpay.yaml", "/config/examples/sandbox.yaml"}) {
        const LoadedConfig loaded = load_config_file(SEGPAY_SOURCE_DIR + path);
        for (const Problem& problem : loaded.problems)
            BOOST_ERROR(to_string(problem));
        BOOST_TEST(loaded.config.has_value());
    }
}

BOOST_AUTO_TEST_CASE(ten_mistakes_are_ten_messages_in_the_order_of_lines) {
    const std::string text = R"(account:
  mode: tset
postbacks:
  authenticity: none
  sucess_word: OK
seal:
  mode: require
ledger:
  path: l.sqlite
  path: m.sqlite
  max_attempts: few
sites:
  - id: 7
    type: membership
options:
  - id: 101
    site: 7
    eticket: "162209"
    price:
      type: recurring
      currency: USD
      initial: { amount: 2.955, days: 3 }
      recurring: { amount: 29.95, days: 30 }
    cross_sells: [XS-1]
  - id: 101
    site: &x 7
    eticket: "162209:3097"
    price: { type: one_time, currency: USD, initial: { amount: 1, days: 1 } }
)";
    const std::vector<std::string> expected = {
        R"(t:2:9: "mode" must be one of test, live, found "tset"; did you mean "test"?)",
        R"(t:5:3: unknown key "sucess_word"; did you mean "success_word"?)",
        R"(t:7:9: seal mode "require" needs "keys"; add at least one, or write off)",
        R"(t:10:3: duplicate key "path"; the first is in line 9)",
        R"(t:11:17: "max_attempts" must be a whole number, found "few")",
        R"(t:18:14: eticket "162209" has no price point; write package:pricepoint, )"
        R"(e.g. "162209:3097")",
        R"(t:22:26: amount "2.955" has more decimals than USD, which has 2)",
        R"(t:24:19: there is no cross sell "XS-1")",
        R"(t:25:9: duplicate option "101"; the first is in line 16)",
        R"(t:26:11: an anchor (&) is not allowed; write each value out, and one that begins with )"
        R"(& in quotes)",
    };
    BOOST_TEST(mistakes(text) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_configuration_with_a_problem_is_none) {
    BOOST_TEST(load_config_text(kValid, "t").config.has_value());
    BOOST_TEST(!load_config_text(with_line(6, "  mode: on"), "t").config.has_value());
}

BOOST_AUTO_TEST_CASE(size_at_the_limit_and_past_it) {
    const std::string filled =
        kValid + "#" + std::string(kMaxConfigBytes - kValid.size() - 2, 'x') + "\n";
    BOOST_REQUIRE_EQUAL(filled.size(), kMaxConfigBytes);
    BOOST_TEST(mistakes(filled).empty());
    const std::vector<std::string> expected = {
        "t: longer than 256 KiB, which no configuration needs"};
    BOOST_TEST(mistakes(filled + "\n") == expected, boost::test_tools::per_element());

    const Poco::TemporaryFile file;
    for (const bool is_longer : {false, true}) {
        std::ofstream(file.path(), std::ios::binary) << filled << (is_longer ? "\n" : "");
        BOOST_TEST(load_config_file(file.path()).config.has_value() == !is_longer);
    }
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read) {
    const auto message = [](const std::string& path) {
        return to_string(load_config_file(path).problems.at(0));
    };
    BOOST_TEST(message("/nowhere/segpay.yaml") ==
               "/nowhere/segpay.yaml: cannot be read: No such file or directory");
    BOOST_TEST(message("/tmp") == "/tmp: is a folder");
}

BOOST_AUTO_TEST_CASE(mistakes_and_warnings_are_written_as_compilers_write_theirs) {
    BOOST_TEST(to_string(Problem{"t", 3, 4, "x", Severity::mistake}) == "t:3:4: x");
    BOOST_TEST(to_string(Problem{"t", 3, 4, "x", Severity::warning}) == "t:3:4: warning: x");
    BOOST_TEST(to_string(Problem{"t", 0, 0, "x", Severity::mistake}) == "t: x");
    Problems problems("t");
    problems.warn({9, 1}, "b");
    problems.warn({2, 1}, "a\nb");
    BOOST_TEST(problems.is_empty()); // of mistakes
    BOOST_TEST(problems.by_line().empty());
    BOOST_TEST(to_string(problems.warnings_by_line().at(0)) == "t:2:1: warning: a b");
}

BOOST_AUTO_TEST_CASE(not_a_configuration_at_all) {
    const auto only = [](const std::string& text) {
        const auto found = mistakes(text);
        return found.size() == 1 ? found[0] : std::to_string(found.size()) + " problems";
    };
    BOOST_TEST(only("") == "t: the file holds no configuration");
    BOOST_TEST(only("~\n") == "t:1:1: the file holds no configuration");
    BOOST_TEST(only("hello\n") == "t:1:1: the configuration must be a map of keys, found a text");
    BOOST_TEST(only("- a\n") == "t:1:1: the configuration must be a map of keys, found a list");
    BOOST_TEST(mistakes("a: 1\n").size() == 6u); // the unknown key, and five that are missing
}

BOOST_AUTO_TEST_CASE(line_ends_and_byte_order_mark_do_not_matter) {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : kValid)
        text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    BOOST_TEST(mistakes(text).empty());
    text.replace(text.find("mode: test"), 10, "mode: rest");
    BOOST_TEST(mistakes(text).at(0).starts_with("t:2:9: "));
}

// --- the operator's file ------------------------------------------------------------------------

// Every commented line that is YAML ("# language: ES", "#   - 10.0.0.0/8") without its "# ".
std::string uncommented(const std::string& text) {
    static const std::regex kCommentedKey(R"(( *)# ( *)((- )?[a-z_]+:( .*)?|- \S+))");
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        std::smatch parts;
        const bool is_key = std::regex_match(line, parts, kCommentedKey);
        result += (is_key ? parts.str(1) + parts.str(2) + parts.str(3) : line) + "\n";
    }
    return result;
}

void collect_keys(const YamlNode& node, std::set<std::string>& keys) {
    for (const YamlNode& item : node.items)
        collect_keys(item, keys);
    for (const MapEntry& entry : node.entries) {
        keys.insert(entry.key);
        if (entry.key != "names") collect_keys(entry.value, keys); // those are the operator's own
    }
}

void collect_known(const YamlNode& schema, std::set<std::string>& keys) {
    for (const MapEntry& entry : schema.entries) {
        if (entry.key == "properties")
            for (const MapEntry& property : entry.value.entries)
                keys.insert(property.key);
        collect_known(entry.value, keys);
    }
    for (const YamlNode& item : schema.items)
        collect_known(item, keys);
}

BOOST_AUTO_TEST_CASE(the_operator_s_file_has_every_key_and_no_unknown_one) {
    Problems problems("segpay.yaml");
    const auto tree = read_yaml(uncommented(contents(kOperatorsFile)), problems);
    const auto schema = read_yaml(std::string(kSchemaText), problems);
    BOOST_REQUIRE(tree && schema);
    check_schema(*tree, problems);
    for (const Problem& problem : problems.by_line())
        BOOST_ERROR(to_string(problem));

    std::set<std::string> written;
    std::set<std::string> known;
    collect_keys(*tree, written);
    collect_known(*schema, known);
    BOOST_TEST(known.size() > 50u);
    BOOST_TEST(written == known, boost::test_tools::per_element());
}

// NATS integration guide, Step 6: "Outgoing Upsells: Lets you sell upgrades to your members.
// Incoming Upsells: Let other sites sell upgrades to your members."
BOOST_AUTO_TEST_CASE(the_operator_s_file_tells_outgoing_from_incoming_upsells_as_nats_does) {
    std::string words = contents(kOperatorsFile);
    words = std::regex_replace(words, std::regex("\\n# "), " ");
    BOOST_TEST(words.find("Outgoing Upsells for what you sell to your members") !=
               std::string::npos);
    BOOST_TEST(words.find("Incoming Upsells for what other sites sell to your members") !=
               std::string::npos);
}

// A commented-out key has its default: uncommented, it changes nothing.
BOOST_AUTO_TEST_CASE(the_defaults_in_the_operator_s_file_are_the_defaults) {
    const std::string text = contents(kOperatorsFile);
    const Config config = load_config_text(text, "t").config.value();
    const auto holds = [&](const std::string& line) {
        BOOST_TEST(text.find("# " + line + "\n") != std::string::npos, line);
    };
    holds("base_url: " + config.pay_page.base_url);
    holds("member_id_parameter: " + config.pay_page.member_id_parameter);
    holds("price_list_parameter: " + config.pay_page.price_list_parameter);
    holds("price_view_parameter: " + config.pay_page.price_view_parameter);
    holds("path: " + config.postbacks.path);
    holds("success_word: \"" + config.postbacks.success_word + "\"");
    holds("failure_word: \"" + config.postbacks.failure_word + "\"");
    holds("  sales: quarantine");
    BOOST_TEST((config.postbacks.price_of_sales == PriceCheck::quarantine));
    holds("  renewals: warn");
    BOOST_TEST((config.postbacks.price_of_renewals == PriceCheck::warn));
    holds("parameter: " + config.seal.parameter);
    holds("max_age_days: " + std::to_string(config.seal.max_age_days));
    holds("lease_seconds: " + std::to_string(config.ledger.lease_seconds));
    holds("max_attempts: " + std::to_string(config.ledger.max_attempts));
    holds("retry_seconds: " + std::to_string(config.ledger.retry_seconds));
}

BOOST_AUTO_TEST_SUITE_END()
