// What was handed out as it was claimed stands in one row, until it is settled or more has to be
// decided about it; then it is in the queue as if it had always been there.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace segpay;
using namespace segpay::test;

namespace {

struct HandedOutFolder : TemporaryFolder {
    std::int64_t handed_out() { return number("SELECT size FROM handed_out"); }
    std::int64_t queued() { return number("SELECT COUNT(*) FROM queue"); }
    void damage(const char* sql) { SqliteConnection(file(), 1000).execute(sql); }

private:
    std::int64_t number(const char* sql) { return SqliteConnection(file(), 1000).integer(sql); }
};

Fact sale(int number) {
    return transaction(std::to_string(number), std::to_string(1'000 + number));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_handed_out_tests, HandedOutFolder)

BOOST_AUTO_TEST_CASE(a_new_event_is_in_no_queue) {
    const auto ledger = open(file());
    const Claim made = claim(*ledger, sale(1));
    BOOST_TEST(handed_out() == 1);
    BOOST_TEST(queued() == 0);
    BOOST_TEST(ledger->waiting().pending == 1u);
    BOOST_TEST(ledger->waiting().next_attempt_at_ms == kNow + kLeaseMs);
    BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
    BOOST_TEST(handed_out() == 0);
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(is_settled_once) {
    const auto ledger = open(file());
    const Claim made = claim(*ledger, sale(1));
    BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
    BOOST_TEST(!ledger->settle(*made.entry, applied(), kNow));
    BOOST_TEST(outcome_name(claim(*ledger, sale(1)).outcome) == "duplicate");
}

BOOST_AUTO_TEST_CASE(more_is_decided_in_the_queue) {
    enum Reason { comes_again, follower, retry, refusal, returned, listed, asked_for };
    for (const Reason reason :
         {comes_again, follower, retry, refusal, returned, listed, asked_for}) {
        const auto ledger = open(file("ledger" + std::to_string(reason)));
        const Claim made = claim(*ledger, sale(1));
        bool is_ours = true;
        if (reason == comes_again)
            BOOST_TEST(outcome_name(claim(*ledger, sale(1)).outcome) == "in_flight");
        if (reason == follower)
            BOOST_TEST(outcome_name(claim(*ledger, transaction("1", "2")).outcome) == "queued");
        if (reason == retry) is_ours = ledger->settle(*made.entry, retry_at(kNow + 1), kNow);
        if (reason == refusal) is_ours = ledger->settle(*made.entry, refused(), kNow);
        if (reason == returned) is_ours = ledger->give_back(*made.entry, kNow);
        if (reason == listed)
            ledger->entries({}, [](const Entry& entry) {
                BOOST_TEST((entry.state == EntryState::pending));
                return true;
            });
        if (reason == asked_for)
            BOOST_TEST(ledger->entry(made.key)->next_attempt_at_ms == kNow + kLeaseMs);
        BOOST_TEST(is_ours, reason);
        SqliteConnection connection(file("ledger" + std::to_string(reason)), 1000);
        BOOST_TEST(connection.integer("SELECT size FROM handed_out") == 0, reason);

        const std::size_t left = reason == follower ? 2 : reason == refusal ? 0 : 1;
        BOOST_TEST(ledger->waiting().pending == left, reason);
        for (std::size_t i = 0; i < left; ++i) {
            const TimeMs later = kNow + kLeaseMs;
            const std::optional<Entry> again = ledger->take_due(later);
            BOOST_REQUIRE(again.has_value());
            BOOST_TEST(ledger->settle(*again, applied(), later));
        }
        BOOST_TEST(ledger->waiting().pending == 0u, reason);
    }
}

BOOST_AUTO_TEST_CASE(a_lease_that_ended_is_handed_out_again) {
    for (const bool is_by_purchase : {true, false}) {
        const std::string path = file(is_by_purchase ? "next" : "due");
        const Claim made = claim(*open(path), sale(1));
        const auto ledger = open(path);
        const auto take = [&](TimeMs now) {
            return is_by_purchase ? ledger->take_next("1", now) : ledger->take_due(now);
        };
        BOOST_TEST(!take(kNow + kLeaseMs - 1).has_value());
        const std::optional<Entry> again = take(kNow + kLeaseMs);
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST(again->attempts == 2u);
        BOOST_TEST(!ledger->settle(*made.entry, applied(), kNow + kLeaseMs)); // the lease is lost
        BOOST_TEST(ledger->settle(*again, applied(), kNow + kLeaseMs));
    }
}

BOOST_AUTO_TEST_CASE(a_lease_is_kept_while_it_is_in_the_queue) {
    const auto ledger = open(file()), other = open(file());
    const Claim made = claim(*ledger, sale(1));
    (void)other->entry(made.key);
    BOOST_TEST(queued() == 1);
    BOOST_TEST(!other->take_due(kNow + kLeaseMs - 1).has_value());
    BOOST_TEST(ledger->settle(*made.entry, applied(), kNow + 1));
    BOOST_TEST(queued() == 0);
}

BOOST_AUTO_TEST_CASE(processes_see_what_the_others_hand_out) {
    const auto one = open(file()), two = open(file());
    const Claim first = claim(*one, sale(1));
    const Claim second = claim(*two, sale(2));
    BOOST_TEST(handed_out() == 2);
    BOOST_TEST(outcome_name(claim(*two, transaction("1", "9")).outcome) == "queued");
    BOOST_TEST(handed_out() == 1);
    BOOST_TEST(one->settle(*second.entry, applied(), kNow)); // whoever has the lease
    BOOST_TEST(two->settle(*first.entry, applied(), kNow));
    BOOST_TEST(one->take_next("1", kNow)->event->transaction_id == "9");
}

// The row is written by all: a process that trusted its own copy would bring back what is gone.
BOOST_AUTO_TEST_CASE(a_copy_is_not_trusted_when_others_have_written) {
    const auto one = open(file()), two = open(file());
    for (int i = 1; i <= 20; ++i) {
        Ledger& ledger = i % 2 == 0 ? *one : *two;
        Ledger& other = i % 2 == 0 ? *two : *one;
        const Claim made = claim(ledger, sale(i));
        BOOST_REQUIRE(made.entry.has_value());
        if (i % 3 != 0) BOOST_TEST(other.settle(*made.entry, applied(), kNow));
    }
    BOOST_TEST(handed_out() == 6);
    BOOST_TEST(one->waiting().pending == 6u);
}

// Nor when what it was changed to was rolled back.
BOOST_AUTO_TEST_CASE(a_copy_is_not_trusted_after_a_failure) {
    const auto ledger = open(file()), other = open(file());
    (void)claim(*ledger, sale(1));
    damage(
        "CREATE TRIGGER fails BEFORE INSERT ON purchases WHEN new.id = '2' "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END");
    BOOST_CHECK_THROW(claim(*ledger, sale(2)), LedgerError);
    (void)claim(*ledger, sale(3));
    BOOST_TEST(handed_out() == 2); // without what was rolled back
    BOOST_CHECK_THROW(claim(*ledger, sale(2)), LedgerError);
    (void)claim(*other, sale(4));
    (void)claim(*ledger, sale(5));
    BOOST_TEST(handed_out() == 4);
    damage("DROP TRIGGER fails");
    BOOST_TEST(outcome_name(claim(*ledger, sale(2)).outcome) == "leased");
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_queued) {
    const auto ledger = open(file());
    std::vector<Fact> facts;
    std::vector<Arrival> arrivals;
    for (int i = 1; i <= 600; ++i)
        facts.push_back(sale(i));
    for (const Fact& fact : facts)
        arrivals.push_back({fact.event, fact.identity});
    const std::vector<Claim> claims = ledger->claim_all(arrivals, kNow);
    BOOST_TEST(handed_out() + queued() == 600);
    BOOST_TEST(queued() > 0);
    for (const Claim& made : claims)
        BOOST_TEST(ledger->settle_later(*made.entry, kNow));
    BOOST_TEST(ledger->waiting().pending == 0u);
    BOOST_TEST(handed_out() + queued() == 0);
}

BOOST_AUTO_TEST_CASE(what_brings_a_stored_password_is_queued) {
    const auto ledger = open(file(), "a key from the configuration");
    Fact fact = sale(1);
    fact.event.password = Secret("correct horse");
    (void)claim(*ledger, fact);
    BOOST_TEST(handed_out() == 0);
    BOOST_TEST(queued() == 1);
}

BOOST_AUTO_TEST_CASE(events_without_a_purchase_are_in_no_order) {
    const auto ledger = open(file());
    const Claim first = claim(*ledger, transaction("", "1"));
    const Claim second = claim(*ledger, transaction("", "2"));
    BOOST_TEST(handed_out() == 2);
    BOOST_TEST(ledger->settle(*second.entry, applied(), kNow));
    BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
}

BOOST_AUTO_TEST_CASE(a_damaged_row_is_told_and_nothing_is_done) {
    const auto ledger = open(file());
    (void)claim(*ledger, sale(1));
    damage("UPDATE handed_out SET version = version + 1, entries = '7,x'");
    try {
        (void)claim(*ledger, sale(2));
        BOOST_ERROR("claimed");
    } catch (const LedgerError& error) {
        BOOST_TEST(std::string(error.what()).find("what is handed out is damaged") !=
                   std::string::npos);
    }
    damage("UPDATE handed_out SET size = 0, lease_until = 0, entries = ''");
    BOOST_TEST(outcome_name(claim(*ledger, sale(2)).outcome) == "leased");
}

BOOST_AUTO_TEST_SUITE_END()
