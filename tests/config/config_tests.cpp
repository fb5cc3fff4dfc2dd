// Tests plugin/config/config.cpp on the example account, which must be the documented catalogue.
#include "config/load.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(config_tests)

const Config& sandbox() {
    static const Config config =
        load_config_file(SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml").config.value();
    return config;
}

std::string in_words(const Money& money) {
    return amount_text(money) + " " + std::string(money.currency.code());
}

std::string in_words(const Period& period) {
    return in_words(period.amount) + "/" + std::to_string(period.days);
}

std::string in_words(const JoinOption& option) {
    constexpr const char* kTypes[] = {"recurring",          "one_time", "digital",
                                      "instant_conversion", "dynamic",  "delayed_capture",
                                      "dynamic_recurring"};
    std::string words = option.site + " " + to_string(option.eticket) + " " +
                        kTypes[static_cast<int>(option.price.type)];
    if (option.price.initial) words += " " + in_words(*option.price.initial);
    if (option.price.recurring) words += " then " + in_words(*option.price.recurring);
    if (option.price.minimum) words += " from " + in_words(*option.price.minimum);
    if (option.price.maximum) words += " to " + in_words(*option.price.maximum);
    if (option.is_trial) words += " trial";
    if (option.has_one_click) words += " one-click";
    if (option.has_token_rebuy) words += " rebuy";
    if (option.tokens) words += " " + std::to_string(option.tokens) + " tokens";
    for (const std::string& ref : option.cross_sells)
        words += " " + ref;
    return words;
}

BOOST_AUTO_TEST_CASE(the_catalogue_of_the_example_account) {
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"101",
         "7 162209:3097 recurring 2.95 USD/3 then 29.95 USD/30 trial one-click XS-8-301 XS-9-201"},
        {"102", "7 162209:1221 one_time 39.95 USD/90 one-click"},
        {"103", "7 162209:9689 instant_conversion 4.95 USD/10 then 24.95 USD/30 trial"},
        {"104", "7 162210:4100 one_time 500 JPY/30"},
        {"301", "8 133044:12217 recurring 19.95 EUR/30 then 19.95 EUR/30"},
        {"201", "9 122905:9699 one_time 25.95 USD/0 one-click rebuy 50 tokens"},
        {"202", "9 122903:9689 dynamic from 5.00 USD to 100.00 USD one-click rebuy"},
    };
    BOOST_TEST(sandbox().options.size() == expected.size());
    for (const auto& [id, words] : expected) {
        const JoinOption* option = sandbox().option(id);
        BOOST_REQUIRE(option);
        BOOST_TEST(in_words(*option) == words);
        BOOST_TEST(sandbox().option_of(option->eticket) == option);
    }
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_example_account) {
    const Config& config = sandbox();
    BOOST_TEST((config.mode == Mode::test));
    BOOST_TEST((config.site("7")->type == Site::Type::membership));
    BOOST_TEST((config.site("8")->type == Site::Type::membership));
    BOOST_TEST((config.site("9")->type == Site::Type::token));
    BOOST_TEST(config.cross_sell("XS-8-301")->option == "301");
    BOOST_TEST(config.cross_sell("XS-9-201")->option == "201");
    BOOST_TEST(config.upsell("UP-8-301")->option == "301");
    BOOST_TEST(config.upsell("UP-8-301")->from_sites == std::vector<std::string>{"7"},
               boost::test_tools::per_element());
    const Authenticity& authenticity = config.postbacks.authenticity;
    BOOST_REQUIRE_EQUAL(authenticity.addresses.size(), 1u);
    BOOST_TEST(to_string(authenticity.addresses[0]) == "127.0.0.1");
    BOOST_TEST(!authenticity.basic);
    BOOST_TEST(!authenticity.secret);
    BOOST_TEST((config.seal.mode == Seal::Mode::check));
    BOOST_TEST(config.postbacks.success_word == "*success*");
    BOOST_TEST(config.postbacks.failure_word == "*failure*");
}

BOOST_AUTO_TEST_CASE(what_was_changed_by_hand_is_found_as_it_is) {
    Config config = sandbox();
    config.options[0].eticket = {1, 2};
    config.sites[0].id = "70";
    BOOST_TEST(config.option_of({1, 2}) == &config.options[0]);
    BOOST_TEST(!config.option_of({162209, 3097}));
    BOOST_TEST(config.site("70") == &config.sites[0]);
    BOOST_TEST(!config.site("7"));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_null) {
    BOOST_TEST(!sandbox().site("70"));
    BOOST_TEST(!sandbox().option(""));
    BOOST_TEST(!sandbox().option_of({162209, 1}));
    BOOST_TEST(!sandbox().option_of({}));
    BOOST_TEST(!sandbox().cross_sell("UP-8-301"));
    BOOST_TEST(!sandbox().upsell("XS-8-301"));
}

BOOST_AUTO_TEST_SUITE_END()
