// The rule by itself; repeats_tests.cpp has it with hosts and processes.
#include "ledger/outstanding.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr TimeMs kWindow = 1'000;

std::string come(Purchase& purchase, const Fact& fact, TimeMs now) {
    std::string key = recognised(purchase, {fact.event, fact.identity}, now, kWindow);
    remember_outstanding(purchase, fact.event, fact.identity, key, now, kWindow);
    return key;
}

} // namespace

BOOST_AUTO_TEST_SUITE(outstanding_tests)

BOOST_AUTO_TEST_CASE(a_repeat_has_the_key_and_changes_no_state) {
    Purchase purchase;
    const std::string first = come(purchase, member("1", EventKind::member_disable), 0);
    const std::string enable = come(purchase, member("1", EventKind::member_enable), 1);
    BOOST_TEST(first != enable);
    BOOST_TEST(purchase.state.has_access);
    BOOST_TEST(come(purchase, member("1", EventKind::member_disable), kWindow) == first);
    BOOST_TEST(purchase.state.has_access);
    BOOST_TEST(forget_outstanding(purchase, first));
    BOOST_TEST(!forget_outstanding(purchase, first));
    BOOST_TEST(come(purchase, member("1", EventKind::member_disable), kWindow) != first);
    BOOST_TEST(!purchase.state.has_access);
}

BOOST_AUTO_TEST_CASE(the_window_runs_from_the_first) {
    Purchase purchase;
    const Fact disable = member("1", EventKind::member_disable);
    const std::string first = come(purchase, disable, 0);
    come(purchase, member("1", EventKind::member_enable), 0);
    BOOST_TEST(come(purchase, disable, kWindow) == first);
    BOOST_TEST(come(purchase, disable, kWindow + 1) != first);
    BOOST_TEST(purchase.outstanding.size() == 1u); // the others' window is over
}

BOOST_AUTO_TEST_CASE(a_key_prefix_that_extends_another_is_another) {
    Purchase purchase;
    Fact of_transaction = member("1", EventKind::member_enable);
    const std::string plain = come(purchase, of_transaction, 0);
    of_transaction.identity.key_prefix += "@77"; // a transaction's prefix, though with an epoch
    BOOST_TEST(recognised(purchase, {of_transaction.event, of_transaction.identity}, 0, kWindow) !=
               plain);
}

BOOST_AUTO_TEST_CASE(a_fact_with_a_permanent_key_is_not_remembered) {
    Purchase purchase;
    const Fact sale = transaction("1", "1001");
    come(purchase, sale, 0);
    BOOST_TEST(purchase.outstanding.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_remembered_without_a_window) {
    Purchase purchase;
    const Fact cancel = member("1", EventKind::member_cancel);
    BOOST_TEST(
        !remember_outstanding(purchase, cancel.event, cancel.identity, "segpay/1/cancel/r1", 0, 0));
    BOOST_TEST(purchase.outstanding.empty());
}

// As of an event that an operator releases.
BOOST_AUTO_TEST_CASE(the_window_of_a_held_event_runs_from_its_receipt) {
    Purchase purchase;
    Fact late = member("1", EventKind::member_disable);
    late.event.received_at_ms = kNow;
    const std::string first = come(purchase, late, kNow + kWindow);
    come(purchase, member("1", EventKind::member_enable), kNow + kWindow);
    const Fact next = member("1", EventKind::member_disable);
    BOOST_TEST(come(purchase, next, kNow + kWindow + 1) != first);

    Purchase other;
    BOOST_TEST(come(other, late, kNow + kWindow + 1) != "");
    BOOST_TEST(other.outstanding.empty());
}

BOOST_AUTO_TEST_SUITE_END()
