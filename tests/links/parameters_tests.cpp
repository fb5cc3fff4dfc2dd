// The rules of a link's values, each at its edge.
#include "links/parameters.hpp"

#include "fixtures.hpp"
#include "values/word.hpp"

using namespace segpay;
using segpay::testing::contains;
using segpay::testing::example_config;
using segpay::testing::example_config_but;

namespace {

std::string repeated(std::string_view character, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += character;
    return text;
}

bool is_fine(std::string_view value, Rule rule) { return !objection_to(value, rule); }

std::string extra_error(LinkField extra, LinkFields fields = {},
                        const Config& config = example_config()) {
    const auto error = append_extras(config, {&extra, 1}, fields);
    return error ? error->message : std::string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(parameters_tests)

BOOST_AUTO_TEST_CASE(texts_are_counted_in_characters) {
    constexpr std::string_view kE = "\xC3\xA9";
    BOOST_TEST(is_fine(repeated("a", 255), Rule::text));
    BOOST_TEST(!is_fine(repeated("a", 256), Rule::text));
    BOOST_TEST(is_fine(repeated(kE, 255), Rule::text));
    BOOST_TEST(is_fine(repeated("a", 32), Rule::user_defined));
    BOOST_TEST(is_fine(repeated(kE, 32), Rule::user_defined));
    BOOST_TEST(objection_to(repeated("a", 33), Rule::user_defined).text() ==
               "has 33 characters, at most 32 are allowed");
    BOOST_TEST(is_fine("https://" + repeated("a", 1992), Rule::url));
    BOOST_TEST(!is_fine("https://" + repeated("a", 1993), Rule::url));
    BOOST_TEST(is_fine("0123", Rule::user_defined)); // the digit rule is about names
}

BOOST_AUTO_TEST_CASE(no_rule_lets_control_characters_or_broken_utf8_through) {
    using namespace std::string_view_literals;
    for (Rule rule : {Rule::text, Rule::user_defined, Rule::url, Rule::country, Rule::language,
                      Rule::currency, Rule::id, Rule::price_points})
        for (std::string_view bad : {"http://a\nb"sv, "\r"sv, "\0"sv, "\x7F"sv, "\xEB"sv, "\xC3"sv,
                                     "\xC2\x85"sv, "\xED\xA0\x80"sv})
            BOOST_TEST(!is_fine(bad, rule));
}

BOOST_AUTO_TEST_CASE(urls_are_http) {
    for (std::string_view url :
         {"http://a", "https://join.example.com/x?y=z#é", "HTTPS://join.example.com", "Http://a"})
        BOOST_TEST(is_fine(url, Rule::url));
    for (std::string_view url : {"join.example.com", "javascript:alert(1)", "//a", "ftp://a",
                                 "HTTPS//a", " https://a", "HTTPSS://a", "https:/a", "https"})
        BOOST_TEST_CONTEXT(url) BOOST_TEST(!is_fine(url, Rule::url));
}

BOOST_AUTO_TEST_CASE(countries_languages_currencies) {
    BOOST_TEST((is_fine("US", Rule::country) && is_fine("us", Rule::country)));
    BOOST_TEST((is_fine("UK", Rule::country) && is_fine("uk", Rule::country))); // sent as GB
    for (std::string_view bad : {"USA", "U", "U1", "\xC3\xA9", "ZZ", "zz", "XX", "AA"})
        BOOST_TEST(!is_fine(bad, Rule::country));

    // Processing API 2.0, "Show Languages Other than English".
    for (std::string_view language :
         {"ES", "FR", "DE", "EL", "IT", "JA", "PT", "RU", "ZS", "SK", "SL", "ZH", "NL", "nl"})
        BOOST_TEST_CONTEXT(language) BOOST_TEST(is_fine(language, Rule::language));
    for (std::string_view bad : {"XX", "ES ", "E", "ES FR", " "})
        BOOST_TEST(!is_fine(bad, Rule::language));

    // Processing API 2.0, "Dynamic Multi-Currency".
    for (std::string_view code : {"AUD", "CAD", "CHF", "DKK", "HKD", "JPY", "NOK", "SEK", "USD",
                                  "EUR", "GBP", "RUB", "INR", "ILS", "CZK", "NONE", "none", "hkd"})
        BOOST_TEST_CONTEXT(code) BOOST_TEST(is_fine(code, Rule::currency));
    for (std::string_view bad : {"PLN", "US", "USD EUR"})
        BOOST_TEST(contains(objection_to(bad, Rule::currency).text(), "is not one of AUD"));
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_word_is_none) {
    using namespace std::string_view_literals;
    for (std::string_view bad : {"\0DE"sv, "\0\0DE"sv, "DE\0"sv, ""sv})
        BOOST_TEST(!is_fine(bad, Rule::language));
    for (std::string_view bad : {"\0USD"sv, "USD\0"sv})
        BOOST_TEST(!is_fine(bad, Rule::currency));
}

BOOST_AUTO_TEST_CASE(a_wrong_language_or_currency_names_all_that_are_right) {
    BOOST_TEST(objection_to("XX", Rule::language).text() ==
               "\"XX\" is not one of DE EL EN ES FR IT JA NL PT RU SK SL ZH ZS");
    BOOST_TEST(objection_to("XXX", Rule::currency).text() ==
               "\"XXX\" is not one of AUD CAD CHF CZK DKK EUR GBP HKD ILS INR JPY NOK NONE RUB "
               "SEK USD");
}

// A configuration accepts the same values as a request.
BOOST_AUTO_TEST_CASE(languages_and_currencies_are_those_of_the_configuration) {
    const auto loads = [](const std::string& page) {
        return load_config_text("account: { mode: test }\npay_page: { " + page +
                                    " }\npostbacks: { authenticity: none }\nseal: { mode: off }\n"
                                    "ledger: { path: l }\nsites: [{ id: 1, type: membership }]\n"
                                    "options: [{ id: 1, site: 1, eticket: \"1:2\", price: { type: "
                                    "one_time, currency: USD, initial: { amount: 1.00, days: 1 } } "
                                    "}]\n",
                                "t")
            .config.has_value();
    };
    for (char first = 'A'; first <= 'Z'; ++first)
        for (char second = 'A'; second <= 'Z'; ++second) {
            const std::string code = {first, second};
            BOOST_TEST(loads("language: \"" + code + "\"") == is_fine(code, Rule::language), code);
        }
    for (const char* code : {"AUD", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "INR",
                             "JPY", "NOK", "RUB", "SEK", "USD", "none", "PLN", "KWD", "XXX"})
        BOOST_TEST(
            loads(std::string("currency: \"") + code + "\"") == is_fine(code, Rule::currency),
            code);
}

BOOST_AUTO_TEST_CASE(ids_and_price_points) {
    BOOST_TEST(is_fine("26346680", Rule::id));
    BOOST_TEST(is_fine("0b9a2c1e-4f6d-4a4e-9b8e-000000000000", Rule::id));
    BOOST_TEST(is_fine(repeated("9", 40), Rule::id));
    for (const std::string& bad : {repeated("9", 41), std::string("1 2"), std::string("1&x=2")})
        BOOST_TEST(!is_fine(bad, Rule::id));
    BOOST_TEST(
        (is_fine("3097", Rule::price_points) && is_fine("3097,1221,9689", Rule::price_points)));
    for (std::string_view bad : {"3097,", ",3097", "3097,,1221", "3097 1221", "a", "3097;1221"})
        BOOST_TEST(contains(objection_to(bad, Rule::price_points).text(), "such as 3097,1221"));
}

BOOST_AUTO_TEST_CASE(extras_are_user_defined_parameters) {
    LinkFields fields = {{"foreignid", "1"}};
    const LinkField campaign = {"Campaign_7", "0123"};
    BOOST_TEST(!append_extras(example_config(), {&campaign, 1}, fields));
    BOOST_TEST((fields.back() == campaign));
    BOOST_TEST(extra_error({"a", ""}) == "");
    BOOST_TEST(extra_error({repeated("a", 32), "v"}) == "");

    for (const std::string& name :
         {std::string(), std::string("7up"), std::string("_x"), std::string("a-b"),
          std::string("a b"), std::string("a&b"), std::string("\xC3\xA9"), repeated("a", 33)})
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(contains(extra_error({name, "v"}), "is not a name"));
    BOOST_TEST(contains(extra_error({"camp", repeated("v", 33)}), "x.camp: has 33 characters"));
    BOOST_TEST(contains(extra_error({"camp", "a\nb"}), "x.camp: holds a control character"));
    BOOST_TEST(contains(extra_error({"CAMP", "v"}, {{"camp", "w"}}), "x.CAMP: is given twice"));
}

// A postback of a merchant who typed no names has all that Segpay adds and all that was on the
// link; with typed names it may have each twice.
BOOST_AUTO_TEST_CASE(as_many_extras_go_on_a_link_as_a_postback_brings_back) {
    constexpr std::size_t kSealAndSecret = 2;
    BOOST_TEST(parameter_names().size() + kSealAndSecret + kMaxUserDefinedFields <= kMaxFields);

    std::vector<std::string> names;
    for (std::size_t i = 0; i <= kMaxUserDefinedFields; ++i)
        names.push_back("own" + std::to_string(i));
    std::vector<LinkField> extras;
    for (const std::string& name : names)
        extras.push_back({name, "v"});
    LinkFields fields;
    const auto error = append_extras(example_config(), extras, fields);
    BOOST_REQUIRE(error.has_value());
    BOOST_TEST(error->message ==
               "extras: are 129 user-defined parameters; a postback can bring back 128");
    BOOST_TEST(fields.empty());
    extras.pop_back();
    BOOST_TEST(!append_extras(example_config(), extras, fields));
    BOOST_TEST(fields.size() == 128u);
}

BOOST_AUTO_TEST_CASE(names_with_a_meaning_are_reserved) {
    for (const char* name : {"username",
                             "password",
                             "template",
                             "merchantpartnerid",
                             "foreignid",
                             "natssess",
                             "xref1",
                             "xref2",
                             "upsell",
                             "tokenplus",
                             "OCToken",
                             "octoken",
                             "DMCURRENCY",
                             "paypagelanguage",
                             "CrossSaleOff",
                             "pplist",
                             "lang",
                             "dynamicdesc",
                             "dynamicpricingid",
                             "ICToken",
                             "IC301Text",
                             "plist",
                             "ppviewoption",
                             "ppvviewoption",
                             "ppviewtype",
                             "dynamictrans",
                             "amount",
                             "TestModeRetryDecline",
                             "REF1",
                             "ref10",
                             "Ref99"})
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(contains(extra_error({name, "v"}), "means something else to the pay page"));
    for (const char* name : {"ref", "reference", "ref1a", "memberid2", "campaign"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(extra_error({name, "v"}) == "");
}

BOOST_AUTO_TEST_CASE(what_would_come_back_as_something_else_is_no_extra) {
    BOOST_TEST(extra_error({"memberID", "v"}) ==
               "x.memberID: would come back as the foreignid of the postback; "
               "postbacks.user_defined makes it a name of your own");
    for (const char* name : {"session", "email", "name", "price", "tranid", "transtype", "approved",
                             "purchaseid", "xsellnum", "standin", "testtrans", "authcode"})
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(contains(extra_error({name, "v"}), "would come back as the "));
    // A name that reaches the host as an extra keeps its meaning.
    for (const char* name : {"desc", "platform"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(extra_error({name, "v"}) == "");

    // Processing API 2.0 has memberID as an example of a parameter of the host's own.
    const Config documents =
        example_config_but([](Config& config) { config.postbacks.user_defined = {"memberid"}; });
    BOOST_TEST(extra_error({"memberID", "v"}, {}, documents) == "");
    BOOST_TEST(contains(extra_error({"session", "v"}, {}, documents), "would come back as the "));
    const Config renamed =
        example_config_but([](Config& config) { config.pay_page.member_id_parameter = "custID"; });
    BOOST_TEST(extra_error({"CustId", "v"}, {}, renamed) ==
               "x.CustId: would come back as the foreignid of the postback");

    const Config own = example_config_but([](Config& config) {
        config.seal.parameter = "mark";
        config.postbacks.names = {{"kunde", "foreignid"}};
        config.postbacks.authenticity.secret = SecretParameter{"hook", Secret("s")};
    });
    BOOST_TEST(extra_error({"Kunde", "v"}, {}, own) ==
               "x.Kunde: would come back as the foreignid of the postback");
    BOOST_TEST(extra_error({"Mark", "v"}, {}, own) == "x.Mark: is the name of the seal");
    BOOST_TEST(contains(extra_error({"HOOK", "v"}, {}, own), "x.HOOK: is the name of the secret"));
    for (const char* name : {"kunde", "mark", "hook"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(extra_error({name, "v"}) == "");
}

BOOST_AUTO_TEST_CASE(what_is_surely_fine_is_fine) {
    const std::string values[] = {"",
                                  "a",
                                  "a\nb",
                                  "\xEB",
                                  "\xC3\xA9",
                                  repeated("a", 32),
                                  repeated("a", 33),
                                  repeated("a", 255),
                                  repeated("a", 256),
                                  repeated("\xC3\xA9", 255)};
    for (Rule rule : {Rule::text, Rule::user_defined, Rule::url, Rule::country, Rule::language,
                      Rule::currency, Rule::id, Rule::price_points})
        for (const std::string& value : values)
            if (is_surely_fine(value, rule)) BOOST_TEST(is_fine(value, rule));
    BOOST_TEST(is_surely_fine(values[5], Rule::user_defined));
    BOOST_TEST(is_surely_fine(values[7], Rule::text));
    BOOST_TEST(!is_surely_fine(values[6], Rule::user_defined));
}

BOOST_AUTO_TEST_CASE(an_error_about_a_name_stays_readable) {
    const std::string message = extra_error({repeated("\xE2\x82\xAC", 100), "v"});
    BOOST_TEST(message.size() < 160u);
    BOOST_TEST(clean_text(message) == message);
}

BOOST_AUTO_TEST_SUITE_END()
