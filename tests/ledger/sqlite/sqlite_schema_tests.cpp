// Which files are accepted, how they are written, and the errors that an operator gets.
#include "ledger/fixture.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"
#include "ledger/sqlite/sqlite_schema.hpp"

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

// The steps of a later version: an index, and a column.
std::vector<const char*> later_steps(
    const char* last = "ALTER TABLE purchases ADD COLUMN note TEXT") {
    const SqliteSteps now = sqlite_steps();
    std::vector<const char*> steps(now.begin(), now.end());
    steps.push_back("CREATE INDEX entries_member ON entries(member_id)");
    steps.push_back(last);
    return steps;
}

void upgrade(const std::string& path, const std::vector<const char*>& steps) {
    SqliteConnection connection(path, 1000);
    prepare_ledger_file(connection, path, steps);
}

std::int64_t version_of(const std::string& path) {
    return SqliteConnection(path, 1000).integer("PRAGMA user_version");
}

std::string schema_of(const std::string& path) {
    return SqliteConnection(path, 1000)
        .text(
            "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema "
            "WHERE sql IS NOT NULL ORDER BY name)");
}

// The tests may run as root, which no permission stops.
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

BOOST_AUTO_TEST_CASE(keeps_its_entries) {
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
    run(file(), "PRAGMA user_version=9");
    BOOST_TEST(refusal(file()) ==
               "ledger " + file() +
                   ": opening: written by a newer version (schema 9, this version knows up to 1); "
                   "install that version or name another file");
}

BOOST_AUTO_TEST_CASE(refuses_a_number_that_no_version_wrote) {
    open(file());
    run(file(), "PRAGMA user_version=0");
    BOOST_TEST(says(refusal(file()), "schema 0 was never released; the file is damaged"));
}

BOOST_AUTO_TEST_CASE(brings_an_older_file_up_to_date) {
    deliver(*open(file()), transaction("1", "1001"));
    BOOST_TEST(version_of(file()) == 1);
    upgrade(file(), later_steps());
    BOOST_TEST(version_of(file()) == 3);
    BOOST_TEST(SqliteConnection(file(), 1000)
                   .integer("SELECT COUNT(*) FROM purchases WHERE note IS NULL") == 1);
    BOOST_TEST(says(refusal(file()), "written by a newer version (schema 3, this version knows"));
}

BOOST_AUTO_TEST_CASE(what_was_brought_up_to_date_is_as_if_new) {
    open(file("old"));
    upgrade(file("old"), later_steps());
    upgrade(file("old"), later_steps()); // once more, as it is now
    upgrade(file("new"), later_steps());
    BOOST_TEST(schema_of(file("old")) == schema_of(file("new")));
}

BOOST_AUTO_TEST_CASE(brings_up_to_date_as_a_whole_or_not_at_all) {
    open(file());
    const std::string before = schema_of(file());
    BOOST_CHECK_THROW(upgrade(file(), later_steps("nonsense")), SqliteError);
    BOOST_TEST(schema_of(file()) == before);
    BOOST_TEST(version_of(file()) == 1);
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
    BOOST_TEST(std::filesystem::file_size(file("text")) == 5000u); // left as it was
    BOOST_TEST(says(refusal(path()), "unable to open database file"));
    BOOST_TEST(says(refusal(""), "no path"));
}

BOOST_AUTO_TEST_CASE(accepts_an_empty_file) {
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
    BOOST_TEST(says(refusal_to_nobody(file()), "two more files are kept beside the ledger"));
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
    open(file());
    std::vector<std::unique_ptr<Child>> children;
    for (int number = 0; number < 6; ++number)
        children.push_back(std::make_unique<Child>([&] {
            upgrade(file(), later_steps()); // a step that was applied twice would fail
            return std::string("done");
        }));
    for (const auto& child : children)
        BOOST_TEST(child->said() == "done");
    BOOST_TEST(version_of(file()) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
