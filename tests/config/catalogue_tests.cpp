// Tests plugin/config/catalogue.cpp: sites, options, prices, cross sells and upsells.
#include "mistakes.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(catalogue_tests)

BOOST_AUTO_TEST_CASE(ids_and_refs_that_are_there_twice_or_nowhere) {
    check_each({
        {13, "  - id: 7\n    type: token\n  - id: 9",
         R"(13:9: duplicate site "7"; the first is in line 10)"},
        {36, "  - ref: XS-1\n    option: 101\nupsells:",
         R"(36:10: duplicate cross sell "XS-1"; the first is in line 34)"},
        {37, "  - { ref: UP-1, option: 101 }\n  - ref: UP-1",
         R"(38:10: duplicate upsell "UP-1"; the first is in line 37)"},
        {17, "    site: 77", R"(17:11: there is no site "77"; did you mean "7"?)"},
        {17, "    site: videos", R"(17:11: there is no site "videos")"},
        {24, "    cross_sells: [XS-2]",
         R"(24:19: there is no cross sell "XS-2"; did you mean "XS-1"?)"},
        {24, "    cross_sells: [XS-1, XS-1]", R"(24:25: cross sell "XS-1" is offered twice)"},
        {35, "    option: 210", R"(35:13: there is no option "210"; did you mean "201"?)"},
        {38, "    option: 7", R"(38:13: there is no option "7")"},
        {39, "    from_sites: [9, 10]", R"(39:21: there is no site "10")"},
    });
    const auto found = mistakes(with_line(25, "  - id: 101"));
    const std::vector<std::string> expected = {
        R"(t:25:9: duplicate option "101"; the first is in line 16)",
        R"(t:35:13: there is no option "201"; did you mean "101"?)"};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(etickets) {
    check_each({
        {18, "    eticket: \"162209\"",
         R"(18:14: eticket "162209" has no price point; write package:pricepoint, )"
         R"(e.g. "162209:3097")"},
        {18, "    eticket: 162209:x",
         R"(18:14: eticket "162209:x" is not package:pricepoint, e.g. "162209:3097")"},
        {18, "    eticket: \"a\\nb\"",
         R"(18:14: eticket "a b" is not package:pricepoint, e.g. "162209:3097")"},
        {27, "    eticket: \"162209:3097\"",
         R"(27:14: eticket "162209:3097" is already the option's in line 18; )"
         R"(a postback could not tell the two apart)"},
        {27, "    price_point: 9689",
         R"(27:18: "price_point" needs a package, and site "9" has none; add "package" there, )"
         R"(or write "eticket" here)"},
        {18, "", R"(16:5: the option needs "eticket", or "price_point" and a package at its site)"},
        {18, "    price_pont: 3097",
         R"(18:5: unknown key "price_pont"; did you mean "price_point"?)"},
        {18, "    eticket: [162209]", R"(18:14: "eticket" must be a text, found a list)"},
    });
}

BOOST_AUTO_TEST_CASE(an_eticket_comes_from_the_option_or_from_site_and_price_point) {
    const auto eticket = [](const std::string& lines) {
        const LoadedConfig loaded = load_config_text(with_line(18, lines), "t");
        return to_string(loaded.config.value().options.at(0).eticket);
    };
    BOOST_TEST(eticket("    price_point: 1221") == "162209:1221");
    BOOST_TEST(eticket("    price_point: 1221\n    eticket: 5:6") == "5:6");
}

BOOST_AUTO_TEST_CASE(the_same_eticket_written_in_two_ways_is_one) {
    const auto found =
        mistakes(with_line(26, "    site: 7\n    price_point: 3097", with_line(27, "")));
    BOOST_REQUIRE_EQUAL(found.size(), 1u);
    BOOST_TEST(found[0] == R"(t:27:18: eticket "162209:3097" is already the option's in line 18; )"
                           R"(a postback could not tell the two apart)");
}

BOOST_AUTO_TEST_CASE(prices) {
    check_each({
        {21, "      currency: USF",
         R"(21:17: unknown currency "USF"; write its ISO 4217 code, e.g. "USD"; )"
         R"(did you mean "USD"?)"},
        {22, "      initial: { amount: 2.955, days: 3 }",
         R"(22:26: amount "2.955" has more decimals than USD, which has 2)"},
        {22, "      initial: { amount: free, days: 3 }",
         R"(22:26: amount "free" is not a decimal such as 29.95)"},
        {22, "      initial: { amount: \"2,95\", days: 3 }",
         R"(22:26: amount "2,95" is not a decimal such as 29.95; write 2.95)"},
        {22, "      initial: { amount: -2.95, days: 3 }", R"(22:26: amount "-2.95" is negative)"},
        {22, "      initial: { amount: 2.95 }",
         R"(22:16: missing key "days"; a price that recurs needs it)"},
        {22, "      initial: { days: 3 }", R"(22:16: missing key "amount")"},
        {22, "", R"(20:7: a price of type recurring needs "initial")"},
        {23, "", R"(20:7: a price of type recurring needs "recurring")"},
        {23, "      recuring: { amount: 29.95, days: 30 }",
         R"(23:7: unknown key "recuring"; did you mean "recurring"?)"},
        {20, "      type: one_time", R"(23:7: a price of type one_time has no "recurring")"},
        {20, "      type: recuring",
         R"(20:13: "type" must be one of recurring, one_time, digital, instant_conversion, )"
         R"(dynamic, delayed_capture, dynamic_recurring, found "recuring"; did you mean )"
         R"("recurring"?)"},
        {31, "      minimum: 100.01", R"(32:16: maximum 100.00 is less than minimum 100.01)"},
        {31, "", R"(29:7: a price of type dynamic needs "minimum")"},
        {32, "", R"(29:7: a price of type dynamic needs "maximum")"},
        {32, "      maximum: 100.00\n      initial: { amount: 1 }",
         R"(33:7: a price of type dynamic has no "initial")"},
        {23, "      recurring: { amount: 29.95, days: 30 }\n      discount: 19.95",
         R"(24:7: a price of type recurring has no "discount")"},
        {32, "      maximum: 100.00\n      discount: 1",
         R"(33:7: a price of type dynamic has no "discount")"},
        {20, "      type: instant_conversion\n      discount: 19.955",
         R"(21:17: amount "19.955" has more decimals than USD, which has 2)"},
        {20, "      type: instant_conversion\n      discount: -1",
         R"(21:17: amount "-1" is negative)"},
        {24, "    tokens: 5", R"(24:5: "tokens" is for token sites, and site "7" is none)"},
        {24, "    token_rebuy: true",
         R"(24:5: "token_rebuy" is for token sites, and site "7" is none)"},
    });
}

BOOST_AUTO_TEST_CASE(amounts_that_are_written_otherwise) {
    const auto amount = [](const std::string& written) {
        return "      initial: { amount: " + written + ", days: 3 }";
    };
    for (const auto& [written, meant] : std::vector<std::pair<std::string, std::string>>{
             {"030", "30"}, {"02.95", "2.95"}, {"00", "0"}, {"00.50", "0.50"}, {"000", "0"}}) {
        const std::string expected =
            "22:26: amount \"" + written + "\" begins with 0; write " + meant;
        check_each({{22, amount(written), expected},
                    {22, amount('"' + written + '"'), expected}, // quotes make it no price
                    {32, "      maximum: " + written,
                     "32:16: amount \"" + written + "\" begins with 0; write " + meant}});
        BOOST_TEST(mistakes(with_line(22, amount(meant))).empty()); // the advice is correct
    }
    for (const auto& [written, meant] :
         std::vector<std::pair<std::string, std::string>>{{"2,95", "2.95"},
                                                          {"$2.95", "2.95"},
                                                          {"2,95 USD", "2.95"},
                                                          {"1,234.50", "1234.50"},
                                                          {"1.234,50", "1234.50"},
                                                          {"02,95", "2.95"}}) {
        check_each(
            {{22, amount('"' + written + '"'),
              "22:26: amount \"" + written + "\" is not a decimal such as 29.95; write " + meant}});
        BOOST_TEST(mistakes(with_line(22, amount(meant))).empty());
    }
    check_each({
        {22, amount("1e1"), R"(22:26: amount "1e1" is not a decimal such as 29.95)"},
        {22, amount("'3 or 4'"), R"(22:26: amount "3 or 4" is not a decimal such as 29.95)"},
        {22, amount("'1,2345'"), R"(22:26: amount "1,2345" is not a decimal such as 29.95)"},
    });
    for (const std::string written : {"0", "0.00", "0.50", "30", "30.00"})
        BOOST_TEST(mistakes(with_line(22, amount(written))).empty());
}

BOOST_AUTO_TEST_CASE(amounts_follow_their_currency) {
    const auto minor = [](const std::string& currency, const std::string& amount) {
        const std::string text = with_line(21, "      currency: " + currency);
        const LoadedConfig loaded = load_config_text(
            with_line(22, "      initial: { amount: " + amount + ", days: 1 }",
                      with_line(23, "      recurring: { amount: 3, days: 1 }", text)),
            "t");
        return loaded.config.value().options.at(0).price.initial.value().amount.minor;
    };
    BOOST_TEST(minor("USD", "2.95") == 295);
    BOOST_TEST(minor("usd", "0") == 0);
    BOOST_TEST(minor("JPY", "500") == 500);
    BOOST_TEST(minor("KWD", "1.25") == 1250);
}

BOOST_AUTO_TEST_CASE(an_instant_conversion_may_have_a_discount) {
    const auto discount = [](const std::string& more) {
        const std::string text = with_line(20, "      type: instant_conversion" + more);
        const LoadedConfig loaded = load_config_text(text, "t");
        return loaded.config.value().options.at(0).price.discount;
    };
    BOOST_TEST(discount("\n      discount: 19.95").value().minor == 1995);
    BOOST_TEST(!discount("").has_value());
}

Config loaded(const std::string& text) {
    LoadedConfig result = load_config_text(text, "t");
    for (const Problem& problem : result.problems)
        BOOST_TEST_MESSAGE(to_string(problem));
    BOOST_REQUIRE(result.config);
    return std::move(*result.config);
}

BOOST_AUTO_TEST_CASE(a_conversion_may_adjust_the_trial) {
    const auto adjusts = [](const std::string& more) {
        return loaded(with_line(20, "      type: instant_conversion" + more))
            .options.at(0)
            .price.adjusts_trial;
    };
    BOOST_TEST(adjusts("\n      adjust_trial: true"));
    BOOST_TEST(!adjusts("\n      adjust_trial: false"));
    BOOST_TEST(!adjusts(""));
    check_each({
        {20, "      type: recurring\n      adjust_trial: true",
         R"(21:7: a price of type recurring has no "adjust_trial")"},
        {20, "      type: instant_conversion\n      adjust_trial: yes",
         R"(21:21: "adjust_trial" must be true or false, found "yes"; write true)"},
        {20, "      type: instant_conversion\n      adjust_trail: true",
         R"(21:7: unknown key "adjust_trail"; did you mean "adjust_trial"?)"},
    });
}

BOOST_AUTO_TEST_CASE(a_delayed_capture_begins_with_nothing_and_has_no_one_click) {
    const std::string text = with_line(22, "      initial: { amount: 0, days: 3 }",
                                       with_line(20, "      type: delayed_capture"));
    const Price price = loaded(with_line(38, "    option: 201", text)).options.at(0).price;
    BOOST_TEST((price.type == Price::Type::delayed_capture));
    BOOST_TEST(price.initial.value().days == 3u);
    BOOST_TEST(price.recurring.value().amount.minor == 2995);

    const auto only = [&](int line, const std::string& replacement, const std::string& base) {
        const auto found = mistakes(with_line(line, replacement, base));
        return found.size() == 1 ? found[0] : std::to_string(found.size()) + " problems";
    };
    const std::string without_upsell = with_line(38, "    option: 201", text);
    BOOST_TEST(only(22, "      initial: { amount: 2.95, days: 3 }", without_upsell) ==
               "t:22:26: a price of type delayed_capture charges nothing for its initial period; "
               "write 0, found 2.95");
    BOOST_TEST(only(23,
                    "      recurring: { amount: 29.95, days: 30 }\n      also_accepted:\n"
                    "        - { initial: { amount: 1.95 }, until: 2026-12-31 }",
                    without_upsell) ==
               "t:25:32: a price of type delayed_capture charges nothing for its initial period; "
               "write 0, found 1.95");
    BOOST_TEST(loaded(with_line(23,
                                "      recurring: { amount: 29.95, days: 30 }\n"
                                "      also_accepted:\n"
                                "        - { initial: { amount: 0 } }\n"
                                "        - { recurring: { amount: 19.95 } }",
                                without_upsell))
                   .options.at(0)
                   .price.also_accepted.size() == 2u);
    BOOST_TEST(only(22, "      initial: { amount: 0 }", without_upsell) ==
               R"(t:22:16: missing key "days"; a price that recurs needs it)");
    BOOST_TEST(only(24, "    one_click: true", without_upsell) ==
               "t:24:16: a price of type delayed_capture cannot be bought with one click");
    BOOST_TEST(only(38, "    option: 101", text) ==
               R"(t:38:13: option "101" has a price of type delayed_capture, which cannot be )"
               "bought with one click, as upsells are");
    BOOST_TEST(only(23, "", without_upsell) ==
               R"(t:20:7: a price of type delayed_capture needs "recurring")");
}

// In place of line 22, with line 20 of that type and line 23 gone.
const std::string kRanges =
    "      initial_range: { minimum: 2.95, maximum: 100.00, minimum_days: 3, maximum_days: 30 }\n"
    "      recurring_range: { minimum: 19.95, maximum: 49.95, minimum_days: 30, "
    "maximum_days: 60 }";

std::string with_ranges(const std::string& ranges) {
    return with_line(20, "      type: dynamic_recurring", with_line(22, ranges, with_line(23, "")));
}

BOOST_AUTO_TEST_CASE(a_dynamic_recurring_price_has_four_ranges) {
    const Price price = loaded(with_ranges(kRanges)).options.at(0).price;
    BOOST_TEST((price.type == Price::Type::dynamic_recurring));
    BOOST_TEST(price.initial_range.value().minimum.minor == 295);
    BOOST_TEST(price.initial_range.value().maximum.minor == 10'000);
    BOOST_TEST(price.initial_range.value().minimum_days == 3u);
    BOOST_TEST(price.initial_range.value().maximum_days == 30u);
    BOOST_TEST(price.recurring_range.value().minimum.minor == 1995);
    BOOST_TEST(price.recurring_range.value().maximum.minor == 4995);
    BOOST_TEST(price.recurring_range.value().minimum_days == 30u);
    BOOST_TEST(price.recurring_range.value().maximum_days == 60u);

    struct Row {
        std::string from, to, expected;
    };
    for (const Row& row :
         {Row{"minimum: 2.95", "minimum: 100.01",
              "t:22:50: maximum 100.00 is less than minimum 100.01"},
          {"minimum_days: 3,", "minimum_days: 31,",
           "t:22:88: maximum_days 30 is less than minimum_days 31"},
          {"minimum_days: 3,", "", R"(t:22:22: missing key "minimum_days")"},
          {"minimum_days: 3,", "minimum_days: 0,",
           R"(t:22:70: "minimum_days" must be at least 1, found "0")"},
          {"minimum: 2.95", "minimum: 2.955",
           R"(t:22:33: amount "2.955" has more decimals than USD, which has 2)"},
          {"initial_range:", "initial: { amount: 1.00, days: 3 }\n      initial_range:",
           R"(t:22:7: a price of type dynamic_recurring has no "initial")"}}) {
        std::string ranges = kRanges;
        ranges.replace(ranges.find(row.from), row.from.size(), row.to);
        const auto found = mistakes(with_ranges(ranges));
        BOOST_TEST_CONTEXT(row.to) {
            BOOST_TEST(found == std::vector<std::string>{row.expected},
                       boost::test_tools::per_element());
        }
    }
    const auto found = mistakes(with_ranges(""));
    const std::vector<std::string> expected = {
        R"(t:20:7: a price of type dynamic_recurring needs "initial_range")",
        R"(t:20:7: a price of type dynamic_recurring needs "recurring_range")"};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

// In place of line 23.
std::string former(const std::string& entries) {
    return "      recurring: { amount: 29.95, days: 30 }\n      also_accepted:\n" + entries;
}

BOOST_AUTO_TEST_CASE(a_price_may_have_been_others) {
    const Price price =
        loaded(with_line(23, former("        - recurring: { amount: 24.95, days: 30 }\n"
                                    "        - initial: { amount: 1.95 }\n"
                                    "          until: 2026-12-31")))
            .options.at(0)
            .price;
    BOOST_REQUIRE_EQUAL(price.also_accepted.size(), 2u);
    BOOST_TEST(price.also_accepted[0].recurring.value().amount.minor == 2495);
    BOOST_TEST(!price.also_accepted[0].initial.has_value());
    BOOST_TEST(price.also_accepted[0].ends_at_ms == 0);
    BOOST_TEST(price.also_accepted[1].initial.value().amount.minor == 195);
    BOOST_TEST(price.also_accepted[1].ends_at_ms == parse_timestamp("2027-01-01").value());

    const Price dynamic = loaded(with_line(32,
                                           "      maximum: 100.00\n      also_accepted:\n"
                                           "        - { minimum: 1.00, maximum: 4.99 }"))
                              .options.at(1)
                              .price;
    BOOST_TEST(dynamic.also_accepted.at(0).minimum.value().minor == 100);
    BOOST_TEST(dynamic.also_accepted.at(0).maximum.value().minor == 499);
}

BOOST_AUTO_TEST_CASE(mistakes_about_former_prices) {
    const std::string day = R"("until" must be a day such as 2026-12-31, found )";
    check_each({
        {23, former("        - { recurring: { amount: 24.95 }, until: 31.12.2026 }"),
         "25:50: " + day + R"("31.12.2026")"},
        {23, former("        - { recurring: { amount: 24.95 }, until: 2026-02-30 }"),
         "25:50: " + day + R"("2026-02-30")"},
        {23, former("        - { recurring: { amount: 24.95 }, until: 12/31/2026 }"),
         "25:50: " + day + R"("12/31/2026")"},
        {23, former("        - { recurring: { amount: 24.95 }, until: \"2026-12-31T00:00:00Z\" }"),
         "25:50: " + day + R"("2026-12-31T00:00:00Z")"},
        {23, former("        - { until: 2026-12-31 }"),
         R"(25:11: an entry of "also_accepted" needs the amount that is accepted, as the price )"
         "has it: initial, recurring"},
        {23, former("        - { discount: 19.95 }"),
         R"(25:13: a price of type recurring has no "discount")"},
        {23, former("        - { recurring: { amount: 24.955 } }"),
         R"(25:34: amount "24.955" has more decimals than USD, which has 2)"},
        {23, former("        - { recurring: { days: 30 } }"), R"(25:24: missing key "amount")"},
        {23, former("        - { recurring: 24.95 }"),
         R"(25:24: "recurring" must be a map of keys, found a text)"},
        {23, former("        - { recuring: { amount: 24.95 } }"),
         R"(25:13: unknown key "recuring"; did you mean "recurring"?)"},
        {23, former("        - { currency: EUR, recurring: { amount: 24.95 } }"),
         R"(25:13: unknown key "currency"; known here: initial, recurring, minimum, maximum, )"
         "initial_range, recurring_range, discount, until"},
        {23, former("        - 24.95"),
         R"(25:11: an entry of "also_accepted" must be a map of keys, found a text)"},
        {32, "      maximum: 100.00\n      also_accepted: [{ minimum: 1.00 }]",
         R"(33:23: "minimum" needs "maximum")"},
        {32, "      maximum: 100.00\n      also_accepted: [{ minimum: 2.00, maximum: 1.00 }]",
         "33:49: maximum 1.00 is less than minimum 2.00"},
    });
}

// --- the pay page of a site or an option --------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_site_and_an_option_may_have_a_pay_page_of_their_own) {
    const Config config = loaded(with_line(
        12,
        "    package: 162209\n    pay_page: { approve_url: 'https://s.example/', approve_text: In, "
        "decline_url: 'https://d.example/', decline_text: Out, language: ES, currency: EUR, "
        "template: t7 }",
        with_line(24, "    cross_sells: [XS-1]\n    pay_page: { language: FR }")));
    const PageStyle& site = config.sites.at(0).pay_page.value();
    BOOST_TEST(site.approve_url == "https://s.example/");
    BOOST_TEST(site.approve_text == "In");
    BOOST_TEST(site.decline_url == "https://d.example/");
    BOOST_TEST(site.decline_text == "Out");
    BOOST_TEST(site.language == "ES");
    BOOST_TEST(site.currency == "EUR");
    BOOST_TEST(site.page_template == "t7");
    BOOST_TEST(config.options.at(0).pay_page.value().language == "FR");
    BOOST_TEST(config.options.at(0).pay_page.value().currency == "");
    BOOST_TEST(!config.sites.at(1).pay_page.has_value());
    BOOST_TEST(!config.options.at(1).pay_page.has_value());
}

BOOST_AUTO_TEST_CASE(mistakes_about_a_pay_page_of_a_site_or_an_option) {
    const std::string package = "    package: 162209\n    pay_page: ";
    const std::string cross_sells = "    cross_sells: [XS-1]\n    pay_page: ";
    check_each({
        {12, package + "{ language: XX }",
         R"(13:27: "language" must be one of EN, ES, FR, DE, EL, IT, JA, PT, RU, ZS, SK, SL, ZH, )"
         R"(NL, found "XX")"},
        {12, package + "{ approve_url: join.example.com }",
         R"(13:30: "approve_url" must be a web address, found "join.example.com", )"
         R"(which does not begin with https:// or http://)"},
        {24, cross_sells + "{ decline_url: 'https://a b' }",
         R"(25:30: "decline_url" must be a web address, found "https://a b", which )"
         R"(holds a blank, a quote, < or >; a blank is written %20)"},
        {12, package + "{ approve_text: Go on }",
         R"(13:31: "approve_text" is of a link that is nowhere; add "approve_url")"},
        {24, cross_sells + "{ decline_text: Go on }",
         R"(25:31: "decline_text" is of a link that is nowhere; add "decline_url")"},
        {24, cross_sells + "{ base_url: 'https://a.example' }",
         R"(25:17: unknown key "base_url"; known here: language, currency, approve_url, )"
         "approve_text, decline_url, decline_text, template"},
        {24, cross_sells + "{ template: '' }",
         R"(25:27: "template" must have at least 1 characters, found 0)"},
        {24, cross_sells + "{ approve_url: 'https://a.example/" + std::string(2000, 'x') + "' }",
         R"(25:30: "approve_url" must have at most 2000 characters, found 2018)"},
        {24, cross_sells + "ES", R"(25:15: "pay_page" must be a map of keys, found a text)"},
    });
    // A text for the link of the site, or of the account.
    BOOST_TEST(mistakes(with_line(12, package + "{ approve_url: 'https://s.example' }",
                                  with_line(24, cross_sells + "{ approve_text: Go on }")))
                   .empty());
    BOOST_TEST(mistakes(with_line(2, "  mode: test\npay_page: { decline_url: 'https://a.example' }",
                                  with_line(24, cross_sells + "{ decline_text: Go on }")))
                   .empty());
}

// --- packages in test mode ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(packages_of_a_live_account_may_be_in_test_mode) {
    const Config config = loaded(with_line(2, "  mode: live\n  test_packages: [122903, 162209]"));
    BOOST_TEST(config.is_in_test_mode(122903));
    BOOST_TEST(config.is_in_test_mode(162209));
    BOOST_TEST(!config.is_in_test_mode(122904));
    BOOST_TEST(!config.is_in_test_mode(0));
    BOOST_TEST(!loaded(with_line(2, "  mode: live")).is_in_test_mode(162209));
    BOOST_TEST(loaded(kValid).is_in_test_mode(162209)); // as all are
    check_each({
        {2, "  mode: live\n  test_packages: [162210]",
         R"(3:19: no site and no option has package "162210"; did you mean "162209"?)"},
        {2, "  mode: live\n  test_packages: [162209, 162209]",
         R"(3:27: package "162209" is there twice)"},
        {2, "  mode: live\n  test_packages: [\"162209:3097\"]",
         R"(3:19: an entry of "test_packages" must be a whole number, found "162209:3097")"
         " in quotes"},
        {2, "  mode: live\n  test_packages: [0]",
         R"(3:19: an entry of "test_packages" must be at least 1, found "0")"},
        {2, "  mode: live\n  test_packages: 162209",
         R"(3:18: "test_packages" must be a list, found a text)"},
        {2, "  mode: live\n  test_package: [162209]",
         R"(3:3: unknown key "test_package"; did you mean "test_packages"?)"},
    });
}

// --- offers -------------------------------------------------------------------------------------

// A partner's eTicket, in place of line 35 or 38.
const std::string kPartner = "    partner: { merchant_id: 20789, eticket: 140000:20001 }";

BOOST_AUTO_TEST_CASE(an_offer_is_ours_or_the_partner_s) {
    const auto first = [](const std::string& lines) {
        const LoadedConfig loaded = load_config_text(with_line(24, "", with_line(35, lines)), "t");
        BOOST_REQUIRE(loaded.config);
        return loaded.config->cross_sells.at(0);
    };
    const Offer own = first("    option: 201\n    program: 12");
    BOOST_TEST(own.option == "201");
    BOOST_TEST(own.program == "12");
    BOOST_TEST(!own.partner);
    BOOST_TEST(!own.is_made_elsewhere());

    const Offer incoming =
        first("    option: 201\n    partner: { merchant_id: 20789, name: Friends }");
    BOOST_TEST(incoming.option == "201");
    BOOST_TEST(incoming.partner.value().merchant_id == "20789");
    BOOST_TEST(incoming.partner.value().name == "Friends");
    BOOST_TEST(incoming.partner.value().eticket.is_none());
    BOOST_TEST(incoming.is_made_elsewhere());

    const Offer outgoing = first(kPartner);
    BOOST_TEST(outgoing.option == "");
    BOOST_TEST(to_string(outgoing.partner.value().eticket) == "140000:20001");
    BOOST_TEST(!outgoing.is_made_elsewhere());
}

BOOST_AUTO_TEST_CASE(an_upsell_of_a_partner_may_be_for_members_of_some_sites) {
    const LoadedConfig loaded = load_config_text(with_line(38, kPartner), "t");
    const Offer* upsell = loaded.config.value().upsell("UP-1");
    BOOST_REQUIRE(upsell);
    BOOST_TEST(to_string(upsell->partner.value().eticket) == "140000:20001");
    BOOST_TEST(upsell->from_sites == std::vector<std::string>{"9"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_join_form_may_offer_what_a_partner_sells) {
    BOOST_TEST(mistakes(with_line(35, kPartner)).empty());
}

BOOST_AUTO_TEST_CASE(offers_that_nobody_or_everybody_sells) {
    const std::string nobody = R"(the offer needs "option", or "partner" with the "eticket" that )"
                               R"(the partner sells)";
    check_each({
        {35, "", "34:5: " + nobody},
        {38, "", "37:5: " + nobody},
        {35, "    partner: { merchant_id: 20789 }", "34:5: " + nobody},
        {35, "    option: 201\n" + kPartner,
         R"(36:36: the offer has an "option" of yours and an "eticket" of the partner; keep the )"
         R"(one that is sold)"},
        {35, "    partner: { eticket: 140000:20001 }", R"(35:14: missing key "merchant_id")"},
        {35, "    partner: { merchant_id: friends, eticket: 140000:20001 }",
         R"(35:29: "merchant_id" must be a number of at most 18 digits, found "friends")"},
        {35, "    partner: { merchant_id: 0, eticket: 140000:20001 }",
         R"(35:29: "merchant_id" must not be 0, found "0"; write the MID Segpay gave you)"},
        {35, "    partner: { merchant_id: 20789, eticket: 140000 }",
         R"(35:45: eticket "140000" has no price point; write package:pricepoint, )"
         R"(e.g. "140000:3097")"},
        {35, "    partner: { merchant_id: 20789, eticket: 122903:9689 }",
         R"(35:45: eticket "122903:9689" is the option's in line 27, so it is not the partner's; )"
         R"(write "option" for what you sell yourself)"},
        {38, "    option: 101\n    partner: { merchant_id: 20789 }",
         R"(40:5: "from_sites" are sites of yours, and this is offered to members of the )"
         R"(partner's sites)"},
        {35, "    option: 201\n    partner: { merchant_id: 20789 }",
         R"(24:19: cross sell "XS-1" stands on join forms of the partner, so none of yours can )"
         R"(offer it)"},
        {35, "    option: 201\n    program: " + std::string(33, '1'),
         R"(36:14: "program" must have at most 32 characters, found 33)"},
        {36, "  - ref: XS-1\n" + kPartner + "\nupsells:",
         R"(36:10: duplicate cross sell "XS-1"; the first is in line 34)"},
    });
    const auto own =
        mistakes(with_line(2, "  mode: test\n  merchant_id: 20789", with_line(35, kPartner)));
    const std::vector<std::string> expected = {
        R"(t:36:29: merchant "20789" is this account, and a partner is another one)"};
    BOOST_TEST(own == expected, boost::test_tools::per_element());
    BOOST_TEST(mistakes(with_line(2, "  mode: test\n  merchant_id: '0020789'",
                                  with_line(35, kPartner))) == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_mistake_does_not_cause_others) {
    // A list that is misspelt or of the wrong kind has unknown names.
    check_each({
        {9, "site:", R"(9:1: unknown key "site"; did you mean "sites"?)"},
        {33, "cros_sells:", R"(33:1: unknown key "cros_sells"; did you mean "cross_sells"?)"},
        {18, "    price_point: first",
         R"(18:18: "price_point" must be a whole number, found "first")"},
        {34, "  - ref: [XS-1]", R"(34:10: "ref" must be a text or a whole number, found a list)"},
        {25, "  - idd: 201", R"(25:5: unknown key "idd"; did you mean "id"?)"},
        {25, "  - none\n  - id: 201",
         R"(25:5: an entry of "options" must be a map of keys, found a text)"},
        {35, "    optoin: 201", R"(35:5: unknown key "optoin"; did you mean "option"?)"},
        {35, "    partner: 20789", R"(35:14: "partner" must be a map of keys, found a text)"},
        {35, "    partnr: { merchant_id: 20789, eticket: 140000:20001 }",
         R"(35:5: unknown key "partnr"; did you mean "partner"?)"},
        {35, "    partner: { merchant_id: 20789, etiket: 140000:20001 }",
         R"(35:36: unknown key "etiket"; did you mean "eticket"?)"},
        {35, "    option: 201\n    partner: { merchant_id: 20789, etiket: 140000:20001 }",
         R"(36:36: unknown key "etiket"; did you mean "eticket"?)"},
        {12, "    pakage: 162209", R"(12:5: unknown key "pakage"; did you mean "package"?)"},
    });
}

BOOST_AUTO_TEST_SUITE_END()
