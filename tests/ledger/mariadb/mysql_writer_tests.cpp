// A commit without an answer, a server that is gone, a conflict with another transaction: each
// operation is done once, or an error says that its outcome is unknown.
#include "ledger/mariadb/mysql_fixture.hpp"

#include "ledger/mariadb/mysql_servers.hpp"

using namespace segpay;
using namespace segpay::test;

using namespace std::chrono_literals;
using AtCommit = Wire::AtCommit;
using Clock = std::chrono::steady_clock;

namespace {

// The longest that a transaction takes, done or not, with a margin for a slow machine.
constexpr auto kLongest = kMysqlTime + std::chrono::seconds(kIoTimeoutS) + 1s;

struct Cut {
    const char* name;
    AtCommit at_commit;
};
// After "hang before" the server ends the session in time.
constexpr Cut kCuts[] = {
    {"before", AtCommit::cut_before},          {"after", AtCommit::cut_after},
    {"delayed", AtCommit::cut_delayed},        {"hanging after", AtCommit::hang_after},
    {"hanging before", AtCommit::hang_before},
};

struct Wired : DatabaseFolder {
    Wire wire{file("wire")};
    std::unique_ptr<Ledger> ledger = open_by(wire);

    std::string attempts_of(const std::string& key) const {
        return value(
            "SELECT q.attempts FROM segpay_queue q JOIN segpay_entries e "
            "ON e.sequence = q.sequence WHERE event_key = '" +
            key + "'");
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(mysql_writer_tests, *boost::unit_test::precondition(on_mariadb))

BOOST_FIXTURE_TEST_CASE(a_claim_whose_commit_was_interrupted_is_made_once, Wired) {
    for (const Cut& cut : kCuts)
        BOOST_TEST_CONTEXT(cut.name) {
            const std::string id = std::to_string(1000 + (&cut - kCuts));
            wire.at_commit = cut.at_commit;
            const Claim made = claim(*ledger, transaction(id, id));
            BOOST_TEST((wire.at_commit == AtCommit::pass)); // the cut took place
            BOOST_TEST(outcome_name(made.outcome) == "leased");
            BOOST_TEST(attempts_of(made.key) == "1");
            BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
            BOOST_TEST(outcome(*ledger, transaction(id, id)) == "duplicate");
        }
}

BOOST_FIXTURE_TEST_CASE(a_mark_whose_commit_was_interrupted_is_ours, Wired) {
    for (const Cut& cut : kCuts)
        BOOST_TEST_CONTEXT(cut.name) {
            const std::string id = std::to_string(1000 + (&cut - kCuts));
            const Claim made = claim(*ledger, transaction(id, id));
            wire.at_commit = cut.at_commit;
            BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
            BOOST_TEST((wire.at_commit == AtCommit::pass));
            BOOST_TEST((state_of(*ledger, made.key) == EntryState::settled));
        }
}

BOOST_FIXTURE_TEST_CASE(the_answer_is_found_with_the_next_server, DatabaseFolder) {
    Wire first(file("first")), second(file("second"));
    const auto ledger = open_by(first, second);
    for (const AtCommit at_commit : {AtCommit::cut_before, AtCommit::cut_after}) {
        const std::string id = std::to_string(1000 + static_cast<int>(at_commit));
        first.is_closed = true;
        first.at_commit = second.at_commit = at_commit; // whichever is used
        const Claim made = claim(*ledger, transaction(id, id));
        BOOST_TEST(outcome_name(made.outcome) == "leased");
        first.at_commit = second.at_commit = AtCommit::pass;
        first.is_closed = false;
    }
    BOOST_TEST(second.commits > 0);
    const int before = first.commits;
    BOOST_TEST(deliver(*ledger, transaction("3000", "3000")) == "leased");
    BOOST_TEST(first.commits == before); // the session stays there
}

BOOST_FIXTURE_TEST_CASE(an_unknown_outcome_is_an_error, Wired) {
    const Fact fact = transaction("1", "1001");
    wire.is_closed = true;
    wire.at_commit = AtCommit::cut_after;
    BOOST_CHECK_THROW(claim(*ledger, fact), LedgerError);
    BOOST_CHECK_THROW(claim(*ledger, fact), LedgerError); // at once
    wire.is_closed = false;
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    // The commit took place, so a repeat is answered with the lease in flight.
    BOOST_TEST(outcome(*ledger, fact) == "in_flight");
    BOOST_TEST(outcome(*ledger, fact, kNow + kLeaseMs) == "leased");
    BOOST_TEST(attempts_of("segpay/1001/join/1") == "2");
}

// While another session holds the writer's row, as an old session would that has not ended, the
// commit may still take place: no error may say that it did not.
BOOST_FIXTURE_TEST_CASE(a_commit_that_may_still_happen_is_an_error, Wired) {
    (void)claim(*ledger, transaction("1", "1001")); // so that there is a row
    wire.at_commit = AtCommit::hang_before;
    const auto other = client();
    const std::jthread holding([&] {
        std::this_thread::sleep_for(500ms);
        other->execute("SET autocommit = 0");
        other->execute("SELECT * FROM segpay_writers FOR UPDATE"); // gets the row first
    });
    const auto begun = Clock::now();
    BOOST_CHECK_THROW(claim(*ledger, transaction("2", "1002")), LedgerError);
    BOOST_TEST((Clock::now() - begun < kLongest));
}

BOOST_FIXTURE_TEST_CASE(a_transaction_rolled_back_in_the_middle_is_done_again, Wired) {
    wire.undoes_at_select = 1;
    BOOST_TEST(outcome(*ledger, transaction("1", "1001")) == "leased");
    BOOST_TEST(wire.undoes_at_select == 0); // the rollback took place
    // For an event behind another, the entry is written when the next SELECT is prepared.
    wire.undoes_at_select = 1;
    BOOST_TEST(outcome(*ledger, transaction("1", "1002")) == "queued");
    BOOST_TEST(wire.undoes_at_select == 0);
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_entries") == "2");
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_queue") == "2");
}

// In a batch of which some are known, the new ones are written before they are looked up.
BOOST_FIXTURE_TEST_CASE(a_batch_rolled_back_in_the_middle_is_done_again, Wired) {
    std::vector<Fact> facts;
    for (const char* id : {"1", "2", "3", "4", "5"})
        facts.push_back(transaction(id, id));
    for (std::size_t known = 0; known < 3; ++known)
        (void)claim(*ledger, facts[known]);
    std::vector<Arrival> arrivals;
    for (const Fact& fact : facts)
        arrivals.push_back({fact.event, fact.identity});
    wire.undoes_at_select = 3; // purchases, the entries with the keys, those of what is new
    const std::vector<Claim> claims = ledger->claim_all(arrivals, kNow);
    BOOST_TEST(wire.undoes_at_select == 0);
    BOOST_TEST(outcome_name(claims[3].outcome) == "leased");
    BOOST_TEST(outcome_name(claims[4].outcome) == "leased");
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_entries") == "5");
}

BOOST_FIXTURE_TEST_CASE(sessions_that_were_killed_are_replaced, DatabaseFolder) {
    const auto ledger = open_here();
    for (int round = 0; round < 3; ++round) {
        const std::string id = std::to_string(round);
        const Claim made = claim(*ledger, transaction(id, id));
        BOOST_TEST(ledger->purchase(id).has_value());
        const auto killer = client();
        for (const auto& row : killer->rows("SELECT id FROM information_schema.processlist WHERE "
                                            "db = DATABASE() AND id <> CONNECTION_ID()"))
            killer->execute("KILL CONNECTION " + row.at(0));
        if (round == 0) BOOST_TEST(ledger->settle(*made.entry, applied(), kNow));
        if (round == 1) BOOST_TEST(ledger->entry(made.key).has_value());
        if (round == 2) BOOST_TEST(outcome(*ledger, transaction("9", "9")) == "leased");
    }
}

BOOST_FIXTURE_TEST_CASE(a_deadlock_is_tried_again, DatabaseFolder) {
    const auto ledger = open_here();
    const Claim made = claim(*ledger, transaction("1", "1001"));
    const auto other = client();
    other->execute("SET autocommit = 0");
    // A large transaction, so that the server prefers to roll back ours.
    other->execute("CREATE TABLE IF NOT EXISTS ballast(n INT)");
    other->execute("INSERT INTO ballast SELECT seq FROM seq_1_to_1000");
    other->execute("SELECT * FROM segpay_queue FOR UPDATE");
    const std::string deadlocks =
        "SELECT variable_value FROM information_schema.global_status "
        "WHERE variable_name = 'innodb_deadlocks'";
    const int before = std::stoi(value(deadlocks));
    bool is_settled = false;
    std::thread settling([&] { is_settled = ledger->settle(*made.entry, applied(), kNow); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    other->execute("SELECT * FROM segpay_purchases FOR UPDATE"); // the mark holds it already
    other->execute("COMMIT");
    settling.join();
    BOOST_TEST(is_settled);
    BOOST_TEST(std::stoi(value(deadlocks)) > before);
    BOOST_TEST((state_of(*ledger, made.key) == EntryState::settled));
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_is_held_for_long_is_waited_for_a_while, DatabaseFolder) {
    const auto ledger = open_here();
    const Claim made = claim(*ledger, transaction("1", "1001"));
    const auto other = client();
    other->execute("SET autocommit = 0");
    other->execute("SELECT * FROM segpay_purchases FOR UPDATE");
    bool is_settled = false;
    std::thread settling([&] { is_settled = ledger->settle(*made.entry, applied(), kNow); });
    std::this_thread::sleep_for(std::chrono::milliseconds(2'500)); // longer than one try waits
    other->execute("COMMIT");
    settling.join();
    BOOST_TEST(is_settled);
    other->execute("SELECT * FROM segpay_purchases WHERE id = '1' FOR UPDATE");
    // A locked operation fails; those that share its transaction are done in time.
    std::atomic<int> leased = 0, failed = 0, late = 0;
    {
        std::vector<std::jthread> threads;
        for (const char* purchase : {"1", "1", "2", "3", "4"}) {
            threads.emplace_back([&, purchase, id = std::to_string(2000 + threads.size())] {
                const auto begun = Clock::now();
                try {
                    leased += outcome(*ledger, transaction(purchase, id)) == "leased";
                } catch (const LedgerError&) {
                    ++failed;
                }
                if (Clock::now() - begun > 2 * kLongest) ++late; // one group before its own
            });
            if (threads.size() == 1) std::this_thread::sleep_for(300ms); // the others wait for it
        }
    }
    BOOST_TEST(leased == 3);
    BOOST_TEST(failed == 2);
    BOOST_TEST(late == 0);
}

// An operation that spoils a transaction fails alone.
BOOST_FIXTURE_TEST_CASE(a_value_that_does_not_fit_fails_alone, DatabaseFolder) {
    const auto ledger = open_here();
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0, leased = 0;
    for (int number = 0; number < 16; ++number)
        threads.emplace_back([&, number] {
            const std::string id = std::to_string(number);
            Fact fact = transaction(id, id);
            if (number % 4 == 0) fact.identity.key_prefix.append(300, 'x');
            try {
                if (claim(*ledger, fact).outcome == Claim::Outcome::leased) ++leased;
            } catch (const LedgerError&) {
                ++failed;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    BOOST_TEST(failed == 4);
    BOOST_TEST(leased == 12);
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_entries") == "12");
}

BOOST_FIXTURE_TEST_CASE(a_closed_ledger_leaves_no_row_of_its_writer, DatabaseFolder) {
    {
        const auto ledger = open_here();
        BOOST_TEST(value("SELECT COUNT(*) FROM segpay_writers") == "0");
        (void)claim(*ledger, transaction("1", "1001"));
        BOOST_TEST(value("SELECT COUNT(*) FROM segpay_writers") == "1");
    }
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_writers") == "0");
}

BOOST_FIXTURE_TEST_CASE(rows_of_dead_writers_go_after_a_week, DatabaseFolder) {
    const auto ledger = open_here();
    (void)claim(*ledger, transaction("1", "1001"));
    const std::string now = value("SELECT MAX(written_at) FROM segpay_writers");
    const std::string day = "86400000";
    client()->execute("INSERT INTO segpay_writers VALUES(1, 5, " + now + " - 8 * " + day +
                      "), (2, 5, " + now + " - 6 * " + day + ")");
    BOOST_TEST(!ledger->purge(std::nullopt));
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_writers") == "2");
    BOOST_TEST(value("SELECT COUNT(*) FROM segpay_writers WHERE writer = 1") == "0");
    BOOST_TEST(outcome(*ledger, transaction("2", "1002")) == "leased");
}

BOOST_AUTO_TEST_SUITE_END()
