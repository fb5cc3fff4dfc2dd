// There is none, or there is a sentence.
#include "values/objection.hpp"

#include "fixtures.hpp"

#include <utility>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(objection_tests)

BOOST_AUTO_TEST_CASE(none_is_none) {
    const Objection none;
    BOOST_TEST(!none);
    BOOST_TEST(none.text() == "");
}

BOOST_AUTO_TEST_CASE(a_sentence_is_one) {
    const Objection objection = "is missing";
    BOOST_TEST(static_cast<bool>(objection));
    BOOST_TEST(objection.text() == "is missing");
    Objection moved = std::string("is not ") + "there";
    const Objection last = std::move(moved);
    BOOST_TEST(last.text() == "is not there");
}

BOOST_AUTO_TEST_SUITE_END()
