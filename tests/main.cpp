// The entry of the unit-test program; the tests are beside it, one <source>_tests.cpp per source.
#define BOOST_TEST_MODULE nats_segpay
#include <boost/test/unit_test.hpp>
