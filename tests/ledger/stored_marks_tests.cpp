// Leases, and the marks that end them. A mark that rides on the next commit is visible once it is
// durable; losing it costs one more delivery and nothing else.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace segpay;
using namespace segpay::test;

BOOST_FIXTURE_TEST_SUITE(stored_marks_tests, TemporaryFolder)

BOOST_AUTO_TEST_CASE(it_rides_on_the_next_commit) {
    const auto ledger = open(file()), other = open(file());
    const auto fact = transaction("1", "100");
    const Claim first = claim(*ledger, fact);
    BOOST_REQUIRE(first.entry.has_value());
    BOOST_TEST(ledger->settle_later(*first.entry, kNow));
    BOOST_TEST(other->waiting().pending == 1u); // nothing is written yet
    BOOST_TEST((claim(*other, fact).outcome == Claim::Outcome::in_flight));
    (void)claim(*ledger, transaction("2", "200"));
    BOOST_TEST((claim(*other, fact).outcome == Claim::Outcome::duplicate));
    BOOST_TEST(other->waiting().pending == 1u); // the event of purchase 2
}

BOOST_AUTO_TEST_CASE(a_repeat_through_the_same_ledger_is_a_duplicate) {
    const auto ledger = open(file());
    const auto fact = transaction("1", "100");
    const Claim first = claim(*ledger, fact);
    BOOST_TEST(ledger->settle_later(*first.entry, kNow));
    BOOST_TEST((claim(*ledger, fact).outcome == Claim::Outcome::duplicate));
}

BOOST_AUTO_TEST_CASE(an_event_whose_mark_waits_is_not_leased_again) {
    for (const bool is_of_purchase : {true, false}) {
        const auto ledger = open(file(is_of_purchase ? "next" : "due"));
        const Claim first = claim(*ledger, transaction("1", "100"));
        BOOST_TEST(ledger->settle_later(*first.entry, kNow));
        BOOST_TEST((state_of(*ledger, first.key) == EntryState::pending)); // until it is durable
        const TimeMs later = kNow + 2 * kLeaseMs;
        BOOST_TEST(!(is_of_purchase ? ledger->lease_next("1", later) : ledger->lease_due(later)));
        BOOST_TEST((state_of(*ledger, first.key) == EntryState::settled));
    }
}

