// What is old enough is forgotten but for its key, in slices; what is not done with never is.
#include "ledger/mariadb/mysql_fixture.hpp"

using namespace segpay;
using namespace segpay::test;

namespace {

struct Opened : DatabaseFolder {
    std::unique_ptr<Ledger> ledger = open_here();
};

Fact rebill(const std::string& purchase, int id, std::int64_t minor = 2995) {
    return transaction(purchase, std::to_string(id), EventKind::rebill, minor);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mysql_upkeep_tests, Opened, *boost::unit_test::precondition(on_mariadb))

BOOST_AUTO_TEST_CASE(what_is_forgotten_stays_a_duplicate) {
    const std::string old = claim(*ledger, rebill("1", 1)).key;
    BOOST_TEST(ledger->settle(*claim(*ledger, rebill("1", 1), kNow + kLeaseMs).entry, applied(),
                              kNow + kLeaseMs));
    BOOST_TEST(deliver(*ledger, rebill("1", 2), kNow + 1'000) == "leased");
    BOOST_TEST(!ledger->tidy(std::nullopt));
    BOOST_TEST(ledger->tidy(kNow + 500));
    BOOST_TEST(!ledger->tidy(kNow + 500)); // that was all
    BOOST_TEST(!ledger->entry(old));
    EntryQuery query;
    query.purchase_id = "1";
    BOOST_TEST(keys(*ledger, query).size() == 1u);
    BOOST_TEST(keys(*ledger, {}).size() == 1u);
    BOOST_TEST(outcome(*ledger, rebill("1", 1)) == "duplicate");
    BOOST_TEST(outcome(*ledger, rebill("1", 1, 2996)) == "conflict");
    BOOST_TEST(outcome(*ledger, rebill("7", 1)) == "conflict");
    BOOST_TEST(ledger->purchase("1").has_value());
    BOOST_TEST(!ledger->purchase("7"));
    BOOST_TEST(!ledger->revive(old, "ann", kNow));
    BOOST_TEST(!is_dismissed(*ledger, old, kNow));
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_entries WHERE record IS NULL") == "1");
}

BOOST_AUTO_TEST_CASE(what_is_not_done_with_is_never_forgotten) {
    const Claim waiting = claim(*ledger, rebill("1", 1));
    const Claim dead = claim(*ledger, rebill("2", 2));
    BOOST_TEST(ledger->settle(*dead.entry, refused(), kNow));
    const Claim dismissed = claim(*ledger, rebill("3", 3));
    BOOST_TEST(ledger->settle(*dismissed.entry, refused(), kNow));
    BOOST_TEST(is_dismissed(*ledger, dismissed.key, kNow));
    BOOST_TEST((ledger->keep(kept("kept/1"), kNow) == Kept::anew));
    while (ledger->tidy(kNow + 5))
        continue;
    for (const std::string& key : {waiting.key, dead.key, std::string("kept/1")})
        BOOST_TEST(ledger->entry(key).has_value(), key);
    BOOST_TEST(!ledger->entry(dismissed.key));
    BOOST_TEST(ledger->settle(*waiting.entry, applied(), kNow + 20));
    BOOST_TEST(ledger->revive(dead.key, "ann", kNow + 20));
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
    int slices = 0;
    while (ledger->tidy(kNow + 1))
        ++slices;
    BOOST_TEST(slices == 3);
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_entries WHERE state = 0") == "1200");
}

BOOST_AUTO_TEST_SUITE_END()
