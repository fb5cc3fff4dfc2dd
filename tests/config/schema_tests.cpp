// Tests plugin/config/schema.cpp: what the schema forbids, in words and with places.
#include "config/schema.hpp"
#include "mistakes.hpp"

#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(schema_tests)

BOOST_AUTO_TEST_CASE(each_mistake_is_named_where_it_stands) {
    check_each({
        // keys
        {6, "  mod: off", R"(6:3: unknown key "mod"; did you mean "mode"?)"},
        {8, "  path: l.sqlite\n  sucess_word: x",
         R"(9:3: unknown key "sucess_word"; known here: path, mysql, lease_seconds, )"
         R"(max_attempts, retry_seconds, keep_days, password_key)"},
        {4, "  authenticity: none\n  sucess_word: x",
         R"(5:3: unknown key "sucess_word"; did you mean "success_word"?)"},
        {2, "  merchant_id: 7", R"(2:3: missing key "mode")"},
        {11, "", R"(10:5: missing key "type")"},
        {4, "  path: /p",
         R"(4:3: missing key "authenticity"; configure at least one of addresses, basic and )"
         R"(secret, or write authenticity: none to believe anybody)"},
        // kinds of values
        {2, "  mode:", R"(2:3: "mode" has no value; write one or remove the key)"},
        {2, "  mode: [test]", R"(2:9: "mode" must be a text, found a list)"},
        {8, "  path: { a: b }", R"(8:9: "path" must be a text, found a map of keys)"},
        {6, "  - off", R"(6:3: "seal" must be a map of keys, found a list)"},
        {24, "    cross_sells: XS-1", R"(24:18: "cross_sells" must be a list, found a text)"},
        {24, "    cross_sells: [[XS-1]]",
         R"(24:19: an entry of "cross_sells" must be a text or a whole number, found a list)"},
        {8, "  path: l.sqlite\n  max_attempts: many",
         R"(9:17: "max_attempts" must be a whole number, found "many")"},
        {8, "  path: l.sqlite\n  max_attempts: \"5\"",
         R"(9:17: "max_attempts" must be a whole number, found "5" in quotes; write 5)"},
        {24, "    trial: yes", R"(24:12: "trial" must be true or false, found "yes"; write true)"},
        {24, "    trial: Off", R"(24:12: "trial" must be true or false, found "Off"; write false)"},
        {24, "    trial: perhaps", R"(24:12: "trial" must be true or false, found "perhaps")"},
        {4, "  authenticity: [none]",
         R"(4:17: "authenticity" must be a text or a map of keys, found a list)"},
        // values
        {6, "  mode: requird",
         R"(6:9: "mode" must be one of off, check, require, found "requird"; )"
         R"(did you mean "require"?)"},
        {4, "  authenticity: nobody", R"(4:17: "authenticity" must be none, found "nobody")"},
        {2, "  mode: test\npay_page:\n  language: es",
         R"(4:13: "language" must be one of EN, ES, FR, DE, EL, IT, JA, PT, RU, ZS, SK, SL, ZH, )"
         R"(NL, found "es"; did you mean "ES"?)"},
        {2, "  mode: test\npay_page:\n  currency: EURO",
         R"(4:13: "currency" must be one of AUD, CAD, CHF, CZK, DKK, EUR, GBP, HKD, ILS, INR, )"
         R"(JPY, NOK, RUB, SEK, USD, none, found "EURO"; did you mean "EUR"?)"},
        {22, "      initial: { amount: 2.95, days: 0 }",
         R"(22:38: "days" must be at least 1, found "0")"},
        {12, "    package: 9999999999999999999",
         R"(12:14: "package" must be at most 999999999999999999, found "9999999999999999999")"},
        {37, "  - ref: 123456789012345678901234567890123",
         R"(37:10: "ref" must have at most 32 characters, found 33)"},
        {2, "  mode: test\n  merchant_id: MID7",
         R"(3:16: "merchant_id" must be a number of at most 18 digits, found "MID7")"},
        {37, "  - ref: 0",
         R"(37:10: "ref" must be printable ASCII without spaces, and not 0, found "0")"},
        {4, "  authenticity: none\n  success_word: it worked",
         R"(5:17: "success_word" must be a simple word without spaces, HTML or line breaks, )"
         R"(found "it worked")"},
        {4, "  authenticity: none\n  failure_word: <b>no</b>",
         R"(5:17: "failure_word" must be a simple word without spaces, HTML or line breaks, )"
         R"(found "<b>no</b>")"},
        {6, "  mode: off\n  parameter: Seal",
         R"(7:14: "parameter" must be lower-case letters, digits and _, beginning with a letter, )"
         R"(found "Seal")"},
        {6, "  mode: off\n  keys: []",
         R"(7:9: "keys" must have at least 1 entry, found 0 entries)"},
        {6, "  mode: check\n  keys: [too-short-a-key]",
         R"(7:10: an entry of "keys" must have at least 16 characters, found 15)"},
    });
}

