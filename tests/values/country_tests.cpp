// Which two letters are a country.
#include "values/country.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(country_tests)

BOOST_AUTO_TEST_CASE(codes_are_found_whatever_their_case) {
    for (std::string_view code : {"US", "GB", "DE", "AD", "ZW", "ZM", "XK"})
        BOOST_TEST(country_code(code) == code);
    BOOST_TEST(country_code("us") == "US");
    BOOST_TEST(country_code("uS") == "US");
}

BOOST_AUTO_TEST_CASE(uk_is_gb) {
    BOOST_TEST(country_code("UK") == "GB");
    BOOST_TEST(country_code("uk") == "GB");
}

BOOST_AUTO_TEST_CASE(what_is_no_country_has_no_code) {
    for (std::string_view text : {"ZZ", "zz", "XX", "AA", "QQ", "EU", "AP", "A1", "U", "", "USA",
                                  "U ", " US", "\xC3\xA9", "@A", "[Z"})
        BOOST_TEST(country_code(text) == "", text);
}

BOOST_AUTO_TEST_CASE(there_are_as_many_as_the_standard_has) {
    int countries = 0;
    for (char first = 'A'; first <= 'Z'; ++first)
        for (char second = 'A'; second <= 'Z'; ++second)
            countries += !country_code(std::string{first, second}).empty();
    BOOST_TEST(countries == 249 + 2); // and XK and UK
}

BOOST_AUTO_TEST_SUITE_END()
