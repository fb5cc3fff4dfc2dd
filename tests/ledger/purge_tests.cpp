// An old entry is purged but for its key, whatever its neighbours are; an open one never is.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

Fact rebill(const std::string& purchase, int id, std::int64_t minor = 2995) {
    return transaction(purchase, std::to_string(id), EventKind::rebill, minor);
}

struct PurgeFolder : TemporaryFolder {
    std::unique_ptr<Ledger> ledger = open(file());

    std::string settled(const std::string& purchase, int id, TimeMs when = kNow) {
        const Claim made = claim(*ledger, rebill(purchase, id), when);
        BOOST_REQUIRE(made.entry);
        BOOST_TEST(ledger->settle(*made.entry, applied(), when));
        return made.key;
    }
    std::string dead_letter(const std::string& purchase, int id) {
        const Claim made = claim(*ledger, rebill(purchase, id));
        BOOST_TEST(ledger->settle(*made.entry, refused(), kNow));
        return made.key;
    }
    int purge_all(TimeMs before) {
        int slices = 0;
        while (ledger->purge(before))
            BOOST_REQUIRE(++slices < 100);
        return slices;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(purge_tests, PurgeFolder)

BOOST_AUTO_TEST_CASE(nothing_is_purged_without_an_age) {
    settled("1", 1);
    settled("1", 2);
    BOOST_TEST(!ledger->purge(std::nullopt));
    BOOST_TEST(keys(*ledger, {}).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_purged_event_stays_a_duplicate) {
    const std::string old = settled("1", 1, kNow);
    const std::string young = settled("1", 2, kNow + 1'000);
    settled("2", 3, kNow + 1'000);
    BOOST_TEST(purge_all(kNow + 500) == 1);
    BOOST_TEST(!ledger->entry(old));
    EntryQuery query;
    query.purchase_id = "1";
    BOOST_TEST(keys(*ledger, query) == std::vector{young}, boost::test_tools::per_element());
    BOOST_TEST(keys(*ledger, {}).size() == 2u);
    BOOST_TEST(outcome(*ledger, rebill("1", 1)) == "duplicate");
    BOOST_TEST(outcome(*ledger, rebill("1", 1, 2996)) == "conflict");
    BOOST_TEST(outcome(*ledger, rebill("7", 1)) == "conflict");
    BOOST_TEST(ledger->purchase("1").has_value());
    BOOST_TEST(!ledger->purchase("7"));
    BOOST_TEST(!ledger->requeue(old, "ann", kNow));
    BOOST_TEST(!is_dismissed(*ledger, old, kNow));
}

BOOST_AUTO_TEST_CASE(an_open_entry_is_never_purged) {
    const Claim waiting = claim(*ledger, rebill("1", 1));
    const std::string dead = dead_letter("2", 2);
    const std::string dismissed = dead_letter("3", 3);
    BOOST_TEST(is_dismissed(*ledger, dismissed, kNow));
    BOOST_TEST((ledger->keep(kept("kept/1"), kNow) == Kept::anew));
    const std::string done = settled("4", 4);
    settled("5", 5, kNow + 10);
    purge_all(kNow + 5);
    for (const std::string& key : {waiting.key, dead, std::string("kept/1")})
        BOOST_TEST(ledger->entry(key).has_value(), key);
    BOOST_TEST(!ledger->entry(dismissed));
    BOOST_TEST(!ledger->entry(done));
    BOOST_TEST(ledger->settle(*waiting.entry, applied(), kNow + 20)); // all of it goes on
    BOOST_TEST(ledger->requeue(dead, "ann", kNow + 20));
}

// A clock that was wrong for a while keeps no other entry.
BOOST_AUTO_TEST_CASE(an_entry_from_the_future_keeps_no_other) {
    const std::string ahead = settled("1", 1, kNow + 365 * kDayMs);
    const std::string old = settled("2", 2, kNow);
    settled("3", 3, kNow + 10);
    purge_all(kNow + 5);
    BOOST_TEST(ledger->entry(ahead).has_value());
    BOOST_TEST(!ledger->entry(old));
}

// An entry that was decided late is purged late, though younger entries were purged before it.
BOOST_AUTO_TEST_CASE(an_entry_decided_late_is_purged_too) {
    const std::string late = dead_letter("1", 1);
    const std::string requeued = dead_letter("2", 2);
    settled("3", 3);
    settled("4", 4, kNow + 10);
    purge_all(kNow + 5);
    BOOST_TEST(is_dismissed(*ledger, late, kNow + 20));
    BOOST_TEST(ledger->requeue(requeued, "ann", kNow + 20));
    BOOST_TEST(ledger->settle(ledger->lease_due(kNow + 20).value(), applied(), kNow + 20));
    purge_all(kNow + 5);
    BOOST_TEST(!ledger->entry(late));
    BOOST_TEST(!ledger->entry(requeued));
}

BOOST_AUTO_TEST_CASE(the_order_of_arrival_goes_on_when_all_is_purged) {
    std::uint64_t last = 0;
    for (int id = 1; id <= 3; ++id)
        last = ledger->entry(settled("1", id))->sequence;
    purge_all(kNow + 1);
    const Claim next = claim(*ledger, rebill("1", 9));
    BOOST_TEST(next.entry->sequence > last);
}

BOOST_AUTO_TEST_CASE(it_goes_in_slices) {
    std::vector<Fact> facts;
    for (int id = 0; id < 1'200; ++id)
        facts.push_back(rebill(std::to_string(id), 10'000 + id));
    std::vector<Arrival> arrivals;
    for (const Fact& fact : facts)
        arrivals.push_back({fact.event, fact.identity});
    const std::vector<Claim> claims = ledger->claim_all(arrivals, kNow);
    BOOST_TEST(claims.size() == facts.size());
    for (const Claim& made : claims)
        BOOST_TEST(ledger->settle_later(*made.entry, kNow));
    ledger->flush();
    settled("last", 1, kNow + 10);
    BOOST_TEST(purge_all(kNow + 1) == 3);
    BOOST_TEST(keys(*ledger, {}).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
