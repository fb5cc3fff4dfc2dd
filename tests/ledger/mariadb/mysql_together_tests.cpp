// The operations of one transaction, against the same operations one after the other: the same
// answers, and the same tables in the end.
#include "ledger/mariadb/mysql_fixture.hpp"

#include <random>
#include <thread>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

namespace {

constexpr unsigned kRounds = 60;
constexpr unsigned kFactsPerRound = 12;
constexpr unsigned kSeed = 20'657;

// All content of a ledger but the numbers that it is free to choose.
constexpr const char* kEverything[] = {
    "SELECT e.event_key, e.state, e.place, e.attempts, e.message, e.changed_at, q.purchase_id, "
    "q.place, q.attempts, q.next_attempt_at, q.lease_until FROM segpay_entries e "
    "LEFT JOIN segpay_queue q ON q.sequence = e.sequence ORDER BY e.event_key",
    "SELECT * FROM segpay_purchases ORDER BY id"};

std::string everything(const MysqlConfig& config) {
    MysqlConnection connection(config, config.servers[0]);
    std::string text;
    for (const char* sql : kEverything)
        for (const auto& row : connection.rows(sql)) {
            for (const std::string& value : row)
                text += value + " ";
            text += "\n";
        }
    return text;
}

// Of few purchases and few transactions, so that they collide.
Fact thrown_fact(std::minstd_rand& random) {
    const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
    const std::string purchase = below(8) == 0 ? "" : std::to_string(1 + below(25));
    switch (below(6)) {
        case 0:
            if (!purchase.empty()) return member(purchase, Kind::member_cancel);
            [[fallthrough]];
        case 1:
            if (!purchase.empty()) return member(purchase, Kind::member_enable);
            [[fallthrough]];
        case 2:
            return transaction(purchase, std::to_string(1000 + below(400)), Kind::rebill,
                               below(10) == 0 ? 777 : 2995);
        default:
            return transaction(purchase, "j" + purchase + std::to_string(below(3)));
    }
}

std::string text_of(const Claim& claim) {
    return claim.key + " " + std::string(outcome_name(claim.outcome)) + " " + claim.message +
           (claim.entry ? " attempt " + std::to_string(claim.entry->attempts) : "");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mysql_together_tests, DatabaseFolder,
                         *boost::unit_test::precondition(on_mariadb))

BOOST_AUTO_TEST_CASE(many_claims_are_as_one_after_the_other) {
    MysqlConfig single = config;
    single.database = testing::database_for(file("single"));
    testing::make_database(single.database);
    const auto together = open_here(), one_by_one = open_with(single);
    std::minstd_rand random(kSeed);
    for (unsigned round = 0; round < kRounds; ++round) {
        BOOST_TEST_CONTEXT("round " << round) {
            const TimeMs now = kNow + round * TimeMs{kLeaseMs} / 4;
            std::vector<Fact> facts;
            for (unsigned i = 0; i < kFactsPerRound; ++i)
                facts.push_back(thrown_fact(random));
            std::vector<Arrival> arrivals;
            for (const Fact& fact : facts)
                arrivals.push_back({fact.event, fact.identity});
            const std::vector<Claim> claims = together->claim_all(arrivals, now);
            BOOST_REQUIRE(claims.size() == facts.size());
            std::vector<Claim> alone;
            for (const Fact& fact : facts)
                alone.push_back(claim(*one_by_one, fact, now));
            for (std::size_t i = 0; i < facts.size(); ++i) {
                BOOST_TEST(text_of(claims[i]) == text_of(alone[i]));
                if (!claims[i].entry || !alone[i].entry || random() % 3 == 0) continue;
                (void)together->settle_later(*claims[i].entry, now); // all in one transaction
                (void)one_by_one->settle_later(*alone[i].entry, now);
                one_by_one->flush();
            }
            together->flush();
            BOOST_TEST(everything(config) == everything(single));
        }
    }
}

// Two front ends, the same events: the unique keys decide, and the slower one starts again.
BOOST_AUTO_TEST_CASE(each_of_many_is_leased_to_one) {
    const auto one = open_here(), other = open_here();
    for (int round = 0; round < 20; ++round) {
        std::vector<Fact> facts;
        for (int i = 0; i < 8; ++i) {
            const std::string id = std::to_string(100 * round + i);
            facts.push_back(transaction(i % 4 == 0 ? "" : id, id));
        }
        std::vector<Arrival> arrivals;
        for (const Fact& fact : facts)
            arrivals.push_back({fact.event, fact.identity});
        std::vector<Claim> mine, theirs;
        std::thread thread([&] { theirs = other->claim_all(arrivals, kNow); });
        mine = one->claim_all(arrivals, kNow);
        thread.join();
        for (std::size_t i = 0; i < facts.size(); ++i) {
            BOOST_TEST(mine[i].entry.has_value() != theirs[i].entry.has_value());
            const Claim& lost = mine[i].entry ? theirs[i] : mine[i];
            BOOST_TEST(outcome_name(lost.outcome) == "in_flight");
        }
    }
}

BOOST_AUTO_TEST_CASE(one_lost_lease_does_not_spoil_the_other_marks) {
    const auto ledger = open_here();
    std::vector<Claim> claims;
    for (const char* purchase : {"1", "2", "3"})
        claims.push_back(claim(*ledger, transaction(purchase, purchase)));
    client()->execute("UPDATE segpay_queue SET attempts = attempts + 1 WHERE purchase_id = '2'");
    for (const Claim& made : claims)
        BOOST_TEST(ledger->settle_later(*made.entry, kNow));
    ledger->flush();
    BOOST_TEST((state_of(*ledger, claims[0].key) == EntryState::settled));
    BOOST_TEST((state_of(*ledger, claims[1].key) == EntryState::pending));
    BOOST_TEST((state_of(*ledger, claims[2].key) == EntryState::settled));
}

// Queued by another front end, unknown to this one.
BOOST_AUTO_TEST_CASE(an_event_behind_several_marks_is_promoted) {
    const auto ledger = open_here(), other = open_here();
    std::vector<Claim> claims;
    for (const char* purchase : {"1", "2"})
        claims.push_back(claim(*ledger, transaction(purchase, purchase)));
    BOOST_TEST(outcome(*other, transaction("2", "9", Kind::rebill)) == "queued");
    for (const Claim& made : claims)
        BOOST_TEST(ledger->settle_later(*made.entry, kNow));
    ledger->flush();
    const auto next = other->lease_next("2", kNow);
    BOOST_REQUIRE(next);
    BOOST_TEST(next->key == "segpay/9/rebill/1");
}

BOOST_AUTO_TEST_SUITE_END()
