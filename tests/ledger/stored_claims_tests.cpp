// The ledger's guarantees to one process: identity, kept requests, listings.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

BOOST_FIXTURE_TEST_SUITE(stored_claims_tests, InMemory)

BOOST_AUTO_TEST_CASE(leases_a_new_event_complete) {
    Fact fact = transaction("26346680", "1001");
    fact.event.member_id = "908172";
    fact.event.extras = {{"x-color", "blue"}};
    const Claim made = claim(*ledger, fact);
    BOOST_TEST(outcome_name(made.outcome) == "leased");
    BOOST_TEST(made.key == "segpay/1001/join/1");
    BOOST_REQUIRE(made.entry && made.entry->event);
    BOOST_TEST(made.entry->key == made.key);
    BOOST_TEST(made.entry->event->key == made.key);
    BOOST_TEST(made.entry->event->member_id == "908172");
    BOOST_TEST(made.entry->attempts == 1u);

    const auto stored = ledger->entry(made.key);
    BOOST_REQUIRE(stored && stored->event);
    BOOST_TEST(stored->sequence == made.entry->sequence);
    BOOST_TEST((stored->state == EntryState::pending));
    BOOST_TEST(stored->received_at_ms == kNow);
    BOOST_TEST(stored->attempts == 1u);
    BOOST_TEST(stored->event->key == made.key);
    BOOST_TEST(stored->event->amount->minor == 2995);
    BOOST_TEST((stored->event->extras == fact.event.extras));
}

BOOST_AUTO_TEST_CASE(returns_every_outcome) {
    const Fact first = transaction("1", "1001");
    const Fact second = transaction("1", "1002", Kind::rebill);
    const Claim leased = claim(*ledger, first);
    BOOST_TEST(outcome_name(leased.outcome) == "leased");
    BOOST_TEST(outcome(*ledger, first) == "in_flight");
    BOOST_TEST(outcome(*ledger, second) == "queued");
    BOOST_TEST(outcome(*ledger, second) == "queued"); // again
    BOOST_TEST(ledger->settle(*leased.entry, applied(), kNow));
    BOOST_TEST(outcome(*ledger, first) == "duplicate");
    const Claim next = claim(*ledger, second);
    BOOST_TEST(outcome_name(next.outcome) == "leased");
    BOOST_TEST(ledger->settle(*next.entry, refused(), kNow));
    BOOST_TEST(outcome(*ledger, second) == "dead_letter");
    BOOST_TEST(is_dismissed(*ledger, next.key, kNow));
    BOOST_TEST(outcome(*ledger, second) == "duplicate");
}

BOOST_AUTO_TEST_CASE(distinguishes_a_retry_from_a_new_fact) {
    const Fact join = transaction("1", "1001");
    const Fact cancel = member("1", Kind::member_cancel);
    const Fact disable = member("1", Kind::member_disable);
    const Fact enable = member("1", Kind::member_enable);
    const Fact reactivation = member("1", Kind::reactivation);
    const Fact paid_reactivation = transaction("1", "1002", Kind::reactivation);
    const struct {
        const Fact& fact;
        std::string_view outcome;
        std::string_view key;
    } story[] = {
        {enable, "leased", "segpay/1/member_enable/a0"},
        {enable, "duplicate", "segpay/1/member_enable/a0"},
        {join, "leased", "segpay/1001/join/1"},
        {join, "duplicate", "segpay/1001/join/1"},
        {cancel, "leased", "segpay/1/member_cancel/r1"},
        {cancel, "duplicate", "segpay/1/member_cancel/r1"},
        {reactivation, "leased", "segpay/1/reactivation/a0r2"},
        {reactivation, "duplicate", "segpay/1/reactivation/a0r2"},
        {cancel, "leased", "segpay/1/member_cancel/r3"},
        {cancel, "duplicate", "segpay/1/member_cancel/r3"},
        {disable, "leased", "segpay/1/member_disable/a1"},
        {disable, "duplicate", "segpay/1/member_disable/a1"},
        // Either of the two postbacks of a paid reactivation may be the first.
        {paid_reactivation, "leased", "segpay/1002/reactivation/1"},
        {reactivation, "leased", "segpay/1/reactivation/a2r4"},
        {paid_reactivation, "duplicate", "segpay/1002/reactivation/1"},
        {reactivation, "duplicate", "segpay/1/reactivation/a2r4"},
        {disable, "leased", "segpay/1/member_disable/a3"},
        {disable, "duplicate", "segpay/1/member_disable/a3"},
        {join, "duplicate", "segpay/1001/join/1"},
    };
    for (const auto& line : story) {
        const Claim made = claim(*ledger, line.fact);
        BOOST_TEST(outcome_name(made.outcome) == line.outcome, line.key);
        BOOST_TEST(made.key == line.key);
        if (made.entry) ledger->settle(*made.entry, applied(), kNow);
        if (made.is_outstanding) answer(*ledger, "1", made.key);
    }
    const PurchaseState state = ledger->purchase("1")->state;
    BOOST_TEST(!state.has_access);
    BOOST_TEST(state.renews);
    BOOST_TEST(state.access_epoch == 3u);
    BOOST_TEST(state.renewal_epoch == 4u);
}

