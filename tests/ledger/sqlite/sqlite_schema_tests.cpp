// Whose file it is, how it is written, and what an operator is told when it will not do.
#include "ledger/fixture.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <grp.h>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

using namespace segpay;
using namespace segpay::test;

namespace {

std::string refusal(const std::string& path) {
    try {
        open(path);
    } catch (const LedgerError& error) {
        return error.what();
    }
    return "opened";
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

void run(const std::string& path, const char* sql) { SqliteConnection(path, 1000).execute(sql); }

// As version 0.1.0 made it.
constexpr auto kSchema1 = R"sql(
CREATE TABLE entries(
  sequence        INTEGER PRIMARY KEY, -- grows: entries are never deleted
  key             TEXT NOT NULL,
  state           INTEGER NOT NULL,
  kind            INTEGER,             -- null: a request without a meaning
  purchase_id     TEXT,
  member_id       TEXT,
  transaction_id  TEXT,
  amount_minor    INTEGER,
  currency        TEXT,
  received_at     INTEGER NOT NULL,    -- times: Unix time in milliseconds
  changed_at      INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  attempts_forgiven INTEGER NOT NULL DEFAULT 0, -- those before an operator's last decision
  next_attempt_at INTEGER,             -- null: not pending, or not the first of its purchase
  lease_until     INTEGER NOT NULL DEFAULT 0, -- 0: nobody was handed the entry
  record          TEXT,                -- the event, without its password
  password        BLOB,                -- encrypted; null once settled
  request         TEXT NOT NULL DEFAULT '',
  message         TEXT NOT NULL DEFAULT '',
  decided_by      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX entries_key ON entries(key);
CREATE INDEX entries_pending ON entries(purchase_id) WHERE state = 1;
CREATE INDEX entries_due ON entries(next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX entries_unsettled ON entries(sequence) WHERE state <> 2;
CREATE INDEX entries_purchase ON entries(purchase_id) WHERE purchase_id IS NOT NULL;

CREATE TABLE purchases(
  id                  TEXT PRIMARY KEY,
  opened_by           INTEGER NOT NULL,
  package             INTEGER NOT NULL,
  price_point         INTEGER NOT NULL,
  option              TEXT NOT NULL,
  site                TEXT NOT NULL,
  member_id           TEXT NOT NULL,
  session             TEXT NOT NULL,
  affiliate           TEXT NOT NULL,
  username            TEXT NOT NULL,
  trans_guid          TEXT NOT NULL,
  standin_transaction TEXT NOT NULL,
  has_access          INTEGER NOT NULL,
  renews              INTEGER NOT NULL,
  access_epoch        INTEGER NOT NULL,
  renewal_epoch       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA application_id=1397779559;
PRAGMA user_version=1;
)sql";

// Purchase 1 was joined, converted, charged back and disabled; 2 was joined, charged back, and the
// chargeback reversed; 3 has a join that waits for the operator; 4 was a stand-in that was
// declined.
constexpr auto kEntriesOfSchema1 = R"sql(
INSERT INTO entries(sequence, key, state, kind, purchase_id, transaction_id, received_at,
                    changed_at, next_attempt_at, record, request) VALUES
  (1, 'k1', 2, 1, '1', '1001', 100, 100, NULL, 'kind=join&transaction_id=1001', ''),
  (2, 'k2', 2, 7, '1', '1002', 200, 200, NULL, 'kind=conversion&transaction_id=1002', ''),
  (3, 'k3', 2, 15, '1', '1003', 300, 300, NULL,
   'kind=chargeback&related_transaction_id=1001&approved=1', ''),
  (4, 'k4', 1, 21, '1', NULL, 400, 400, 400, 'kind=member_disable&purchase_id=1', ''),
  (5, 'k5', 2, 1, '2', '2001', 100, 100, NULL, 'kind=join&transaction_id=2001', ''),
  (6, 'k6', 2, 15, '2', '2002', 200, 200, NULL, 'kind=chargeback&related_transaction_id=2001', ''),
  (7, 'k7', 2, 17, '2', '2003', 300, 300, NULL, 'kind=chargeback_reversal', ''),
  (8, 'k8', 2, 15, '2', '2004', 400, 400, NULL, 'kind=chargeback&related_transaction_id=20', ''),
  (9, 'k9', 4, 1, '3', '3001', 100, 100, NULL, 'kind=join&transaction_id=3001', 'tranid=3001'),
  (10, 'k10', 2, 1, '4', '4001', 100, 100, NULL, 'kind=join&transaction_id=4001', ''),
  (11, 'k11', 2, 19, '4', '4001', 200, 200, NULL, 'kind=standin_decline', '');
INSERT INTO purchases VALUES
  ('1', 1, 5, 6, '101', '7', 'm1', 'aa55', '42', 'joe', 'guid', '', 0, 1, 1, 0),
  ('2', 1, 5, 6, '101', '7', 'm1', '', '', '', '', '', 1, 1, 0, 0),
  ('3', 0, 0, 0, '', '', 'm1', '', '', '', '', '', 1, 1, 0, 0),
  ('4', 1, 5, 6, '101', '7', '', '', '', '', '', '4001', 1, 1, 0, 0);
)sql";

std::string schema_of(const std::string& path) {
    return SqliteConnection(path, 1000)
        .text(
            "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema "
            "WHERE sql IS NOT NULL ORDER BY name)");
}

// The tests may run as root, whom no permission stops.
std::string refusal_to_nobody(const std::string& path) {
    constexpr ::gid_t kNobody = 65534;
    return Child([&] {
               if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setegid(kNobody) != 0 ||
                                        ::seteuid(kNobody) != 0))
                   return std::string("cannot become nobody");
               return refusal(path);
           })
        .said();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_schema_tests, TemporaryFolder)

BOOST_AUTO_TEST_CASE(keeps_what_it_was_told) {
    const Claim made = claim(*open(file()), transaction("1", "1001"));
    const auto ledger = open(file());
    BOOST_TEST(ledger->entry(made.key)->event->purchase_id == "1");
    BOOST_TEST(ledger->purchase("1")->id == "1");
    BOOST_TEST(outcome_name(claim(*ledger, transaction("1", "1001")).outcome) == "in_flight");
}

BOOST_AUTO_TEST_CASE(writes_ahead_and_shows_nothing_to_others) {
    const auto ledger = open(file());
    SqliteConnection connection(file(), 1000);
    BOOST_TEST(connection.text("PRAGMA journal_mode") == "wal");
    BOOST_TEST(connection.integer("PRAGMA page_size") == 4096);
    BOOST_TEST(std::filesystem::exists(file() + "-wal"));
    for (const char* suffix : {"", "-wal", "-shm"}) {
        using std::filesystem::perms;
        const perms permissions = std::filesystem::status(file() + suffix).permissions();
        BOOST_TEST(((permissions & perms::others_all) == perms::none), suffix);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_newer_file) {
    open(file());
    run(file(), "PRAGMA user_version=7");
    BOOST_TEST(refusal(file()) ==
               "ledger " + file() +
                   ": opening: written by a newer version (schema 7, this version knows up to 6); "
                   "install that version or name another file");
}

BOOST_AUTO_TEST_CASE(refuses_a_number_that_no_version_wrote) {
    open(file());
    run(file(), "PRAGMA user_version=0");
    BOOST_TEST(says(refusal(file()), "schema 0 was never released; the file is damaged"));
}

BOOST_AUTO_TEST_CASE(brings_a_file_of_schema_1_up_to_date) {
    run(file(), kSchema1);
    run(file(), kEntriesOfSchema1);
    const auto ledger = open(file());
    BOOST_TEST(SqliteConnection(file(), 1000).integer("PRAGMA user_version") == 6);

    Purchase first;
    first.id = "1";
    first.opened_by = EventKind::join;
    first.opening_transaction = "1001";
    first.eticket = {5, 6};
    first.option = "101";
    first.site = "7";
    first.member_id = "m1";
    first.session = "aa55";
    first.affiliate = "42";
    first.username = "joe";
    first.trans_guid = "guid";
    first.opened_at_ms = 100;
    first.converted_at_ms = 200;
    first.ended_at_ms = 400;
    first.is_unpaid = true;
    first.state = {false, true, 1, 0};
    BOOST_TEST((ledger->purchase("1") == first));

    BOOST_TEST(ledger->purchase("2")->opening_transaction == "2001");
    BOOST_TEST(!ledger->purchase("2")->is_unpaid); // reversed; the later one was of another sale
    BOOST_TEST(ledger->purchase("2")->ended_at_ms == 0);
    BOOST_TEST(ledger->purchase("3")->opened_at_ms == 0); // what was kept opened nothing
    BOOST_TEST(ledger->purchase("3")->opening_transaction == "");
    BOOST_TEST(ledger->purchase("4")->is_unpaid);
    BOOST_TEST(ledger->purchases_of("m1", 0).size() == 2u);
    BOOST_TEST((ledger->purchases_named("joe", 0) == std::vector{first}));
    BOOST_TEST(ledger->take_due(kNow)->key == "k4");
    BOOST_TEST(outcome_name(claim(*ledger, transaction("1", "1009")).outcome) == "queued");
}

// Schema 6 takes the user names out of what is packed.
BOOST_AUTO_TEST_CASE(brings_a_file_of_schema_5_up_to_date) {
    const std::string odd("7:a,b\xE9\0 ", 8); // like what stands before a text
    const struct {
        const char* id;
        std::string option, session, username;
    } purchases[] = {
        {"1", "", "", "joe"},      {"2", "", "", ""},         {"3", "1,2:3", "\xC3\xA4:", "joe"},
        {"4", "101", "aa55", odd}, {"5", "x", "", "anna:1,"},
    };
    std::vector<Purchase> before;
    {
        const auto ledger = open(file());
        for (const auto& line : purchases) {
            Fact join = transaction(line.id, line.id);
            join.event.option = line.option;
            join.event.session = line.session;
            join.event.username = line.username;
            join.event.eticket = {18446744073709551615u, 7};
            deliver(*ledger, join);
            before.push_back(ledger->purchase(line.id).value());
        }
    }
    run(file(), "DROP TABLE usernames; PRAGMA user_version=5");
    const auto ledger = open(file());
    BOOST_TEST((ledger->purchases_named("joe", 0) == std::vector{before[2], before[0]}));
    BOOST_TEST((ledger->purchases_named(odd, 0) == std::vector{before[3]}));
    BOOST_TEST((ledger->purchases_named("anna:1,", 0) == std::vector{before[4]}));
    BOOST_TEST(SqliteConnection(file(), 1000).integer("SELECT COUNT(*) FROM usernames") == 4);
}

BOOST_AUTO_TEST_CASE(what_was_brought_up_to_date_is_as_if_new) {
    run(file("old"), kSchema1);
    open(file("old"));
    open(file("old")); // and once more, as it is now
    open(file("new"));
    BOOST_TEST(schema_of(file("old")) == schema_of(file("new")));
}

BOOST_AUTO_TEST_CASE(brings_up_to_date_as_a_whole_or_not_at_all) {
    run(file(), kSchema1);
    run(file(), kEntriesOfSchema1);
    run(file(), "CREATE INDEX purchases_member ON purchases(session)"); // stands in the way
    const std::string before = schema_of(file());
    BOOST_TEST(says(refusal(file()), "purchases_member already exists"));
    BOOST_TEST(schema_of(file()) == before);
    BOOST_TEST(SqliteConnection(file(), 1000).integer("PRAGMA user_version") == 1);
    run(file(), "DROP INDEX purchases_member");
    BOOST_TEST(refusal(file()) == "opened");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_its_own) {
    run(file("other"), "CREATE TABLE members(id INTEGER)");
    BOOST_TEST(says(refusal(file("other")), file("other")));
    BOOST_TEST(says(refusal(file("other")), "a database of another program"));
    run(file("numbered"), "PRAGMA application_id=7");
    BOOST_TEST(says(refusal(file("numbered")), "a database of another program"));
    std::ofstream(file("text")) << std::string(5000, 'x');
    BOOST_TEST(says(refusal(file("text")), "file is not a database"));
    BOOST_TEST(std::filesystem::file_size(file("text")) == 5000u); // and left as it was
    BOOST_TEST(says(refusal(path()), "unable to open database file"));
    BOOST_TEST(says(refusal(""), "no path"));
}

BOOST_AUTO_TEST_CASE(takes_an_empty_file) {
    std::ofstream(file()).close();
    BOOST_TEST(refusal(file()) == "opened");
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_write) {
    BOOST_TEST(says(refusal(file("missing/ledger")), "No such file or directory"));
    BOOST_TEST(says(refusal(file("missing/ledger")), file("missing/ledger")));

    open(file());
    using std::filesystem::perms;
    std::filesystem::permissions(path(),
                                 perms::owner_all | perms::others_read | perms::others_exec);
    BOOST_TEST(says(refusal_to_nobody(file("new")), "Permission denied"));
    std::filesystem::permissions(file(), perms::owner_read | perms::others_read);
    BOOST_TEST(says(refusal_to_nobody(file()), "the file cannot be written by this user"));
    std::filesystem::permissions(file(), perms::all);
    std::filesystem::permissions(
        path(), perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec);
    BOOST_TEST(says(refusal_to_nobody(file()), "Permission denied"));
    BOOST_TEST(says(refusal_to_nobody(file()), "three more files are kept beside the ledger"));
    std::filesystem::permissions(path(), perms::owner_all);
}

BOOST_AUTO_TEST_CASE(ledgers_in_memory_are_apart) {
    const auto one = open(":memory:");
    const auto other = open(":memory:");
    const Claim made = claim(*one, transaction("1", "1001"));
    BOOST_TEST(one->settle(*made.entry, applied(), kNow));
    BOOST_TEST(!other->entry(made.key));
}

BOOST_AUTO_TEST_CASE(waits_for_a_reader_before_it_changes_the_journal) {
    open(file());
    SqliteConnection reader(file(), 1000);
    reader.execute("PRAGMA journal_mode=DELETE; BEGIN; SELECT * FROM entries;");
    std::thread leaves([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        reader.execute("COMMIT");
    });
    BOOST_TEST(refusal(file()) == "opened");
    leaves.join();
}

// Opens the file of the path from several processes at once.
void open_from_many(const std::string& path) {
    constexpr int kProcesses = 6;
    std::vector<std::unique_ptr<Child>> children;
    for (int number = 0; number < kProcesses; ++number)
        children.push_back(std::make_unique<Child>([&, number] {
            const auto ledger = open(path);
            const std::string id = "many" + std::to_string(number);
            return std::string(outcome_name(claim(*ledger, transaction(id, id)).outcome));
        }));
    for (const auto& child : children)
        BOOST_TEST(child->said() == "leased");
    for (int number = 0; number < kProcesses; ++number)
        BOOST_TEST(open(path)->purchase("many" + std::to_string(number)).has_value());
}

BOOST_AUTO_TEST_CASE(is_made_once_when_many_open_it) { open_from_many(file()); }

BOOST_AUTO_TEST_CASE(is_brought_up_to_date_once_when_many_open_it) {
    run(file(), kSchema1);
    run(file(), kEntriesOfSchema1);
    open_from_many(file());
    BOOST_TEST(open(file())->purchase("1")->opened_at_ms == 100);
}

BOOST_AUTO_TEST_SUITE_END()
