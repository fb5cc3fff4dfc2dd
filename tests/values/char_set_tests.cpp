// A set has the bytes that it was made of, and no others.
#include "values/char_set.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(char_set_tests)

BOOST_AUTO_TEST_CASE(has_its_members_alone) {
    constexpr CharSet set("a%\xFF");
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        BOOST_TEST(set.has(c) == (c == 'a' || c == '%' || c == '\xFF'), byte);
    }
    BOOST_TEST(set.has_any_of("bc%"));
    BOOST_TEST(!set.has_any_of("bcd"));
    BOOST_TEST(!set.has_any_of(""));
    BOOST_TEST(!CharSet("").has_any_of(std::string(1, '\0')));
}

BOOST_AUTO_TEST_SUITE_END()