// YAML ends a value at a comma inside { }, and reads the rest as a key.
BOOST_AUTO_TEST_CASE(a_comma_in_a_number) {
    const auto initial = [](const std::string& inside) {
        return "      initial: { " + inside + " }";
    };
    const std::string amount = R"(22:26: "amount" has a comma, which ends a value inside { }, )";
    check_each({
        {22, initial("amount: 2,95, days: 3"), amount + R"(found "2,95"; write 2.95)"},
        {22, initial("amount: 2,9, days: 3"), amount + R"(found "2,9"; write 2.9)"},
        {22, initial("amount: 2,00, days: 3"), amount + R"(found "2,00"; write 2.00)"},
        {22, initial("amount: 1,000, days: 3"), amount + R"(found "1,000"; write 1000)"},
        {22, initial("amount: 1,234.50, days: 3"), amount + R"(found "1,234.50"; write 1234.50)"},
        {22, initial("amount: 2.95, days: 1,000"),
         R"(22:38: "days" has a comma, which ends a value inside { }, found "1,000"; write 1000)"},
        {22, initial("amount: 2.95, days: 3, 95"),
         R"(22:38: "days" has a comma, which ends a value inside { }, found "3,95"; write 395)"},
        // Other unknown keys are reported as such.
        {22, initial("amount: 2.95, days: 3, 95: 1"),
         R"(22:41: unknown key "95"; known here: amount, days)"},
        {22, initial("amount: 2.95, days: 3, x"),
         R"(22:41: unknown key "x"; known here: amount, days)"},
    });
}

BOOST_AUTO_TEST_CASE(numbers_that_others_read_otherwise) {
    for (const auto& [written, meant] :
         std::vector<std::pair<std::string, std::string>>{{"030", "30"},
                                                          {"000", "0"},
                                                          {"0o30", "24"},
                                                          {"0x1F", "31"},
                                                          {"0b11", "3"},
                                                          {"1_000", "1000"},
                                                          {"+3", "3"},
                                                          {"3.00", "3"}}) {
        check_each({{22, "      initial: { amount: 2.95, days: " + written + " }",
                     "22:38: \"days\" must be a whole number, found \"" + written + "\"; write " +
                         meant}});
    }
    check_each({
        {22, "      initial: { amount: 2.95, days: 3.5 }",
         R"(22:38: "days" must be a whole number, found "3.5")"},
        {22, "      initial: { amount: 2.95, days: 1e1 }",
         R"(22:38: "days" must be a whole number, found "1e1")"},
        {2, "  mode: test\n  merchant_id: 020656",
         R"(3:16: "merchant_id" begins with 0, found "020656"; write 20656, or "020656" in quotes )"
         R"(if the 0 belongs to it)"},
    });
    check_each({
        {2, "  mode: test\n  merchant_id: 0",
         R"(3:16: "merchant_id" must not be 0, found "0"; write the MID Segpay gave you)"},
        {2, "  mode: test\n  merchant_id: '000'",
         R"(3:16: "merchant_id" must not be 0, found "000"; write the MID Segpay gave you)"},
    });
    BOOST_TEST(mistakes(with_line(2, "  mode: test\n  merchant_id: '020656'")).empty());
    BOOST_TEST(
        mistakes(with_line(25, "  - id: 0\n    name: x", with_line(35, "    option: 0"))).empty());
    BOOST_TEST(
        mistakes(with_line(25, "  - id: \"0201\"", with_line(35, "    option: '0201'"))).empty());
    BOOST_TEST(mistakes(with_line(22, "      initial: { amount: 0.95, days: 3 }")).empty());
}

