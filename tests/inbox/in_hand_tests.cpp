// What is told to the host right now.
#include "inbox/in_hand.hpp"

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

BOOST_AUTO_TEST_SUITE(in_hand_tests)

BOOST_AUTO_TEST_CASE(each_event_is_in_one_hand) {
    InHand in_hand;
    BOOST_TEST(in_hand.take(entry(1, 1)));
    BOOST_TEST(in_hand.take(entry(2, 1)));
    BOOST_TEST(!in_hand.take(entry(1, 2)));
    BOOST_TEST(!in_hand.put_down(entry(2, 1)));
    BOOST_TEST(in_hand.take(entry(2, 2)));
}

BOOST_AUTO_TEST_CASE(who_has_it_settles_the_latest_handing_out) {
    InHand in_hand;
    in_hand.take(entry(1, 1));
    in_hand.take(entry(1, 2));
    in_hand.take(entry(1, 3));
    const auto latest = in_hand.put_down(entry(1, 1));
    BOOST_REQUIRE(latest);
    BOOST_TEST(latest->attempts == 3u);
    BOOST_TEST(in_hand.take(entry(1, 4))); // it is in nobody's hand any more
}

BOOST_AUTO_TEST_CASE(tells_whether_a_lease_is_over) {
    InHand in_hand;
    BOOST_TEST(!in_hand.outlasts_a_lease(1'000));
    in_hand.take(entry(1, 1, 100));
    in_hand.take(entry(2, 1, 200));
    BOOST_TEST(!in_hand.outlasts_a_lease(99));
    BOOST_TEST(in_hand.outlasts_a_lease(100));
    in_hand.take(entry(1, 2, 300));
    BOOST_TEST(!in_hand.outlasts_a_lease(199));
    BOOST_TEST(in_hand.has(1));
    in_hand.put_down(entry(1, 1));
    BOOST_TEST(!in_hand.has(1));
}

BOOST_AUTO_TEST_SUITE_END()
