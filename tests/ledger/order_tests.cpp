// When an event can be leased: the order within a purchase, leases, and further attempts.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

BOOST_FIXTURE_TEST_SUITE(order_tests, InMemory)

BOOST_AUTO_TEST_CASE(delivers_one_event_of_a_purchase_at_a_time) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::conversion));
    const Claim third = claim(*ledger, member("1", Kind::member_cancel));
    BOOST_TEST(outcome_name(second.outcome) == "queued");
    BOOST_TEST(outcome_name(third.outcome) == "queued");
    BOOST_TEST(ledger->entry(second.key)->next_attempt_at_ms == 0);
    BOOST_TEST(!ledger->lease_next("1", kNow));
    BOOST_TEST(!ledger->lease_due(kNow));
    // Other purchases do not wait.
    BOOST_TEST(deliver(*ledger, transaction("2", "2001")) == "leased");

    BOOST_TEST(ledger->settle(*first.entry, retry_at(kNow + 600'000), kNow));
    BOOST_TEST(!ledger->lease_next("1", kNow));
    BOOST_TEST(!ledger->lease_due(kNow));
    BOOST_TEST(outcome(*ledger, transaction("1", "1002", Kind::conversion)) == "queued");
    BOOST_TEST(ledger->waiting().pending == 3u);
    BOOST_TEST(ledger->waiting().next_attempt_at_ms == kNow + 600'000);

    for (const std::string& key : {first.key, second.key, third.key}) {
        const auto entry = ledger->lease_next("1", kNow + 600'000);
        BOOST_REQUIRE(entry);
        BOOST_TEST(entry->key == key);
        BOOST_TEST(!ledger->lease_next("1", kNow + 600'000));
        BOOST_TEST(!ledger->lease_due(kNow + 600'000));
        BOOST_TEST(ledger->settle(*entry, applied(), kNow + 600'000));
    }
    BOOST_TEST(!ledger->lease_next("1", kNow + 600'000));
    BOOST_TEST(ledger->waiting().pending == 0u);
    BOOST_TEST(ledger->waiting().next_attempt_at_ms == 0);
}

BOOST_AUTO_TEST_CASE(a_refused_event_unblocks_its_purchase) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto next = ledger->lease_due(kNow);
    BOOST_REQUIRE(next);
    BOOST_TEST(next->key == second.key);
}

BOOST_AUTO_TEST_CASE(does_not_order_events_without_a_purchase) {
    const Claim first = claim(*ledger, transaction("", "1001"));
    const Claim second = claim(*ledger, transaction("", "1002"));
    BOOST_TEST(outcome_name(first.outcome) == "leased");
    BOOST_TEST(outcome_name(second.outcome) == "leased");
    BOOST_TEST(!ledger->purchase(""));
    BOOST_TEST(!ledger->lease_next("", kNow + kLeaseMs));
    BOOST_TEST(ledger->lease_due(kNow + kLeaseMs)->key == first.key);
    BOOST_TEST(ledger->settle(*second.entry, refused(), kNow));
    BOOST_TEST(ledger->requeue(second.key, "ann", kNow));
    BOOST_TEST(ledger->lease_due(kNow)->key == second.key);
}

BOOST_AUTO_TEST_CASE(an_entry_can_be_leased_again_when_its_lease_ends) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(first.entry->next_attempt_at_ms == kNow + kLeaseMs);
    BOOST_TEST(!ledger->lease_due(kNow + kLeaseMs - 1));
    BOOST_TEST(outcome(*ledger, transaction("1", "1001"), kNow + kLeaseMs - 1) == "in_flight");
    const auto taken = ledger->lease_due(kNow + kLeaseMs);
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->key == first.key);
    BOOST_TEST(taken->attempts == 2u);
    for (const Settlement& late : {applied(), retry_at(kNow), refused()})
        BOOST_TEST(!ledger->settle(*first.entry, late, kNow + kLeaseMs));
    BOOST_TEST((state_of(*ledger, first.key) == EntryState::pending));
    BOOST_TEST(ledger->settle(*taken, applied(), kNow + kLeaseMs));
    BOOST_TEST(!ledger->settle(*taken, applied(), kNow + kLeaseMs)); // only once
    BOOST_TEST(!ledger->settle(*taken, retry_at(kNow), kNow + kLeaseMs));
    BOOST_TEST((state_of(*ledger, first.key) == EntryState::settled));
}

BOOST_AUTO_TEST_CASE(accepts_a_late_settlement_without_a_newer_lease) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow + 10 * kLeaseMs));
}

BOOST_AUTO_TEST_CASE(retries_when_due_or_when_segpay_asks) {
    const Fact fact = transaction("1", "1001");
    const Claim first = claim(*ledger, fact);
    BOOST_TEST(ledger->settle(*first.entry, retry_at(kNow + 60'000, "database is down"), kNow));
    const auto waiting = ledger->entry(first.key);
    BOOST_TEST(waiting->message == "database is down");
    BOOST_TEST(waiting->next_attempt_at_ms == kNow + 60'000);
    BOOST_TEST(waiting->changed_at_ms == kNow);
    BOOST_TEST(!ledger->lease_due(kNow + 59'999));
    BOOST_TEST(!ledger->lease_next("1", kNow + 59'999));

    const Claim knock = claim(*ledger, fact, kNow + 1);
    BOOST_TEST(outcome_name(knock.outcome) == "leased");
    BOOST_TEST(knock.entry->attempts == 2u);
    BOOST_TEST(ledger->settle(*knock.entry, retry_at(kNow + 60'000), kNow + 1));
    BOOST_TEST(ledger->entry(first.key)->changed_at_ms == kNow); // still pending

    const auto due = ledger->lease_due(kNow + 60'000);
    BOOST_REQUIRE(due);
    BOOST_TEST(due->attempts == 3u);
    BOOST_TEST(ledger->settle(*due, applied(), kNow + 60'000));
    BOOST_TEST(ledger->entry(first.key)->message == "");
    BOOST_TEST(ledger->entry(first.key)->next_attempt_at_ms == 0);
    BOOST_TEST(ledger->entry(first.key)->changed_at_ms == kNow + 60'000);
}

BOOST_AUTO_TEST_CASE(recovers_the_longest_due_first) {
    std::vector<std::string> taken;
    for (const TimeMs wait : {300, 100, 200}) {
        const std::string id = std::to_string(wait);
        const Claim made = claim(*ledger, transaction(id, id));
        ledger->settle(*made.entry, retry_at(kNow + wait), kNow);
    }
    while (const auto entry = ledger->lease_due(kNow + 250))
        taken.push_back(entry->event->transaction_id);
    BOOST_TEST(taken == (std::vector<std::string>{"100", "200"}));
}

BOOST_AUTO_TEST_SUITE_END()
