// Two front ends with one ledger, at the same moment: what the row of the purchase has to
// serialise. On one server they wait for each other there; on a cluster the same writes collide.
#include "ledger/mariadb/mysql_fixture.hpp"

#include <barrier>
#include <functional>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

namespace {

constexpr int kRounds = 40;

struct TwoFrontEnds : DatabaseFolder {
    std::unique_ptr<Ledger> one = open_here();
    std::unique_ptr<Ledger> other = open_here();

    static void at_once(const std::function<void()>& mine, const std::function<void()>& theirs) {
        std::barrier start(2);
        std::thread thread([&] {
            start.arrive_and_wait();
            theirs();
        });
        start.arrive_and_wait();
        mine();
        thread.join();
    }
};

std::string numbered(int round) { return std::to_string(1000 + round); }

} // namespace

BOOST_FIXTURE_TEST_SUITE(mysql_order_tests, TwoFrontEnds,
                         *boost::unit_test::precondition(on_mariadb))

BOOST_AUTO_TEST_CASE(an_event_is_leased_to_one) {
    for (int round = 0; round < kRounds; ++round) {
        const Fact fact = transaction(numbered(round), numbered(round));
        Claim mine, theirs;
        at_once([&] { mine = claim(*one, fact); }, [&] { theirs = claim(*other, fact); });
        BOOST_TEST(mine.entry.has_value() != theirs.entry.has_value());
        const Claim& lost = mine.entry ? theirs : mine;
        BOOST_TEST(outcome_name(lost.outcome) == "in_flight");
    }
}

// Each reads an epoch that includes the other's event, or does not yet.
BOOST_AUTO_TEST_CASE(epochs_are_counted_one_after_the_other) {
    for (int round = 0; round < kRounds; ++round) {
        const std::string purchase = numbered(round);
        Claim mine, theirs;
        at_once([&] { mine = claim(*one, member(purchase, Kind::member_cancel)); },
                [&] { theirs = claim(*other, member(purchase, Kind::member_disable)); });
        const auto state = one->purchase(purchase)->state;
        BOOST_TEST(state.access_epoch == 1u);
        BOOST_TEST(state.renewal_epoch == 1u);
        BOOST_TEST(mine.entry.has_value() != theirs.entry.has_value()); // one at a time
        const Claim& behind = mine.entry ? theirs : mine;
        BOOST_TEST(outcome_name(behind.outcome) == "queued");
    }
}

