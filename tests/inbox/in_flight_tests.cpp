// The events that are in flight.
#include "inbox/in_flight.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

namespace {

Entry entry(std::uint64_t sequence, std::uint32_t attempts, TimeMs lease_end = 0) {
    Entry made;
    made.next_attempt_at_ms = lease_end;
    made.sequence = sequence;
    made.attempts = attempts;
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(in_flight_tests)

BOOST_AUTO_TEST_CASE(each_event_has_one_holder) {
    InFlight in_flight;
    BOOST_TEST(in_flight.take(entry(1, 1)));
    BOOST_TEST(in_flight.take(entry(2, 1)));
    BOOST_TEST(!in_flight.take(entry(1, 2)));
    BOOST_TEST(!in_flight.remove(entry(2, 1)));
    BOOST_TEST(in_flight.take(entry(2, 2)));
}

BOOST_AUTO_TEST_CASE(the_holder_settles_the_latest_lease) {
    InFlight in_flight;
    in_flight.take(entry(1, 1));
    in_flight.take(entry(1, 2));
    in_flight.take(entry(1, 3));
    const auto latest = in_flight.remove(entry(1, 1));
    BOOST_REQUIRE(latest);
    BOOST_TEST(latest->attempts == 3u);
    BOOST_TEST(in_flight.take(entry(1, 4))); // it is not in flight any more
}

BOOST_AUTO_TEST_CASE(a_lease_that_is_over_is_found) {
    InFlight in_flight;
    BOOST_TEST(!in_flight.outlasts_a_lease(1'000));
    in_flight.take(entry(1, 1, 100));
    in_flight.take(entry(2, 1, 200));
    BOOST_TEST(!in_flight.outlasts_a_lease(99));
    BOOST_TEST(in_flight.outlasts_a_lease(100));
    in_flight.take(entry(1, 2, 300));
    BOOST_TEST(!in_flight.outlasts_a_lease(199));
    BOOST_TEST(in_flight.has(1));
    in_flight.remove(entry(1, 1));
    BOOST_TEST(!in_flight.has(1));
}

BOOST_AUTO_TEST_SUITE_END()
