// What listings need is brought up to date, and what is old enough is forgotten but for its key.
#include "ledger/sqlite/sqlite_upkeep.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

struct Folder : TemporaryFolder {
    std::unique_ptr<Ledger> ledger = open(file());

    // A settled rebill of a purchase.
    std::string settled(const std::string& purchase, int id, TimeMs when = kNow) {
        const Claim made =
            claim(*ledger, transaction(purchase, std::to_string(id), EventKind::rebill), when);
        BOOST_REQUIRE(made.entry);
        BOOST_TEST(ledger->settle(*made.entry, applied(), when));
        return made.key;
    }
    std::int64_t count(const std::string& table) {
        return SqliteConnection(file(), 1000).integer("SELECT COUNT(*) FROM " + table);
    }
    std::vector<std::string> of_purchase(const std::string& purchase) {
        EntryQuery query;
        query.purchase_id = purchase;
        return keys(*ledger, query);
    }
    void tidy_all(std::optional<TimeMs> before = std::nullopt) {
        for (int slice = 0; ledger->tidy(before); ++slice)
            BOOST_REQUIRE(slice < 100);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_upkeep_tests, Folder)

BOOST_AUTO_TEST_CASE(the_history_of_a_purchase_is_whole_indexed_or_not) {
    std::vector<std::string> mine;
    for (int id = 1; id <= 5; ++id) {
        mine.push_back(settled("1", 100 + id));
        settled("2", 200 + id);
        BOOST_TEST(of_purchase("1") == mine, boost::test_tools::per_element());
        if (id == 3) {
            BOOST_TEST(ledger->tidy(std::nullopt));
            BOOST_TEST(count("purchase_entries") == 6);
            BOOST_TEST(of_purchase("1") == mine, boost::test_tools::per_element());
        }
    }
    tidy_all();
    BOOST_TEST(count("purchase_entries") == 10);
    BOOST_TEST(of_purchase("1") == mine, boost::test_tools::per_element());
    BOOST_TEST(!ledger->tidy(std::nullopt)); // and that was all
}

BOOST_AUTO_TEST_CASE(it_goes_on_in_slices) {
    std::vector<Fact> facts;
    for (int id = 0; id < 2'500; ++id)
        facts.push_back(transaction("1", std::to_string(10'000 + id), EventKind::rebill));
    std::vector<Arrival> arrivals;
    for (const Fact& fact : facts)
        arrivals.push_back({fact.event, fact.identity});
    ledger->claim_all(arrivals, kNow);
    std::vector<std::int64_t> sizes;
    while (ledger->tidy(std::nullopt))
        sizes.push_back(count("purchase_entries"));
    BOOST_TEST(sizes == (std::vector<std::int64_t>{1'000, 2'000, 2'500}),
               boost::test_tools::per_element());
    BOOST_TEST(of_purchase("1").size() == 2'500u);
}

BOOST_AUTO_TEST_CASE(nothing_is_forgotten_unless_it_is_said) {
    settled("1", 1);
    settled("1", 2);
    tidy_all();
    BOOST_TEST(count("entries") == 2);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_stays_a_duplicate) {
    const std::string old = settled("1", 1, kNow);
    const std::string young = settled("1", 2, kNow + 1'000);
    settled("2", 3, kNow + 1'000);
    tidy_all(kNow + 500);
    BOOST_TEST(!ledger->entry(old));
    BOOST_TEST(of_purchase("1") == std::vector{young}, boost::test_tools::per_element());
    BOOST_TEST(count("keys") == 3);
    BOOST_TEST(count("purchase_entries") == 2);
    const auto again = [&](std::string_view purchase, std::int64_t minor) {
        return outcome(*ledger, transaction(purchase, "1", EventKind::rebill, minor), kNow + 9'000);
    };
    BOOST_TEST(again("1", 2995) == "duplicate");
    BOOST_TEST(again("1", 2996) == "conflict");
    BOOST_TEST(again("7", 2995) == "conflict");
    BOOST_TEST(ledger->purchase("1").has_value());
    BOOST_TEST(!ledger->revive(old, "ann", kNow));
    BOOST_TEST(!is_dismissed(*ledger, old, kNow));
}

BOOST_AUTO_TEST_CASE(what_is_not_done_with_is_never_forgotten) {
    const Claim waiting = claim(*ledger, transaction("1", "1"));
    const Claim dead = claim(*ledger, transaction("2", "2"));
    BOOST_TEST(ledger->settle(*dead.entry, refused(), kNow));
    const Claim dismissed = claim(*ledger, transaction("3", "3"));
    BOOST_TEST(ledger->settle(*dismissed.entry, refused(), kNow));
    BOOST_TEST(is_dismissed(*ledger, dismissed.key, kNow));
    KeptRequest request;
    request.key = "kept/1";
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    const std::string done = settled("4", 4);
    settled("5", 5, kNow + 10);
    tidy_all(kNow + 5);
    BOOST_TEST(ledger->entry(waiting.key).has_value());
    BOOST_TEST(ledger->entry(dead.key).has_value());
    BOOST_TEST(ledger->entry("kept/1").has_value());
    BOOST_TEST(!ledger->entry(dismissed.key));
    BOOST_TEST(!ledger->entry(done));
    BOOST_TEST(ledger->settle(*waiting.entry, applied(), kNow + 20)); // and all of it goes on
    BOOST_TEST(ledger->revive(dead.key, "ann", kNow + 20));
}

BOOST_AUTO_TEST_CASE(the_order_of_arrival_goes_on_when_all_is_forgotten) {
    for (int id = 1; id <= 3; ++id)
        settled("1", id);
    tidy_all(kNow + 1);
    BOOST_TEST(count("entries") == 1); // the last
    const Claim next = claim(*ledger, transaction("1", "9"));
    BOOST_TEST(next.entry->sequence == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
