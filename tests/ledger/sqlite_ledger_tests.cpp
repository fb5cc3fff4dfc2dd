// What the ledger promises to one process: identity, order, leases, decisions, listings.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

using Kind = EventKind;

struct InMemory {
    std::unique_ptr<Ledger> ledger = open(":memory:");
};

// Claims and settles; tells the outcome.
std::string_view deliver(Ledger& ledger, const Fact& fact, TimeMs now = kNow) {
    const Claim made = claim(ledger, fact, now);
    if (made.entry) BOOST_TEST(ledger.settle(*made.entry, applied(), now));
    return outcome_name(made.outcome);
}

std::string_view outcome(Ledger& ledger, const Fact& fact, TimeMs now = kNow) {
    return outcome_name(claim(ledger, fact, now).outcome);
}

EntryState state_of(Ledger& ledger, std::string_view key) { return ledger.entry(key)->state; }

std::vector<std::string> keys(Ledger& ledger, const EntryQuery& query) {
    std::vector<std::string> found;
    ledger.entries(query, [&](const Entry& entry) {
        found.push_back(entry.key);
        return true;
    });
    return found;
}

KeptRequest kept(std::string key, EntryState state = EntryState::quarantined) {
    KeptRequest request;
    request.key = std::move(key);
    request.state = state;
    request.request = "trantype=sale&password=***";
    request.message = "sender 192.0.2.1 is not listed";
    return request;
}

constexpr std::uint32_t bit(EntryState state) { return 1u << static_cast<unsigned>(state); }

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_ledger_tests, InMemory)

