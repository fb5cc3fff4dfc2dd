// Operator decisions: dead letters that are requeued, entries that are closed.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

BOOST_FIXTURE_TEST_SUITE(stored_decisions_tests, InMemory)

BOOST_AUTO_TEST_CASE(requeues_a_dead_letter) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(!ledger->requeue(first.key, "ann", kNow)); // pending
    BOOST_TEST(ledger->settle(*first.entry, refused("no such member"), kNow));
    BOOST_TEST(!ledger->lease_due(kNow + 10 * kLeaseMs));
    BOOST_TEST(ledger->waiting().pending == 0u);
    BOOST_TEST(ledger->requeue(first.key, "ann", kNow + 5));
    const auto requeued = ledger->entry(first.key);
    BOOST_TEST((requeued->state == EntryState::pending));
    BOOST_TEST(requeued->decided_by == "ann");
    BOOST_TEST(requeued->message == "no such member");
    BOOST_TEST(requeued->attempts == 1u);
    BOOST_TEST(requeued->changed_at_ms == kNow + 5);
    BOOST_TEST(!ledger->settle(*first.entry, applied(), kNow + 5)); // the lease of before
    const auto taken = ledger->lease_next("1", kNow + 5);
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->attempts == 2u);
    BOOST_TEST(ledger->settle(*taken, applied(), kNow + 5));
    BOOST_TEST(!ledger->requeue(first.key, "ann", kNow + 6)); // settled
    BOOST_TEST(!ledger->requeue("segpay/nothing", "ann", kNow));
}

BOOST_AUTO_TEST_CASE(requeues_in_front_of_waiting_events) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto taken = ledger->lease_next("1", kNow);
    BOOST_TEST(ledger->settle(*taken, retry_at(kNow + 60'000), kNow));

    BOOST_TEST(ledger->requeue(first.key, "ann", kNow));
    for (const std::string& key : {first.key, second.key}) {
        const auto next = ledger->lease_next("1", kNow);
        BOOST_REQUIRE(next);
        BOOST_TEST(next->key == key);
        BOOST_TEST(!ledger->lease_due(kNow));
        BOOST_TEST(ledger->settle(*next, applied(), kNow));
    }
}

BOOST_AUTO_TEST_CASE(requeues_behind_an_event_in_flight) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->lease_next("1", kNow);
    BOOST_TEST(ledger->requeue(first.key, "ann", kNow));
    BOOST_TEST(!ledger->lease_next("1", kNow));
    BOOST_TEST(ledger->settle(*second, applied(), kNow));
    BOOST_TEST(ledger->lease_next("1", kNow)->key == first.key);
}

BOOST_AUTO_TEST_CASE(a_retry_waits_for_an_event_requeued_in_front_of_it) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->lease_next("1", kNow);
    BOOST_TEST(ledger->requeue(first.key, "ann", kNow));
    // The host may retry the second because it lacks the first.
    BOOST_TEST(ledger->settle(*second, retry_at(kNow + 60'000), kNow));
    const auto requeued = ledger->lease_due(kNow);
    BOOST_REQUIRE(requeued);
    BOOST_TEST(requeued->key == first.key);
    BOOST_TEST(!ledger->lease_due(kNow + kLeaseMs - 1));
    BOOST_TEST(ledger->settle(*requeued, applied(), kNow));
    BOOST_TEST(ledger->lease_due(kNow)->key == second->key);
}

BOOST_AUTO_TEST_CASE(a_requeue_ends_an_expired_lease) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->lease_next("1", kNow);
    const TimeMs later = kNow + kLeaseMs;
    BOOST_TEST(ledger->requeue(first.key, "ann", later));
    const auto requeued = ledger->lease_next("1", later);
    BOOST_TEST(requeued->key == first.key);
    // Otherwise two events of the purchase could be leased at once.
    BOOST_TEST(!ledger->settle(*second, retry_at(later), later));
    BOOST_TEST(!ledger->lease_next("1", later));
    BOOST_TEST(!ledger->lease_due(later));
    BOOST_TEST(ledger->settle(*requeued, applied(), later));
    BOOST_TEST(ledger->lease_next("1", later)->key == second->key);
}

BOOST_AUTO_TEST_CASE(closes_what_may_be_closed) {
    const auto state = [&](EntryState of) {
        const std::string id = std::to_string(static_cast<unsigned>(of));
        if (of == EntryState::quarantined || of == EntryState::conflict ||
            of == EntryState::unknown) {
            ledger->keep(kept("segpay/kept/" + id, of), kNow);
            return "segpay/kept/" + id;
        }
        const Claim made = claim(*ledger, transaction(id, id));
        if (of == EntryState::settled) ledger->settle(*made.entry, applied(), kNow);
        if (of == EntryState::dead_letter) ledger->settle(*made.entry, refused(), kNow);
        return made.key;
    };
    const struct {
        EntryState from;
        bool can_be_released;
        bool can_be_dismissed;
    } table[] = {
        {EntryState::pending, false, false},    {EntryState::settled, false, false},
        {EntryState::dead_letter, false, true}, {EntryState::quarantined, true, true},
        {EntryState::conflict, true, true},     {EntryState::unknown, true, true},
    };
    for (const auto& line : table) {
        const std::string key = state(line.from);
        const Fact fact = transaction("1" + key, "fact/" + key);
        BOOST_TEST(is_released(*ledger, key, fact, kNow + 1) == line.can_be_released);
        BOOST_TEST(ledger->entry(fact.identity.key_prefix).has_value() == line.can_be_released);
        BOOST_TEST(is_dismissed(*ledger, key, kNow + 1, "bob") ==
                   (line.can_be_dismissed && !line.can_be_released)); // a closed entry stays closed
        const auto entry = ledger->entry(key);
        const bool is_closed = line.can_be_released || line.can_be_dismissed;
        BOOST_TEST((entry->state == line.from) == !is_closed, state_name(line.from));
        BOOST_TEST(entry->decided_by == (line.can_be_released    ? "ann"
                                         : line.can_be_dismissed ? "bob"
                                                                 : ""));
    }
    BOOST_TEST(
        (ledger->dismiss("segpay/nothing", "ann", kNow).outcome == Decision::Outcome::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
