// Tests plugin/values/page_parameters.cpp.
#include "values/page_parameters.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(page_parameters_tests)

BOOST_AUTO_TEST_CASE(what_the_pay_page_takes_is_known_whatever_its_case) {
    for (const char* name : {"pplist", "PPLIST", "plist", "ppviewoption", "ppvViewOption",
                             "ppviewtype", "CrossSaleOff", "DMCURRENCY", "paypagelanguage", "Lang",
                             "amount", "TestModeRetryDecline", "dynamictrans", "dynamicdesc",
                             "DynamicPricingID", "ICToken", "IC301Text", "sprs", "UserData"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(is_page_parameter(name));
    for (const char* name : {"", "campaign", "amounts", "pplis", "foreignid"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(!is_page_parameter(name));
}

BOOST_AUTO_TEST_SUITE_END()