BOOST_AUTO_TEST_CASE(hands_out_a_new_event_whole) {
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

BOOST_AUTO_TEST_CASE(tells_every_outcome) {
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
    BOOST_TEST(ledger->close(next.key, EntryState::dismissed, "ann", kNow));
    BOOST_TEST(outcome(*ledger, second) == "duplicate");
}

BOOST_AUTO_TEST_CASE(tells_a_retry_from_a_new_fact) {
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
        // Of the two postbacks of a paid reactivation, either may be the first.
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
    BOOST_TEST(ledger->purchase("1")->standin_transaction == "1001");
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

BOOST_AUTO_TEST_CASE(delivers_one_event_of_a_purchase_at_a_time) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::conversion));
    const Claim third = claim(*ledger, member("1", Kind::member_cancel));
    BOOST_TEST(outcome_name(second.outcome) == "queued");
    BOOST_TEST(outcome_name(third.outcome) == "queued");
    BOOST_TEST(ledger->entry(second.key)->next_attempt_at_ms == 0);
    BOOST_TEST(!ledger->take_next("1", kNow));
    BOOST_TEST(!ledger->take_due(kNow));
    // Other purchases are not held up.
    BOOST_TEST(deliver(*ledger, transaction("2", "2001")) == "leased");

    BOOST_TEST(ledger->settle(*first.entry, retry_at(kNow + 600'000), kNow));
    BOOST_TEST(!ledger->take_next("1", kNow));
    BOOST_TEST(!ledger->take_due(kNow));
    BOOST_TEST(outcome(*ledger, transaction("1", "1002", Kind::conversion)) == "queued");
    BOOST_TEST(ledger->waiting().pending == 3u);
    BOOST_TEST(ledger->waiting().next_attempt_at_ms == kNow + 600'000);

    for (const std::string& key : {first.key, second.key, third.key}) {
        const auto entry = ledger->take_next("1", kNow + 600'000);
        BOOST_REQUIRE(entry);
        BOOST_TEST(entry->key == key);
        BOOST_TEST(!ledger->take_next("1", kNow + 600'000));
        BOOST_TEST(!ledger->take_due(kNow + 600'000));
        BOOST_TEST(ledger->settle(*entry, applied(), kNow + 600'000));
    }
    BOOST_TEST(!ledger->take_next("1", kNow + 600'000));
    BOOST_TEST(ledger->waiting().pending == 0u);
    BOOST_TEST(ledger->waiting().next_attempt_at_ms == 0);
}

BOOST_AUTO_TEST_CASE(lets_a_refused_event_out_of_the_way) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto next = ledger->take_due(kNow);
    BOOST_REQUIRE(next);
    BOOST_TEST(next->key == second.key);
}

BOOST_AUTO_TEST_CASE(does_not_order_events_without_a_purchase) {
    const Claim first = claim(*ledger, transaction("", "1001"));
    const Claim second = claim(*ledger, transaction("", "1002"));
    BOOST_TEST(outcome_name(first.outcome) == "leased");
    BOOST_TEST(outcome_name(second.outcome) == "leased");
    BOOST_TEST(!ledger->purchase(""));
    BOOST_TEST(!ledger->take_next("", kNow + kLeaseMs));
    BOOST_TEST(ledger->take_due(kNow + kLeaseMs)->key == first.key);
    BOOST_TEST(ledger->settle(*second.entry, refused(), kNow));
    BOOST_TEST(ledger->revive(second.key, "ann", kNow));
    BOOST_TEST(ledger->take_due(kNow)->key == second.key);
}

BOOST_AUTO_TEST_CASE(gives_an_entry_away_when_its_lease_ends) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(first.entry->next_attempt_at_ms == kNow + kLeaseMs);
    BOOST_TEST(!ledger->take_due(kNow + kLeaseMs - 1));
    BOOST_TEST(outcome(*ledger, transaction("1", "1001"), kNow + kLeaseMs - 1) == "in_flight");
    const auto taken = ledger->take_due(kNow + kLeaseMs);
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->key == first.key);
    BOOST_TEST(taken->attempts == 2u);
    for (const Settlement& late : {applied(), retry_at(kNow), refused()})
        BOOST_TEST(!ledger->settle(*first.entry, late, kNow + kLeaseMs));
    BOOST_TEST((state_of(*ledger, first.key) == EntryState::pending));
    BOOST_TEST(ledger->settle(*taken, applied(), kNow + kLeaseMs));
    BOOST_TEST(!ledger->settle(*taken, applied(), kNow + kLeaseMs)); // once
    BOOST_TEST(!ledger->settle(*taken, retry_at(kNow), kNow + kLeaseMs));
    BOOST_TEST((state_of(*ledger, first.key) == EntryState::settled));
}

BOOST_AUTO_TEST_CASE(takes_a_late_settlement_when_nobody_else_took_the_entry) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow + 10 * kLeaseMs));
}

BOOST_AUTO_TEST_CASE(retries_when_it_is_time_or_when_segpay_asks) {
    const Fact fact = transaction("1", "1001");
    const Claim first = claim(*ledger, fact);
    BOOST_TEST(ledger->settle(*first.entry, retry_at(kNow + 60'000, "database is down"), kNow));
    const auto waiting = ledger->entry(first.key);
    BOOST_TEST(waiting->message == "database is down");
    BOOST_TEST(waiting->next_attempt_at_ms == kNow + 60'000);
    BOOST_TEST(waiting->changed_at_ms == kNow);
    BOOST_TEST(!ledger->take_due(kNow + 59'999));
    BOOST_TEST(!ledger->take_next("1", kNow + 59'999));

    const Claim knock = claim(*ledger, fact, kNow + 1);
    BOOST_TEST(outcome_name(knock.outcome) == "leased");
    BOOST_TEST(knock.entry->attempts == 2u);
    BOOST_TEST(ledger->settle(*knock.entry, retry_at(kNow + 60'000), kNow + 1));
    BOOST_TEST(ledger->entry(first.key)->changed_at_ms == kNow); // still pending

    const auto due = ledger->take_due(kNow + 60'000);
    BOOST_REQUIRE(due);
    BOOST_TEST(due->attempts == 3u);
    BOOST_TEST(ledger->settle(*due, applied(), kNow + 60'000));
    BOOST_TEST(ledger->entry(first.key)->message == "");
    BOOST_TEST(ledger->entry(first.key)->next_attempt_at_ms == 0);
    BOOST_TEST(ledger->entry(first.key)->changed_at_ms == kNow + 60'000);
}

BOOST_AUTO_TEST_CASE(revives_a_dead_letter) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(!ledger->revive(first.key, "ann", kNow)); // pending
    BOOST_TEST(ledger->settle(*first.entry, refused("no such member"), kNow));
    BOOST_TEST(!ledger->take_due(kNow + 10 * kLeaseMs));
    BOOST_TEST(ledger->waiting().pending == 0u);
    BOOST_TEST(ledger->revive(first.key, "ann", kNow + 5));
    const auto revived = ledger->entry(first.key);
    BOOST_TEST((revived->state == EntryState::pending));
    BOOST_TEST(revived->decided_by == "ann");
    BOOST_TEST(revived->message == "no such member");
    BOOST_TEST(revived->attempts == 1u);
    BOOST_TEST(revived->changed_at_ms == kNow + 5);
    BOOST_TEST(!ledger->settle(*first.entry, applied(), kNow + 5)); // the lease of before
    const auto taken = ledger->take_next("1", kNow + 5);
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->attempts == 2u);
    BOOST_TEST(ledger->settle(*taken, applied(), kNow + 5));
    BOOST_TEST(!ledger->revive(first.key, "ann", kNow + 6)); // settled
    BOOST_TEST(!ledger->revive("segpay/nothing", "ann", kNow));
}

BOOST_AUTO_TEST_CASE(revives_in_front_of_what_waits) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto taken = ledger->take_next("1", kNow);
    BOOST_TEST(ledger->settle(*taken, retry_at(kNow + 60'000), kNow));

    BOOST_TEST(ledger->revive(first.key, "ann", kNow));
    for (const std::string& key : {first.key, second.key}) {
        const auto next = ledger->take_next("1", kNow);
        BOOST_REQUIRE(next);
        BOOST_TEST(next->key == key);
        BOOST_TEST(!ledger->take_due(kNow));
        BOOST_TEST(ledger->settle(*next, applied(), kNow));
    }
}

BOOST_AUTO_TEST_CASE(revives_behind_what_is_being_delivered) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->take_next("1", kNow);
    BOOST_TEST(ledger->revive(first.key, "ann", kNow));
    BOOST_TEST(!ledger->take_next("1", kNow));
    BOOST_TEST(ledger->settle(*second, applied(), kNow));
    BOOST_TEST(ledger->take_next("1", kNow)->key == first.key);
}

BOOST_AUTO_TEST_CASE(what_is_tried_again_gives_way_to_what_was_revived_in_front_of_it) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->take_next("1", kNow);
    BOOST_TEST(ledger->revive(first.key, "ann", kNow));
    // The host may want the second again because it lacks the first.
    BOOST_TEST(ledger->settle(*second, retry_at(kNow + 60'000), kNow));
    const auto revived = ledger->take_due(kNow);
    BOOST_REQUIRE(revived);
    BOOST_TEST(revived->key == first.key);
    BOOST_TEST(!ledger->take_due(kNow + kLeaseMs - 1));
    BOOST_TEST(ledger->settle(*revived, applied(), kNow));
    BOOST_TEST(ledger->take_due(kNow)->key == second->key);
}

BOOST_AUTO_TEST_CASE(revival_ends_a_lease_that_is_over) {
    const Claim first = claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->settle(*first.entry, refused(), kNow));
    const auto second = ledger->take_next("1", kNow);
    const TimeMs later = kNow + kLeaseMs;
    BOOST_TEST(ledger->revive(first.key, "ann", later));
    const auto revived = ledger->take_next("1", later);
    BOOST_TEST(revived->key == first.key);
    // Otherwise two of the purchase could be handed out at once.
    BOOST_TEST(!ledger->settle(*second, retry_at(later), later));
    BOOST_TEST(!ledger->take_next("1", later));
    BOOST_TEST(!ledger->take_due(later));
    BOOST_TEST(ledger->settle(*revived, applied(), later));
    BOOST_TEST(ledger->take_next("1", later)->key == second->key);
}

BOOST_AUTO_TEST_CASE(keeps_a_request_once) {
    KeptRequest request = kept("segpay/kept/1");
    request.event = transaction("1", "1001").event;
    BOOST_TEST(ledger->keep(request, kNow));
    BOOST_TEST(!ledger->keep(request, kNow + 1));
    const auto entry = ledger->entry("segpay/kept/1");
    BOOST_REQUIRE(entry && entry->event);
    BOOST_TEST((entry->state == EntryState::quarantined));
    BOOST_TEST(entry->request == request.request);
    BOOST_TEST(entry->message == request.message);
    BOOST_TEST(entry->received_at_ms == kNow);
    BOOST_TEST(entry->event->transaction_id == "1001");
    BOOST_TEST(!ledger->purchase("1")); // what is not believed teaches nothing
    BOOST_TEST(!ledger->take_due(kNow + kLeaseMs));

    BOOST_TEST(ledger->close("segpay/kept/1", EntryState::dismissed, "ann", kNow + 2));
    BOOST_TEST(!ledger->keep(request, kNow + 3));
    BOOST_TEST((state_of(*ledger, "segpay/kept/1") == EntryState::dismissed));

    BOOST_TEST(ledger->keep(kept("segpay/kept/2"), kNow)); // one without a meaning
    BOOST_TEST(!ledger->entry("segpay/kept/2")->event);
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
        for (const EntryState wrong : {EntryState::settled, EntryState::pending})
            BOOST_TEST(!ledger->close(key, wrong, "ann", kNow));
        BOOST_TEST(ledger->close(key, EntryState::released, "ann", kNow + 1) ==
                   line.can_be_released);
        BOOST_TEST(ledger->close(key, EntryState::dismissed, "bob", kNow + 1) ==
                   (line.can_be_dismissed && !line.can_be_released)); // what is closed stays so
        const auto entry = ledger->entry(key);
        const bool is_closed = line.can_be_released || line.can_be_dismissed;
        BOOST_TEST((entry->state == line.from) == !is_closed, state_name(line.from));
        BOOST_TEST(entry->decided_by == (line.can_be_released    ? "ann"
                                         : line.can_be_dismissed ? "bob"
                                                                 : ""));
    }
    BOOST_TEST(!ledger->close("segpay/nothing", EntryState::dismissed, "ann", kNow));
}

BOOST_AUTO_TEST_CASE(remembers_the_purchase) {
    Fact enable = member("1", Kind::member_enable);
    enable.event.username = "joe";
    enable.event.member_id = "908172";
    Fact join = transaction("1", "1001");
    join.event.eticket = {162209, 3097};
    join.event.option = "101";
    join.event.site = "7";
    join.event.session = "aa55";
    join.event.trans_guid = "guid";
    Fact upsell = transaction("1", "1002", Kind::upsell);
    upsell.event.eticket = {133044, 12217};
    upsell.event.option = "301";
    deliver(*ledger, enable);
    BOOST_TEST((ledger->purchase("1")->opened_by == Kind::unknown));
    deliver(*ledger, join);
    deliver(*ledger, upsell);
    deliver(*ledger, transaction("1", "1003", Kind::rebill));

    const auto purchase = ledger->purchase("1");
    BOOST_REQUIRE(purchase);
    BOOST_TEST(purchase->id == "1");
    BOOST_TEST((purchase->opened_by == Kind::join));
    BOOST_TEST((purchase->eticket == ETicket{162209, 3097}));
    BOOST_TEST(purchase->option == "101");
    BOOST_TEST(purchase->site == "7");
    BOOST_TEST(purchase->member_id == "908172");
    BOOST_TEST(purchase->username == "joe");
    BOOST_TEST(purchase->session == "aa55");
    BOOST_TEST(purchase->trans_guid == "guid");
    BOOST_TEST((purchase->state == PurchaseState()));
    BOOST_TEST(!ledger->purchase("2"));
}

BOOST_AUTO_TEST_CASE(finds_the_approved_transaction_by_its_id) {
    const auto claim = [&](std::string_view id, bool is_approved, std::string_view outcome) {
        Fact fact = transaction("1", id, EventKind::rebill, 2995, "USD", is_approved);
        fact.identity.stem = transaction_stem(id) + std::string(outcome);
        ledger->claim(fact.event, fact.identity, kNow);
    };
    claim("100", false, "sale-auth-rebill-no");
    BOOST_TEST(!ledger->transaction("100"));
    claim("100", true, "sale-auth-rebill-yes");
    claim("1001", true, "sale-auth-rebill-yes");
    BOOST_REQUIRE(ledger->transaction("100").has_value());
    BOOST_TEST(ledger->transaction("100")->transaction_id == "100");
    BOOST_TEST(ledger->transaction("1001")->transaction_id == "1001");
    BOOST_TEST(!ledger->transaction("10"));
    BOOST_TEST(!ledger->transaction(""));
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

BOOST_AUTO_TEST_CASE(recovers_the_longest_due_first) {
    std::vector<std::string> taken;
    for (const TimeMs wait : {300, 100, 200}) {
        const std::string id = std::to_string(wait);
        const Claim made = claim(*ledger, transaction(id, id));
        ledger->settle(*made.entry, retry_at(kNow + wait), kNow);
    }
    while (const auto entry = ledger->take_due(kNow + 250))
        taken.push_back(entry->event->transaction_id);
    BOOST_TEST(taken == (std::vector<std::string>{"100", "200"}));
}

BOOST_AUTO_TEST_SUITE_END()
