// The names of one account: the common ones, the merchant's own, and the seal's.
#include "postbacks/names.hpp"

#include "config/schema.hpp"
#include "fixtures.hpp"

#include <cctype>
#include <limits>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

std::string upper(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

Config with_own(std::vector<OwnName> names) {
    return example_config_but([&](Config& config) { config.postbacks.names = std::move(names); });
}

} // namespace

BOOST_AUTO_TEST_SUITE(names_tests)

BOOST_AUTO_TEST_CASE(every_known_name_is_found_whatever_its_case) {
    const NameTable names(example_config());
    for (const ParameterName& known : parameter_names())
        for (const std::string& name :
             {std::string(known.name), upper(std::string(known.name)),
              upper(std::string(known.name.substr(0, 1))) + std::string(known.name.substr(1))})
            BOOST_TEST_CONTEXT(name) {
                const KnownName* found = names.find(name);
                BOOST_REQUIRE(found);
                BOOST_TEST(found->name == known.name);
                BOOST_TEST((found->fact == known.fact));
                BOOST_TEST(found->canonical == known.canonical);
                BOOST_TEST(names.by_number(names.number_of(found)) == found);
            }
}

// A lookup compares numbers made of the name: names that differ in one letter must differ in them.
BOOST_AUTO_TEST_CASE(a_name_that_differs_in_one_letter_is_another_name) {
    const NameTable names(example_config());
    for (const ParameterName& known : parameter_names()) {
        const std::string name(known.name);
        for (std::size_t at = 0; at < name.size(); ++at)
            for (const char letter : {'q', '7', '-', '@'}) {
                std::string other = name;
                other[at] = letter;
                const KnownName* found = names.find(other);
                BOOST_TEST((!found || found->name == other), "" << other << " is not " << name);
            }
        for (const std::string& other :
             {name + "q", "q" + name, name.substr(0, name.size() - 1), name.substr(1)})
            if (const KnownName* found = names.find(other)) BOOST_TEST(found->name == other);
    }
    for (const char* name : {"", "q", "a name of nobody that is longer than any that is known"})
        BOOST_TEST(!names.find(name));
}

BOOST_AUTO_TEST_CASE(a_number_stands_for_one_name_of_one_table) {
    const NameTable names(example_config());
    BOOST_TEST(names.number_of(nullptr) == 0u);
    BOOST_TEST(!names.by_number(0));
    BOOST_TEST((names.plain_fact(0) == Fact::extra));
    BOOST_TEST((names.plain_fact(names.number_of(names.find("stage"))) == Fact::stage));
    for (const char* no_plain_fact : {"password", "ref1"})
        BOOST_TEST((names.plain_fact(names.number_of(names.find(no_plain_fact))) == Fact::extra));
    BOOST_TEST(NameTable(example_config()).id() != names.id());
}

BOOST_AUTO_TEST_CASE(a_merchants_own_names_mean_what_he_says) {
    const NameTable names(with_own({{"kunde", "foreignid"}, {"Ort", "city"}, {"note", "desc"}}));
    BOOST_REQUIRE(names.find("KUNDE"));
    BOOST_TEST((names.find("KUNDE")->fact == Fact::member_id));
    BOOST_TEST((names.find("ort")->fact == Fact::extra));
    BOOST_TEST(names.find("ort")->canonical == "billcity");
    BOOST_TEST(names.find("note")->canonical == "desc");
    BOOST_TEST((names.find("foreignid")->fact == Fact::member_id)); // as well
    BOOST_TEST(!example_names().find("kunde"));
}

BOOST_AUTO_TEST_CASE(the_member_is_known_by_the_name_that_links_have) {
    const NameTable names(
        example_config_but([](Config& config) { config.pay_page.member_id_parameter = "custID"; }));
    for (const char* name : {"custid", "CustID", "foreignid", "memberid"}) {
        BOOST_REQUIRE(names.find(name));
        BOOST_TEST((names.find(name)->fact == Fact::member_id));
        BOOST_TEST(names.find(name)->canonical == "foreignid");
    }
    BOOST_TEST(!example_names().find("custid"));
}

BOOST_AUTO_TEST_CASE(what_is_user_defined_means_nothing_else) {
    const NameTable names(
        example_config_but([](Config& config) { config.postbacks.user_defined = {"memberid"}; }));
    BOOST_REQUIRE(names.find("memberID"));
    BOOST_TEST((names.find("memberID")->fact == Fact::extra));
    BOOST_TEST(names.find("memberID")->canonical == "memberid");
    BOOST_TEST((names.find("foreignid")->fact == Fact::member_id));
    BOOST_TEST((names.find("session")->fact == Fact::session));
}

BOOST_AUTO_TEST_CASE(a_secret_stays_one_under_an_own_name) {
    const NameTable names(with_own({{"kennwort", "password"}, {"post", "billemail"}}));
    BOOST_TEST((names.find("kennwort")->secrecy == Secrecy::password));
    BOOST_TEST((names.find("post")->secrecy == Secrecy::personal));
    BOOST_TEST((names.find("stage")->secrecy == Secrecy::open));
}

BOOST_AUTO_TEST_CASE(the_longest_and_the_most_names_are_found) {
    std::vector<OwnName> own;
    for (std::size_t i = 0; i < kMaxOwnNames; ++i)
        own.push_back({"own-" + std::to_string(i) + std::string(56, 'x'), "ref1"});
    const NameTable names(with_own(own));
    for (const OwnName& each : own) {
        BOOST_REQUIRE(names.find(each.name));
        BOOST_TEST(names.find(each.name)->name == each.name);
        BOOST_TEST(!names.find(each.name.substr(0, each.name.size() - 1)));
        std::string other = each.name;
        other[30] = 'y'; // where the numbers of the name have no bytes
        BOOST_TEST(!names.find(other));
    }
}

// Every valid configuration fits, even if the common names become more.
BOOST_AUTO_TEST_CASE(a_table_holds_all_names_that_the_schema_allows) {
    Problems problems("schema");
    const std::optional<YamlNode> schema = read_yaml(std::string(kSchemaText), problems);
    BOOST_REQUIRE(schema.has_value());
    const YamlNode* node = &*schema;
    for (const char* key : {"properties", "postbacks", "properties", "names", "maxProperties"}) {
        node = node->value(key);
        BOOST_REQUIRE_MESSAGE(node, key);
    }
    BOOST_TEST(node->text == std::to_string(kMaxOwnNames));
    constexpr std::size_t kSeals = 1, kMemberIds = 1;
    BOOST_TEST(parameter_names().size() + kMaxOwnNames + kSeals + kMemberIds <= kMaxKnownNames);
}

BOOST_AUTO_TEST_CASE(more_names_than_a_table_holds_are_refused) {
    std::vector<OwnName> own;
    for (std::size_t i = 0; i < kMaxKnownNames; ++i)
        own.push_back({"own" + std::to_string(i), "ref1"});
    BOOST_CHECK_THROW(NameTable(with_own(own)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_seal_has_its_configured_name) {
    const NameTable names(
        example_config_but([](Config& config) { config.seal.parameter = "mark"; }));
    BOOST_REQUIRE(names.find("Mark"));
    BOOST_TEST((names.find("Mark")->fact == Fact::seal));
    BOOST_TEST(!names.find("natsseal"));
    // If seals are off, older links still have one.
    const NameTable without(
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::off; }));
    BOOST_REQUIRE(without.find("natsseal"));
    BOOST_TEST((without.find("natsseal")->fact == Fact::seal));
}

BOOST_AUTO_TEST_SUITE_END()
