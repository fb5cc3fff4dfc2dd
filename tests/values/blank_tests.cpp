// Visible and invisible blanks at either end of a text.
#include "values/blank.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(blank_tests)

BOOST_AUTO_TEST_CASE(blanks_are_found_at_either_end) {
    for (std::string_view blank :
         {" ", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x8B", "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
        BOOST_TEST(blank_at_begin(std::string(blank) + "x") == blank.size());
        BOOST_TEST(blank_at_end("x" + std::string(blank)) == blank.size());
        BOOST_TEST(blank_at_begin("x" + std::string(blank)) == 0u);
        BOOST_TEST(blank_at_end(std::string(blank) + "x") == 0u);
    }
    for (std::string_view none : {"", "x", "0", "-", "\n", "\xC3\xA9", "\xC2"}) {
        BOOST_TEST(blank_at_begin(none) == 0u);
        BOOST_TEST(blank_at_end(none) == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
