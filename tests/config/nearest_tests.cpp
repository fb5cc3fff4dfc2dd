// Tests plugin/config/nearest.cpp.
#include "config/nearest.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(nearest_tests)

const std::vector<std::string> kKeys = {"path", "success_word", "failure_word", "authenticity"};

BOOST_AUTO_TEST_CASE(letters_dropped_added_replaced_and_swapped) {
    BOOST_TEST(nearest("sucess_word", kKeys) == "success_word");
    BOOST_TEST(nearest("successs_word", kKeys) == "success_word");
    BOOST_TEST(nearest("succezz_word", kKeys) == "success_word");
    BOOST_TEST(nearest("pahtt", {"path"}).empty());
    BOOST_TEST(nearest("paht", kKeys) == "path");
}

BOOST_AUTO_TEST_CASE(a_third_of_the_letters_may_be_missing_or_too_many) {
    BOOST_TEST(nearest("succword", {"success_word"}).empty());
    BOOST_TEST(nearest("sucs_word", {"success_word"}) == "success_word");
    BOOST_TEST(nearest("auxxthenticixxty", {"authenticity"}) == "authenticity");
    BOOST_TEST(nearest("p", {"pa", "path"}) == "pa");
    BOOST_TEST(nearest("pathxx", {"path"}) == "path");
    BOOST_TEST(nearest("pathxxx", {"path"}).empty());
}

BOOST_AUTO_TEST_CASE(case_does_not_count) { BOOST_TEST(nearest("PATH", kKeys) == "path"); }

BOOST_AUTO_TEST_CASE(the_nearer_of_two_wins) {
    BOOST_TEST(nearest("failurd_word", kKeys) == "failure_word");
    BOOST_TEST(nearest("USF", {"GBP", "USD", "EUR"}) == "USD");
}

BOOST_AUTO_TEST_CASE(a_guess_is_no_suggestion) {
    BOOST_TEST(nearest("", kKeys).empty());
    BOOST_TEST(nearest("colour", kKeys).empty());
    BOOST_TEST(nearest("xyz", {"USD"}).empty());
    BOOST_TEST(nearest(std::string(65, 'a'), {std::string(64, 'a')}).empty());
    BOOST_TEST(did_you_mean("colour", kKeys).empty());
}

BOOST_AUTO_TEST_CASE(in_words) {
    BOOST_TEST(did_you_mean("pat", kKeys) == "; did you mean \"path\"?");
    BOOST_TEST(comma_list({"off", "check"}) == "off, check");
    BOOST_TEST(comma_list({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
