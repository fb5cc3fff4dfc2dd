// Snapshots: many lookups at one moment, in one transaction that only reads; listings that write
// nothing and wait for no writer.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

// With the key prefix by which a transaction is found.
Fact sale(std::string_view purchase, std::string_view id) {
    Fact fact = transaction(purchase, id);
    fact.identity.key_prefix = transaction_key_prefix(id) + "sale-auth-initial-yes";
    return fact;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_ledger_tests, TemporaryFolder)

BOOST_AUTO_TEST_CASE(a_snapshot_sees_what_was_durable_before) {
    const auto ledger = open(file()), other = open(file());
    (void)claim(*other, sale("1", "1001"));
    const std::unique_ptr<Lookup> snapshot = ledger->snapshot();
    BOOST_TEST(snapshot->purchase("1").has_value());
    BOOST_TEST(snapshot->transaction("1001").has_value());
    BOOST_TEST(!snapshot->purchase("2").has_value());
    BOOST_TEST(!snapshot->transaction("1002").has_value());
}

BOOST_AUTO_TEST_CASE(stays_at_its_moment) {
    const auto ledger = open(file());
    const std::unique_ptr<Lookup> snapshot = ledger->snapshot();
    BOOST_TEST(!snapshot->purchase("1").has_value());
    (void)claim(*ledger, sale("1", "1001")); // blocks no writer
    BOOST_TEST(!snapshot->transaction("1001").has_value());
    BOOST_TEST(ledger->snapshot()->transaction("1001").has_value());
}

// A connection that served a snapshot is used again, and reads at the time of its next use.
BOOST_AUTO_TEST_CASE(leaves_nothing_behind) {
    const auto ledger = open(file());
    for (int i = 1; i <= 100; ++i) {
        const std::string id = std::to_string(i);
        BOOST_TEST(!ledger->snapshot()->purchase(id).has_value());
        (void)claim(*ledger, sale(id, "1" + id));
        BOOST_TEST(ledger->snapshot()->purchase(id).has_value());
        BOOST_TEST(ledger->purchase(id).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_a_ledger_in_memory_is_the_ledger) {
    const auto ledger = open(":memory:");
    const std::unique_ptr<Lookup> snapshot = ledger->snapshot();
    (void)claim(*ledger, sale("1", "1001"));
    BOOST_TEST(snapshot->purchase("1").has_value());
    BOOST_TEST(snapshot->transaction("1001").has_value());
}

BOOST_AUTO_TEST_CASE(a_lookup_waits_for_no_writer) {
    const auto ledger = open(file());
    const Claim made = claim(*ledger, sale("1", "1001"));
    BOOST_TEST(ledger->settle_later(*made.entry, kNow)); // with a mark that is not durable yet
    SqliteConnection other(file(), 1000);
    other.execute("BEGIN IMMEDIATE; DELETE FROM queue");
    BOOST_TEST(keys(*ledger, {}) == std::vector{made.key}, boost::test_tools::per_element());
    BOOST_TEST((state_of(*ledger, made.key) == EntryState::pending));
    BOOST_TEST(ledger->waiting().pending == 1u);
    BOOST_TEST(ledger->purchase("1").has_value());
    other.execute("ROLLBACK");
    ledger->flush();
    BOOST_TEST((state_of(*ledger, made.key) == EntryState::settled));
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
