// A result is a value or a sentence, never both.
#include "values/result.hpp"

#include "fixtures.hpp"

#include <memory>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(result_tests)

BOOST_AUTO_TEST_CASE(a_value_is_a_value) {
    const Result<std::string> result = std::string("text");
    BOOST_TEST(result.is_ok());
    BOOST_TEST(static_cast<bool>(result));
    BOOST_TEST(*result == "text");
    BOOST_TEST(result->size() == 4u);
    BOOST_CHECK_THROW((void)result.error(), std::bad_variant_access);
}

BOOST_AUTO_TEST_CASE(an_error_is_a_sentence) {
    const Result<std::string> result = Error{"why not"};
    BOOST_TEST(!result.is_ok());
    BOOST_TEST(!static_cast<bool>(result));
    BOOST_TEST(result.error() == "why not");
    BOOST_CHECK_THROW((void)result.value(), std::bad_variant_access);
}

BOOST_AUTO_TEST_CASE(false_is_a_value_too) {
    const Result<bool> result = false;
    BOOST_TEST(result.is_ok());
    BOOST_TEST(!result.value());
}

BOOST_AUTO_TEST_CASE(a_value_can_be_taken_out) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = std::move(result).value();
    BOOST_TEST(*taken == 7);
}

BOOST_AUTO_TEST_SUITE_END()