// An event that is queued behind one that is being settled is promoted.
BOOST_AUTO_TEST_CASE(an_event_queued_while_the_last_is_settled_is_promoted) {
    for (int round = 0; round < kRounds; ++round) {
        const std::string purchase = numbered(round);
        const Claim first = claim(*one, transaction(purchase, "1" + purchase));
        Claim second;
        at_once(
            [&] { BOOST_TEST(one->settle(*first.entry, applied(), kNow)); },
            [&] { second = claim(*other, transaction(purchase, "2" + purchase, Kind::rebill)); });
        if (!second.entry) {
            const auto next = one->lease_next(purchase, kNow);
            BOOST_REQUIRE_MESSAGE(next, "round " << round);
            BOOST_TEST(next->key == second.key);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_requeued_while_the_last_is_settled_is_promoted) {
    for (int round = 0; round < kRounds; ++round) {
        const std::string purchase = numbered(round);
        const Claim dead = claim(*one, transaction(purchase, "1" + purchase));
        BOOST_TEST(one->settle(*dead.entry, refused(), kNow));
        const Claim last = claim(*one, transaction(purchase, "2" + purchase, Kind::rebill));
        bool is_settled = false, is_requeued = false;
        at_once([&] { is_settled = one->settle(*last.entry, applied(), kNow); },
                [&] { is_requeued = other->requeue(dead.key, "ann", kNow); });
        BOOST_TEST(is_settled);
        BOOST_TEST(is_requeued);
        const auto next = one->lease_next(purchase, kNow);
        BOOST_REQUIRE_MESSAGE(next, "round " << round);
        BOOST_TEST(next->key == dead.key);
    }
}

// The same for two transactions that overlap for certain: the settling one must wait for the adding
// one.
BOOST_AUTO_TEST_CASE(settling_the_last_waits_for_an_event_being_added) {
    Wire wire(file("wire"));
    const auto slow = open_by(wire);
    const Claim dead = claim(*one, transaction("1", "1001"));
    BOOST_TEST(one->settle(*dead.entry, refused(), kNow));
    const Fact late_fact = transaction("2", "2002", Kind::rebill);
    const struct {
        const char* purchase;
        const char* last; // of its queue
        std::function<void()> add;
        std::string added;
    } table[] = {
        {"1", "1002", [&] { (void)slow->requeue(dead.key, "ann", kNow); }, dead.key},
        {"2", "2001", [&] { (void)claim(*slow, late_fact); }, late_fact.identity.key_prefix},
    };
    for (const auto& line : table) {
        const Claim last = claim(*one, transaction(line.purchase, line.last));
        wire.at_commit = Wire::AtCommit::late;
        std::thread adding(line.add);
        while (wire.at_commit != Wire::AtCommit::pass)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        BOOST_TEST(one->settle(*last.entry, applied(), kNow));
        adding.join();
        const auto next = one->lease_next(line.purchase, kNow);
        BOOST_REQUIRE_MESSAGE(next, line.added);
        BOOST_TEST(next->key == line.added);
    }
}

BOOST_AUTO_TEST_CASE(a_due_event_is_leased_to_one) {
    for (int round = 0; round < kRounds; ++round) {
        const std::string purchase = numbered(round);
        const Claim made = claim(*one, transaction(purchase, purchase));
        BOOST_TEST(one->settle(*made.entry, retry_at(kNow), kNow));
        std::optional<Entry> mine, theirs;
        at_once([&] { mine = one->lease_due(kNow); },
                [&] { theirs = other->lease_next(purchase, kNow); });
        BOOST_TEST(mine.has_value() != theirs.has_value());
        Ledger& holder = mine ? *one : *other;
        Ledger& stranger = mine ? *other : *one;
        const Entry& entry = mine ? *mine : *theirs;
        BOOST_TEST(!stranger.settle(entry, applied(), kNow)); // it has no lease on it
        BOOST_TEST(holder.settle(entry, applied(), kNow));
    }
}

// The order is that of the claims, whatever sequence numbers the rows have.
BOOST_AUTO_TEST_CASE(the_order_within_a_purchase_does_not_depend_on_sequence) {
    const Claim first = claim(*one, transaction("1", "1001"));
    const auto server = client();
    server->execute("ALTER TABLE segpay_entries AUTO_INCREMENT = 1000");
    const Claim second = claim(*one, transaction("1", "1002", Kind::rebill));
    // As another node of a cluster assigns lower numbers.
    server->execute("UPDATE segpay_entries SET sequence = sequence + 1000 WHERE sequence < 1000");
    server->execute("UPDATE segpay_queue SET sequence = sequence + 1000 WHERE sequence < 1000");
    const Claim third = claim(*other, transaction("1", "1003", Kind::rebill));
    server->execute("UPDATE segpay_entries SET sequence = 5 WHERE event_key = '" + third.key + "'");
    server->execute("UPDATE segpay_queue SET sequence = 5 ORDER BY place DESC LIMIT 1");
    for (const std::string& key : {first.key, second.key, third.key}) {
        const auto next = one->lease_next("1", kNow + kLeaseMs);
        BOOST_REQUIRE(next);
        BOOST_TEST(next->key == key);
        BOOST_TEST(one->settle(*next, applied(), kNow + kLeaseMs));
    }
}

BOOST_AUTO_TEST_SUITE_END()