BOOST_AUTO_TEST_CASE(flushing_and_closing_make_it_durable) {
    for (const bool is_flushed : {true, false}) {
        const std::string path = file(is_flushed ? "flushed" : "closed");
        auto ledger = open(path);
        const Claim first = claim(*ledger, transaction("1", "100"));
        BOOST_TEST(ledger->settle_later(*first.entry, kNow));
        if (is_flushed)
            ledger->flush();
        else
            ledger.reset();
        BOOST_TEST(open(path)->waiting().pending == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_mark_with_a_follower_commits_at_once) {
    const auto ledger = open(file());
    const Claim first = claim(*ledger, transaction("1", "100"));
    const Claim second = claim(*ledger, transaction("1", "101", EventKind::rebill));
    BOOST_TEST((second.outcome == Claim::Outcome::queued));
    BOOST_TEST(!ledger->settle_later(*first.entry, kNow));
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
    const auto next = ledger->lease_next("1", kNow);
    BOOST_REQUIRE(next.has_value());
    BOOST_TEST(next->key == second.key);
    BOOST_TEST(ledger->settle_later(*next, kNow));
    ledger->flush();
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_between_is_leased_after_it) {
    // Another process claims before the mark is durable: its event waits, and is due afterwards.
    const auto ledger = open(file()), other = open(file());
    const Claim first = claim(*ledger, transaction("1", "100"));
    BOOST_TEST(ledger->settle_later(*first.entry, kNow));
    const Claim second = claim(*other, transaction("1", "101", EventKind::rebill));
    BOOST_TEST((second.outcome == Claim::Outcome::queued));
    ledger->flush();
    const auto next = other->lease_due(kNow);
    BOOST_REQUIRE(next.has_value());
    BOOST_TEST(next->key == second.key);
}

BOOST_AUTO_TEST_CASE(dying_before_it_is_durable_means_one_more_delivery) {
    Child child([&]() -> std::string {
        const auto ledger = open(file());
        const Claim first = claim(*ledger, transaction("1", "100"));
        const bool is_left = ledger->settle_later(*first.entry, kNow);
        ::kill(::getpid(), is_left ? SIGKILL : SIGTERM);
        return {};
    });
    const int status = child.wait();
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    const auto ledger = open(file());
    BOOST_TEST(!ledger->lease_due(kNow).has_value()); // the lease is not over
    const auto again = ledger->lease_due(kNow + kLeaseMs);
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->attempts == 2u);
    BOOST_TEST(ledger->settle_later(*again, kNow + kLeaseMs));
    ledger->flush();
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(a_lease_that_was_lost_settles_nothing) {
    const auto ledger = open(file()), other = open(file());
    const Claim first = claim(*ledger, transaction("1", "100"));
    const auto taken = other->lease_due(kNow + kLeaseMs);
    BOOST_REQUIRE(taken.has_value());
    BOOST_TEST(ledger->settle_later(*first.entry, kNow + kLeaseMs)); // no process knows yet
    ledger->flush();
    BOOST_TEST(other->waiting().pending == 1u);
    BOOST_TEST(other->settle(*taken, applied(), kNow + kLeaseMs));
}

// ---- Leases

BOOST_AUTO_TEST_CASE(an_event_is_settled_once) {
    const auto ledger = open(file());
    const Claim made = claim(*ledger, transaction("1", "100"));
    BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
    BOOST_TEST(!ledger->settle(*made.entry, applied(), kNow));
    BOOST_TEST(outcome(*ledger, transaction("1", "100")) == "duplicate");
}

BOOST_AUTO_TEST_CASE(a_waiting_event_is_leased_whatever_the_first_lease_ended_in) {
    enum Reason { comes_again, follower, retry, refusal, returned, nothing };
    for (const Reason reason : {comes_again, follower, retry, refusal, returned, nothing}) {
        const auto ledger = open(file("ledger" + std::to_string(reason)));
        const Claim made = claim(*ledger, transaction("1", "100"));
        BOOST_TEST(ledger->waiting().next_attempt_at_ms == kNow + kLeaseMs);
        bool was_leased = true;
        if (reason == comes_again)
            BOOST_TEST(outcome(*ledger, transaction("1", "100")) == "in_flight");
        if (reason == follower) BOOST_TEST(outcome(*ledger, transaction("1", "2")) == "queued");
        if (reason == retry) was_leased = ledger->settle(*made.entry, retry_at(kNow + 1), kNow);
        if (reason == refusal) was_leased = ledger->settle(*made.entry, refused(), kNow);
        if (reason == returned) was_leased = ledger->give_back(*made.entry, kNow);
        BOOST_TEST(was_leased, reason);

        const std::size_t left = reason == follower ? 2 : reason == refusal ? 0 : 1;
        BOOST_TEST(ledger->waiting().pending == left, reason);
        for (std::size_t i = 0; i < left; ++i) {
            const TimeMs later = kNow + kLeaseMs;
            const std::optional<Entry> again = ledger->lease_due(later);
            BOOST_REQUIRE(again.has_value());
            BOOST_TEST(ledger->settle(*again, applied(), later));
        }
        BOOST_TEST(ledger->waiting().pending == 0u, reason);
    }
}

BOOST_AUTO_TEST_CASE(a_lease_that_ended_is_lost) {
    for (const bool is_of_purchase : {true, false}) {
        const std::string path = file(is_of_purchase ? "next" : "due");
        const Claim made = claim(*open(path), transaction("1", "100"));
        const auto ledger = open(path);
        const auto take = [&](TimeMs now) {
            return is_of_purchase ? ledger->lease_next("1", now) : ledger->lease_due(now);
        };
        BOOST_TEST(!take(kNow + kLeaseMs - 1).has_value());
        const std::optional<Entry> again = take(kNow + kLeaseMs);
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST(again->attempts == 2u);
        BOOST_TEST(!ledger->settle(*made.entry, applied(), kNow + kLeaseMs));
        BOOST_TEST(ledger->settle(*again, applied(), kNow + kLeaseMs));
    }
}

BOOST_AUTO_TEST_CASE(events_without_a_purchase_are_in_no_order) {
    const auto ledger = open(file());
    const Claim first = claim(*ledger, transaction("", "1"));
    const Claim second = claim(*ledger, transaction("", "2"));
    BOOST_TEST(ledger->settle(*second.entry, applied(), kNow));
    BOOST_TEST(ledger->settle(*first.entry, retry_at(kNow), kNow));
    BOOST_TEST(ledger->lease_due(kNow)->key == first.key);
}

// What was requeued in front of it meanwhile comes first.
BOOST_AUTO_TEST_CASE(what_is_given_back_keeps_its_place) {
    const auto ledger = open(file());
    const Claim first = claim(*ledger, transaction("1", "100"));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const Claim second = claim(*ledger, transaction("1", "101", EventKind::rebill));
    BOOST_REQUIRE(second.entry.has_value());
    BOOST_TEST(ledger->requeue(first.key, "ann", kNow));
    BOOST_TEST(!ledger->lease_next("1", kNow)); // the second is in flight
    BOOST_TEST(ledger->give_back(*second.entry, kNow));
    for (const std::string& key : {first.key, second.key}) {
        const auto next = ledger->lease_next("1", kNow);
        BOOST_REQUIRE(next.has_value());
        BOOST_TEST(next->key == key);
        BOOST_TEST(ledger->settle(*next, applied(), kNow));
    }
}

BOOST_AUTO_TEST_CASE(what_was_queued_and_settled_was_attempted_once) {
    const auto ledger = open(file());
    const Claim first = claim(*ledger, transaction("1", "100"));
    const Claim second = claim(*ledger, transaction("1", "101", EventKind::rebill));
    BOOST_TEST(ledger->entry(second.key)->attempts == 0u);
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
    BOOST_TEST(ledger->settle(ledger->lease_next("1", kNow).value(), applied(), kNow));
    BOOST_TEST(ledger->entry(second.key)->attempts == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