BOOST_AUTO_TEST_CASE(a_join_form_offers_at_most_two_cross_sells) {
    const std::string offers =
        "cross_sells:\n  - { ref: A, option: 201 }\n"
        "  - { ref: B, option: 201 }\n  - { ref: XS-1, option: 201 }";
    const std::string text = with_line(33, offers, with_line(34, "", with_line(35, "")));
    BOOST_TEST(mistakes(with_line(24, "    cross_sells: [A, B]", text)).empty());
    const auto found = mistakes(with_line(24, "    cross_sells: [A, B, XS-1]", text));
    BOOST_REQUIRE_EQUAL(found.size(), 1u);
    BOOST_TEST(found[0] ==
               R"(t:24:18: "cross_sells" must have at most 2 entries, found 3 entries)");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_also_a_truth_value_is_a_word) {
    for (const std::string value : {"off", "\"off\"", "'off'"})
        BOOST_TEST(mistakes(with_line(6, "  mode: " + value)).empty());
}

BOOST_AUTO_TEST_CASE(ids_and_amounts_need_no_quotes_and_may_have_them) {
    BOOST_TEST(mistakes(with_line(10, "  - id: \"7\"")).empty());
    BOOST_TEST(mistakes(with_line(31, "      minimum: '5.00'")).empty());
}

BOOST_AUTO_TEST_CASE(a_long_text_does_not_reach_the_pattern) {
    const auto found = mistakes(with_line(10, "  - id: " + std::string(200000, '7')));
    BOOST_REQUIRE_EQUAL(found.size(), 2u); // and the reference to site 7
    BOOST_TEST(found[0] == R"(t:10:9: "id" must have at most 32 characters, found 200000)");
}

// --- the file itself ----------------------------------------------------------------------------

YamlNode read_schema() {
    Problems problems("schema");
    std::optional<YamlNode> schema = read_yaml(std::string(kSchemaText), problems);
    BOOST_REQUIRE(schema && problems.is_empty());
    return *schema;
}

// Every schema below this one that describes a value.
void collect(const YamlNode& schema, std::vector<const YamlNode*>& all) {
    all.push_back(&schema);
    for (const char* keyword : {"properties", "definitions"})
        if (const YamlNode* children = schema.value(keyword))
            for (const MapEntry& child : children->entries)
                collect(child.value, all);
    if (const YamlNode* items = schema.value("items")) collect(*items, all);
    if (const YamlNode* branches = schema.value("oneOf"))
        for (const YamlNode& branch : branches->items)
            collect(branch, all);
}

BOOST_AUTO_TEST_CASE(every_key_has_a_title_and_a_description) {
    const YamlNode schema = read_schema();
    std::vector<const YamlNode*> all;
    collect(schema, all);
    BOOST_TEST(all.size() > 50u);
    for (const YamlNode* each : all)
        if (const YamlNode* properties = each->value("properties"))
            for (const MapEntry& key : properties->entries) {
                const bool is_elsewhere = key.value.entry("$ref");
                BOOST_TEST((is_elsewhere || key.value.entry("title")), key.key);
                BOOST_TEST((is_elsewhere || key.value.entry("description")), key.key);
            }
}

BOOST_AUTO_TEST_CASE(every_map_is_closed_and_every_pattern_is_explained_and_limited) {
    const YamlNode schema = read_schema();
    std::vector<const YamlNode*> all;
    collect(schema, all);
    for (const YamlNode* each : all) {
        if (each->entry("properties")) {
            BOOST_REQUIRE(each->value("additionalProperties"));
            BOOST_TEST(each->value("additionalProperties")->text == "false");
        }
        const YamlNode* names = each->value("propertyNames");
        if (names) BOOST_TEST((names->entry("pattern") && names->entry("patternErrorMessage")));
        if (const YamlNode* pattern = each->value("pattern"))
            BOOST_TEST(each->entry("patternErrorMessage"), pattern->text);
    }
}

BOOST_AUTO_TEST_CASE(a_keyword_that_is_not_enforced_is_refused) {
    Problems problems("t");
    const auto tree = read_yaml("a: 1\n", problems);
    const auto schema = read_yaml(R"({"properties": {"a": {"multipleOf": 2}}})", problems);
    BOOST_CHECK_THROW(check_schema(*tree, *schema, problems), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