BOOST_AUTO_TEST_CASE(takes_the_decline_of_a_standin_for_a_fact_of_its_own) {
    Fact approval = transaction("1", "1001");
    approval.event.standin = true;
    const Fact decline = transaction("1", "1001", Kind::standin_decline, 2995, "USD", false);
    BOOST_TEST(deliver(*ledger, approval) == "leased");
    BOOST_TEST(deliver(*ledger, decline) == "leased");
    BOOST_TEST(deliver(*ledger, approval) == "duplicate");
    BOOST_TEST(deliver(*ledger, decline) == "duplicate");
}

BOOST_AUTO_TEST_CASE(keeps_a_contradiction_apart_and_changes_nothing) {
    const struct {
        Fact fact;
        std::string_view message;
    } contradictions[] = {
        {transaction("1", "1001", Kind::join, 3995),
         "transaction 1001 was about 29.95 USD, now it is about 39.95 USD"},
        {transaction("1", "1001", Kind::join, 2995, "EUR"),
         "transaction 1001 was about 29.95 USD, now it is about 29.95 EUR"},
        {transaction("2", "1001"), "transaction 1001 was of purchase 1, now it is of purchase 2"},
    };
    const Claim first = claim(*ledger, transaction("1", "1001"));
    for (const bool is_settled : {false, true}) {
        for (const auto& [fact, message] : contradictions) {
            const Claim made = claim(*ledger, fact, kNow + 2 * kLeaseMs);
            BOOST_TEST(outcome_name(made.outcome) == "conflict", message);
            BOOST_TEST(made.message == message);
            BOOST_TEST(!made.entry);
        }
        BOOST_TEST(!ledger->purchase("2"));
        BOOST_TEST(ledger->entry(first.key)->attempts == 1u);
        if (!is_settled) BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
    }
    BOOST_TEST(keys(*ledger, {}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(keeps_a_request_once) {
    KeptRequest request = kept("segpay/kept/1");
    request.event = transaction("1", "1001").event;
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    BOOST_TEST((ledger->keep(request, kNow + 1) == Kept::before));
    const auto entry = ledger->entry("segpay/kept/1");
    BOOST_REQUIRE(entry && entry->event);
    BOOST_TEST((entry->state == EntryState::quarantined));
    BOOST_TEST(entry->request == request.request);
    BOOST_TEST(entry->message == request.message);
    BOOST_TEST(entry->received_at_ms == kNow);
    BOOST_TEST(entry->event->transaction_id == "1001");
    BOOST_TEST(!ledger->lease_due(kNow + kLeaseMs));

    BOOST_TEST(is_dismissed(*ledger, "segpay/kept/1", kNow + 2));
    BOOST_TEST((ledger->keep(request, kNow + 3) == Kept::before));
    BOOST_TEST((state_of(*ledger, "segpay/kept/1") == EntryState::dismissed));

    BOOST_TEST((ledger->keep(kept("segpay/kept/2"), kNow) == Kept::anew)); // one without a meaning
    BOOST_TEST(!ledger->entry("segpay/kept/2")->event);
}

BOOST_AUTO_TEST_CASE(lists_what_is_asked_for) {
    std::vector<std::string> all;
    for (int number = 0; number < 150; ++number) { // more than two slices
        Fact fact = transaction("p" + std::to_string(number % 3), std::to_string(1000 + number));
        fact.event.member_id = "m" + std::to_string(number % 2);
        fact.event.password = Secret("hunter2");
        all.push_back(claim(*ledger, fact).key);
    }
    ledger->keep(kept("segpay/kept/1"), kNow);
    all.push_back("segpay/kept/1");
    const auto newest = std::vector<std::string>(all.rbegin(), all.rend());

    EntryQuery query;
    BOOST_TEST(keys(*ledger, query) == all);
    query.newest_first = true;
    BOOST_TEST(keys(*ledger, query) == newest);
    query.limit = 130;
    BOOST_TEST(keys(*ledger, query) == std::vector(newest.begin(), newest.begin() + 130));
    query.after = ledger->entry(newest[129])->sequence;
    BOOST_TEST(keys(*ledger, query) == std::vector(newest.begin() + 130, newest.end()));
    query = {};
    query.after = ledger->entry(all[139])->sequence;
    BOOST_TEST(keys(*ledger, query) == std::vector(all.begin() + 140, all.end()));
    query = {};
    query.purchase_id = "p1";
    BOOST_TEST(keys(*ledger, query).size() == 50u);
    query.member_id = "m1";
    BOOST_TEST(keys(*ledger, query).size() == 25u);
    query.states = bit(EntryState::settled);
    BOOST_TEST(keys(*ledger, query).size() == 0u);
    query = {};
    query.states = bit(EntryState::quarantined);
    BOOST_TEST(keys(*ledger, query) == std::vector(1, all.back()));
    query.states = bit(EntryState::pending);
    BOOST_TEST(keys(*ledger, query) == std::vector(all.begin(), all.end() - 1));
    query.states = bit(EntryState::pending) | bit(EntryState::quarantined);
    BOOST_TEST(keys(*ledger, query) == all);

    int calls = 0;
    ledger->entries({}, [&](const Entry& entry) {
        BOOST_TEST(ledger->entry(entry.key)->sequence == entry.sequence); // may call the ledger
        BOOST_TEST(entry.event->password.is_empty());
        return ++calls < 70;
    });
    BOOST_TEST(calls == 70);
}

BOOST_AUTO_TEST_SUITE_END()
