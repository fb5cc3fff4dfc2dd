// Currencies and amounts: parsing, errors, and that printing gives back the parsed text.
#include "values/money.hpp"

#include "fixtures.hpp"
#include "values/word.hpp"

#include <array>

using namespace segpay;
using segpay::testing::contains;
using segpay::testing::currency;

BOOST_AUTO_TEST_SUITE(money_tests)

BOOST_AUTO_TEST_CASE(currencies_have_the_decimals_of_iso_4217) {
    struct Row {
        std::string_view code;
        unsigned exponent;
    };
    for (const Row& row : {Row{"USD", 2},
                           {"EUR", 2},
                           {"GBP", 2},
                           {"XCG", 2}, // since 2025
                           {"ZWG", 2}, // since 2024
                           {"JPY", 0},
                           {"KRW", 0},
                           {"CLP", 0},
                           {"ISK", 0},
                           {"KWD", 3},
                           {"TND", 3},
                           {"BHD", 3}}) {
        BOOST_TEST_CONTEXT(row.code) {
            const auto found = Currency::from_code(row.code);
            BOOST_REQUIRE(found.has_value());
            BOOST_TEST(found->exponent() == row.exponent);
            BOOST_TEST(found->code() == row.code);
        }
    }
    BOOST_TEST(Currency::from_code("usd")->code() == "USD");
    BOOST_TEST(Currency::from_code("jPy")->code() == "JPY");
}

BOOST_AUTO_TEST_CASE(what_is_no_currency_is_none) {
    for (std::string_view code :
         {"", "US", "USDX", "XXX", "ZZZ", "   ", "U D", "SD ", "D A", "840"})
        BOOST_TEST_CONTEXT(code) BOOST_TEST(!Currency::from_code(code).has_value());
    BOOST_TEST(Currency().is_none());
    BOOST_TEST(Currency().code() == "");
    BOOST_TEST(!currency("USD").is_none());
}

BOOST_AUTO_TEST_CASE(amounts_are_read_exactly) {
    struct Row {
        std::string_view text;
        std::string_view code;
        std::int64_t minor;
    };
    for (const Row& row : {Row{"29.95", "USD", 2995},
                           {"0.00", "USD", 0},
                           {"0", "USD", 0},
                           {"5", "USD", 500},
                           {"5.1", "USD", 510},
                           {"2.9500", "USD", 295}, // reports write four decimals
                           {"+2.95", "USD", 295},
                           {"-2.95", "USD", -295},
                           {"-2.9500", "USD", -295},
                           {"00000000000000000012.50", "USD", 1250},
                           {"500", "JPY", 500},
                           {"500.00", "JPY", 500},
                           {"-500", "JPY", -500},
                           {"1.250", "KWD", 1250},
                           {"1.25", "KWD", 1250},
                           {"1.2500", "KWD", 1250},
                           {"9999999999999.99", "USD", 999999999999999},
                           {"999999999999999", "JPY", 999999999999999},
                           {"999999999999.999", "KWD", 999999999999999},
                           {"0.29", "USD", 29}, // 28.999... as a float
                           {"1.15", "USD", 115}}) {
        BOOST_TEST_CONTEXT(row.text << " " << row.code) {
            const Result<Money> amount = parse_amount(row.text, currency(row.code));
            BOOST_REQUIRE(amount.is_ok());
            BOOST_TEST(amount->minor == row.minor);
            BOOST_TEST((amount->currency == currency(row.code)));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_amount_is_an_error_that_shows_it) {
    struct Row {
        std::string_view text;
        std::string_view code;
    };
    for (const Row& row : {Row{"", "USD"},
                           {".", "USD"},
                           {"-", "USD"},
                           {"+", "USD"},
                           {"-.", "USD"},
                           {"1e5", "USD"},
                           {"1,000.00", "USD"},
                           {"29,95", "USD"},
                           {"29.95.", "USD"},
                           {"2.9.5", "USD"},
                           {"--2", "USD"},
                           {"+-2", "USD"},
                           {" 2.95", "USD"},
                           {"2.95 ", "USD"},
                           {"2.95USD", "USD"},
                           {"$2.95", "USD"},
                           {"0x10", "USD"},
                           {"nan", "USD"},
                           {"inf", "USD"},
                           {"\xD9\xA2", "USD"}, // an Arabic two
                           {"2.955", "USD"},
                           {"2.9501", "USD"},
                           {"500.5", "JPY"},
                           {"1.2505", "KWD"},
                           {"10000000000000.00", "USD"}, // 16 digits
                           {"1000000000000000", "JPY"},
                           {"99999999999999999999999999", "USD"}}) {
        BOOST_TEST_CONTEXT(row.text << " " << row.code) {
            const Result<Money> amount = parse_amount(row.text, currency(row.code));
            BOOST_REQUIRE(!amount.is_ok());
            BOOST_TEST(contains(amount.error(), "amount \"" + std::string(row.text)));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_error_stays_short_and_readable) {
    std::string text; // characters of three bytes, so that a cut at a byte would show
    for (int i = 0; i < 200; ++i)
        text += "\xE2\x82\xAC";
    const std::string message = parse_amount(text, currency("USD")).error();
    BOOST_TEST(message.size() < 120u);
    BOOST_TEST(clean_text(message) == message);
}

BOOST_AUTO_TEST_CASE(amounts_are_written_with_their_decimals) {
    struct Row {
        std::int64_t minor;
        std::string_view code;
        std::string_view text;
    };
    for (const Row& row : {Row{2995, "USD", "29.95"},
                           {5, "USD", "0.05"},
                           {0, "USD", "0.00"},
                           {-5, "USD", "-0.05"},
                           {-2995, "USD", "-29.95"},
                           {100, "USD", "1.00"},
                           {500, "JPY", "500"},
                           {0, "JPY", "0"},
                           {-1250, "KWD", "-1.250"},
                           {7, "KWD", "0.007"}})
        BOOST_TEST(amount_text({row.minor, currency(row.code)}) == row.text);
}

BOOST_AUTO_TEST_CASE(in_a_message_money_has_its_currency) {
    BOOST_TEST(money_text({2995, currency("USD")}) == "29.95 USD");
    BOOST_TEST(money_text({500, currency("JPY")}) == "500 JPY");
    BOOST_TEST(money_text({-1250, currency("KWD")}) == "-1.250 KWD");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    for (std::string_view code : {"USD", "JPY", "KWD"})
        for (std::int64_t minor :
             {0LL, 1LL, 9LL, 10LL, 99LL, 100LL, 999LL, 1000LL, 2995LL, 999999999999999LL})
            for (std::int64_t sign : {1, -1}) {
                const Money money{minor * sign, currency(code)};
                BOOST_TEST_CONTEXT(amount_text(money) << " " << code)
                BOOST_TEST((parse_amount(amount_text(money), money.currency).value() == money));
            }
}

BOOST_AUTO_TEST_SUITE_END()
