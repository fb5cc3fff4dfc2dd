// Unreadable records: the operator sees them as dead letters, and all other entries go on.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr std::string_view kDamaged[] = {
    "'kind=join&amount=hunter2'", // no amount
    "'kind=join&amount=1+USD&eticket=hunter2'",
    "'%zz hunter2'",
    "'hunter2'", // readable, but not an event
    "''",
    "NULL",
};

struct Folder : TemporaryFolder {
    std::unique_ptr<Ledger> ledger = open(file());

    void damage(std::uint64_t sequence, std::string_view record = kDamaged[0]) {
        meddle(file(), "UPDATE entries SET record = " + std::string(record) +
                           " WHERE sequence = " + std::to_string(sequence));
    }
};

constexpr auto kFirstIsDamaged =
    "the event of entry 1 (segpay/1001/join/1) cannot be read: its record is damaged";

} // namespace

BOOST_FIXTURE_TEST_SUITE(damage_tests, Folder)

BOOST_AUTO_TEST_CASE(a_damaged_event_becomes_a_dead_letter_and_the_others_are_delivered) {
    const TimeMs later = kNow + kLeaseMs;
    const Claim first = claim(*ledger, transaction("1", "1001"));
    const Claim second = claim(*ledger, transaction("1", "1002", EventKind::rebill));
    const Claim other = claim(*ledger, transaction("2", "2001"));
    damage(1);

    for (const std::string& key : {other.key, second.key}) {
        const auto entry = ledger->lease_due(later + 1);
        BOOST_REQUIRE(entry);
        BOOST_TEST(entry->key == key);
        BOOST_TEST(ledger->settle(*entry, applied(), later + 1));
    }
    BOOST_TEST(!ledger->lease_due(later + 1));
    BOOST_TEST(ledger->waiting().pending == 0u);
    const auto dead_letter = ledger->entry(first.key);
    BOOST_REQUIRE(dead_letter);
    BOOST_TEST((dead_letter->state == EntryState::dead_letter));
    BOOST_TEST(dead_letter->message == kFirstIsDamaged);
    BOOST_TEST(dead_letter->changed_at_ms == later + 1);
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_never_leased) {
    for (const std::string_view record : kDamaged) {
        const TemporaryFolder folder;
        const auto mine = open(folder.file());
        claim(*mine, transaction("1", "1001"));
        const Claim next = claim(*mine, transaction("1", "1002", EventKind::rebill));
        meddle(folder.file(),
               "UPDATE entries SET record = " + std::string(record) + " WHERE sequence = 1");
        const auto taken = mine->lease_next("1", kNow + kLeaseMs);
        BOOST_REQUIRE_MESSAGE(taken, record);
        BOOST_TEST(taken->key == next.key, record);
        const auto dead_letter = mine->entry("segpay/1001/join/1");
        BOOST_TEST((dead_letter->state == EntryState::dead_letter), record);
        BOOST_TEST(dead_letter->message == kFirstIsDamaged, record);
    }
}

BOOST_AUTO_TEST_CASE(a_series_of_damaged_events_is_skipped_in_one_call) {
    for (const char* id : {"1001", "1002", "1003"})
        claim(*ledger, transaction("1", id, EventKind::rebill));
    damage(1);
    damage(2);
    BOOST_TEST(ledger->lease_next("1", kNow + kLeaseMs)->event->transaction_id == "1003");
    damage(3);
    BOOST_TEST(!ledger->lease_next("1", kNow + 2 * kLeaseMs));
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(a_repeat_of_a_damaged_event_is_a_dead_letter) {
    const Fact fact = transaction("1", "1001");
    claim(*ledger, fact);
    claim(*ledger, transaction("1", "1002", EventKind::rebill));
    damage(1);
    const TimeMs later = kNow + kLeaseMs;
    BOOST_TEST(outcome(*ledger, fact, later) == "dead_letter");
    BOOST_TEST(outcome(*ledger, fact, later) == "dead_letter"); // again
    BOOST_TEST(ledger->lease_next("1", later)->event->transaction_id == "1002");
}

BOOST_AUTO_TEST_CASE(keeps_the_reason_given_before_the_damage) {
    const Claim made = claim(*ledger, transaction("1", "1001"));
    BOOST_TEST(ledger->settle(*made.entry, retry_at(kNow, "database is down"), kNow));
    damage(1);
    BOOST_TEST(!ledger->lease_due(kNow));
    BOOST_TEST(ledger->entry(made.key)->message ==
               std::string("database is down; ") + kFirstIsDamaged);
}

BOOST_AUTO_TEST_CASE(a_damaged_dead_letter_can_only_be_dismissed) {
    const Claim made = claim(*ledger, transaction("1", "1001"));
    damage(1);
    BOOST_TEST(!ledger->lease_due(kNow + kLeaseMs));
    BOOST_TEST(!ledger->requeue(made.key, "ann", kNow));
    BOOST_TEST((state_of(*ledger, made.key) == EntryState::dead_letter));
    BOOST_TEST(is_dismissed(*ledger, made.key, kNow));
}

BOOST_AUTO_TEST_CASE(listings_show_damaged_entries_without_content) {
    const Claim made = claim(*ledger, transaction("1", "1001"));
    const Claim other = claim(*ledger, transaction("2", "2001"));
    BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
    damage(1);
    BOOST_TEST(keys(*ledger, {}) == (std::vector{made.key, other.key}));
    ledger->entries({}, [&](const Entry& entry) {
        BOOST_TEST(entry.event.has_value() == (entry.key == other.key));
        BOOST_TEST(entry.message == (entry.key == other.key ? "" : kFirstIsDamaged));
        return true;
    });
    BOOST_TEST((state_of(*ledger, made.key) == EntryState::settled)); // and changes nothing
    BOOST_TEST(outcome(*ledger, transaction("1", "1001")) == "duplicate");
}

BOOST_AUTO_TEST_CASE(a_damaged_transaction_is_not_known) {
    Fact fact = transaction("1", "100");
    fact.identity.key_prefix = transaction_key_prefix("100") + "sale-auth-initial-yes";
    claim(*ledger, fact);
    BOOST_TEST(ledger->transaction("100").has_value());
    damage(1);
    BOOST_TEST(!ledger->transaction("100"));
}

// A hand has deleted it: what comes after it is delivered all the same.
BOOST_AUTO_TEST_CASE(an_entry_that_is_gone_holds_up_nothing) {
    claim(*ledger, transaction("1", "1001"));
    claim(*ledger, transaction("1", "1002", EventKind::rebill));
    claim(*ledger, transaction("2", "2001"));
    meddle(file(), "DELETE FROM entries WHERE sequence = 1");
    const TimeMs later = kNow + kLeaseMs;
    std::set<std::string> delivered;
    while (const auto entry = ledger->lease_due(later)) {
        delivered.insert(entry->event->transaction_id);
        BOOST_TEST(ledger->settle(*entry, applied(), later));
    }
    BOOST_TEST((delivered == std::set<std::string>{"1002", "2001"}));
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
