// How the tables are made, recognised and refused; which server is used.
#include "ledger/mariadb/mysql_fixture.hpp"
#include "ledger/mariadb/mysql_schema.hpp"

#include <fstream>

using namespace segpay;
using namespace segpay::test;

namespace {

std::string complaint(const DatabaseFolder& folder, const MysqlConfig& config) {
    try {
        (void)folder.open_with(config);
    } catch (const LedgerError& error) {
        return error.what();
    }
    return "none";
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mysql_schema_tests, DatabaseFolder,
                         *boost::unit_test::precondition(on_mariadb))

BOOST_AUTO_TEST_CASE(a_database_with_other_tables_becomes_a_ledger) {
    client()->execute("CREATE TABLE entries(a INT)");
    BOOST_TEST(complaint(*this, config) == "none");
    BOOST_TEST(value("SELECT version FROM segpay_meta") == "1");
    BOOST_TEST(value("SELECT COUNT(*) FROM information_schema.tables "
                     "WHERE table_schema = DATABASE()") == "7");
}

// Its rows stay, and the new step may have been interrupted anywhere.
BOOST_AUTO_TEST_CASE(an_older_one_is_brought_up_to_date) {
    BOOST_TEST(deliver(*open_here(), transaction("1", "1001")) == "leased");
    std::vector<MysqlStep> later(mysql_steps().begin(), mysql_steps().end());
    later.push_back({"ALTER TABLE segpay_purchases ADD COLUMN IF NOT EXISTS note BLOB",
                     "CREATE TABLE IF NOT EXISTS segpay_later(id INT)"});
    for (const char* interrupted : {"DO 1", "DROP TABLE segpay_later"}) {
        client()->execute(interrupted);
        client()->execute("UPDATE segpay_meta SET version = 1");
        prepare_ledger_tables(*client(), name, later);
        BOOST_TEST(value("SELECT version FROM segpay_meta") == "2");
        BOOST_TEST(value("SELECT COUNT(*) FROM segpay_purchases WHERE note IS NULL") == "1");
        BOOST_TEST(value("SELECT COUNT(*) FROM segpay_later") == "0");
    }
    BOOST_TEST(holds(complaint(*this, config), "written by a newer version (schema 2"));
}

BOOST_AUTO_TEST_CASE(many_make_it_at_the_same_time) {
    for (int round = 0; round < 3; ++round) {
        std::vector<std::thread> threads;
        std::atomic<int> leased = 0;
        for (int number = 0; number < 8; ++number)
            threads.emplace_back([&] {
                const auto ledger = open_here();
                if (claim(*ledger, transaction("1", "1001")).outcome == Claim::Outcome::leased)
                    ++leased;
            });
        for (std::thread& thread : threads)
            thread.join();
        BOOST_TEST(leased == 1);
        client()->execute("DROP DATABASE " + name);
        testing::make_database(name);
    }
}

BOOST_AUTO_TEST_CASE(an_interrupted_creation_is_continued) {
    (void)open_here();
    client()->execute("DROP TABLE segpay_queue, segpay_writers");
    client()->execute("UPDATE segpay_meta SET version = 0");
    BOOST_TEST(complaint(*this, config) == "none");
    client()->execute("DROP TABLE segpay_entries, segpay_queue, segpay_purchases, segpay_writers");
    client()->execute("DELETE FROM segpay_meta");
    BOOST_TEST(deliver(*open_here(), transaction("1", "1001")) == "leased");
}

BOOST_AUTO_TEST_CASE(a_newer_one_is_refused) {
    (void)open_here();
    client()->execute("UPDATE segpay_meta SET version = 99");
    BOOST_TEST(holds(complaint(*this, config),
                     "written by a newer version (schema 99, this version knows up to 1)"));
    client()->execute("UPDATE segpay_meta SET version = -1");
    BOOST_TEST(holds(complaint(*this, config), "was never released"));
}

BOOST_AUTO_TEST_CASE(tables_of_another_program_are_refused_and_left_alone) {
    const struct {
        const char* table;
        const char* complaint;
    } table[] = {
        {"segpay_entries(a INT)", "has a table segpay_entries of another program"},
        {"segpay_meta(a INT)", "is not that of a ledger"},
        {"segpay_meta(id INT, application INT, version INT)", "is another program's"},
    };
    for (const auto& line : table) {
        client()->execute(std::string("CREATE TABLE ") + line.table);
        if (&line == &table[2]) client()->execute("INSERT INTO segpay_meta VALUES (1, 7, 1)");
        BOOST_TEST(holds(complaint(*this, config), line.complaint), line.table);
        BOOST_TEST(value("SELECT COUNT(*) FROM information_schema.tables "
                         "WHERE table_schema = DATABASE()") == "1");
        client()->execute("DROP TABLE IF EXISTS segpay_entries, segpay_meta");
    }
}

BOOST_AUTO_TEST_CASE(the_first_server_that_answers_is_used) {
    MysqlConfig other = config;
    other.servers = {{"", 0, file("nobody")}, {"127.0.0.1", 1, ""}, config.servers[0]};
    BOOST_TEST(complaint(*this, other) == "none");
    other.servers.pop_back();
    const std::string error = complaint(*this, other);
    BOOST_TEST(holds(error, "127.0.0.1:1: error 2002"));
    BOOST_TEST(holds(error, file("nobody") + ", 127.0.0.1:1"));
}

BOOST_AUTO_TEST_CASE(it_works_over_tcp) {
    std::ifstream stream(testing::mariadb_folder() + "/port");
    MysqlConfig other = config;
    other.servers = {{"127.0.0.1", 0, ""}};
    stream >> other.servers[0].port;
    client()->execute("CREATE USER IF NOT EXISTS tcp@'127.0.0.1' IDENTIFIED BY 'sesame-91'");
    client()->execute("GRANT ALL ON " + name + ".* TO tcp@'127.0.0.1'");
    other.user = "tcp";
    other.password = Secret("sesame-91");
    BOOST_TEST(deliver(*open_with(other), transaction("1", "1001")) == "leased");

    other.password = Secret("sesame-92");
    const std::string error = complaint(*this, other);
    BOOST_TEST(holds(error, "error 1045"));
    BOOST_TEST(!holds(error, "sesame"));
}

// The grants that config/README.md lists are enough.
BOOST_AUTO_TEST_CASE(the_grants_of_the_readme_suffice) {
    client()->execute("CREATE USER IF NOT EXISTS plain@localhost IDENTIFIED BY 'x'");
    client()->execute("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON " + name +
                      ".* TO plain@localhost");
    MysqlConfig other = config;
    other.user = "plain";
    other.password = Secret("x");
    BOOST_TEST(deliver(*open_with(other), transaction("1", "1001")) == "leased");
}

BOOST_AUTO_TEST_CASE(no_key_is_another_by_its_letters_or_blanks) {
    const auto ledger = open_here();
    for (const char* id : {"a", "A", "a ", "\xC3\xA4", "\xA4"})
        BOOST_TEST(outcome(*ledger, transaction(id, id)) == "leased");
    BOOST_TEST(outcome(*ledger, transaction("a ", "a ")) == "in_flight");
}

BOOST_AUTO_TEST_SUITE_END()
