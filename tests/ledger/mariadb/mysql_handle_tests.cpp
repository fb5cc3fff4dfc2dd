// The thin layer over MariaDB: values in and out, errors, cached statements.
#include "ledger/mariadb/mysql_fixture.hpp"

using namespace segpay;
using namespace segpay::test;

namespace {

struct Connected : DatabaseFolder {
    std::unique_ptr<MysqlConnection> connection = client();
};

MysqlError failure(MysqlConnection& connection, const std::string& sql) {
    try {
        connection.change(sql);
    } catch (const MysqlError& error) {
        return error;
    }
    return MysqlError(0, "none");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mysql_handle_tests, Connected, *boost::unit_test::precondition(on_mariadb))

BOOST_AUTO_TEST_CASE(values_come_back_as_they_were) {
    connection->execute("CREATE TABLE t(n BIGINT, s SMALLINT, b MEDIUMBLOB, v VARBINARY(20))");
    const std::string zeros("a\0b\0", 4), large(100'000, 'x');
    constexpr std::string_view kInsert = "INSERT INTO t VALUES(?, ?, ?, ?)";
    connection->change(kInsert, INT64_MAX, -7, zeros, std::string_view());
    connection->change(kInsert, INT64_MIN, 7, large, std::string("\xA4"));
    connection->change(kInsert, std::nullopt, std::optional<int>(), std::optional<std::string>(),
                       std::string("short"));
    for (int run = 0; run < 2; ++run) { // the second run reuses the buffers of the first
        MysqlQuery row = connection->query("SELECT n, s, b, v FROM t");
        BOOST_REQUIRE(row.next());
        BOOST_TEST(row.integer(0) == INT64_MAX);
        BOOST_TEST(row.integer(1) == -7);
        BOOST_TEST(row.text(2) == zeros);
        BOOST_TEST(!row.is_null(3));
        BOOST_TEST(row.text(3) == "");
        BOOST_REQUIRE(row.next());
        BOOST_TEST(row.integer(0) == INT64_MIN);
        BOOST_TEST((row.text(2) == large));
        BOOST_TEST(row.text(3) == "\xA4");
        BOOST_REQUIRE(row.next());
        BOOST_TEST(row.is_null(0));
        BOOST_TEST(row.integer(0) == 0);
        BOOST_TEST(row.integer(1) == 0);
        BOOST_TEST(row.text(2) == "");
        BOOST_TEST(row.text(3) == "short");
        BOOST_TEST(!row.next());
    }
}

BOOST_AUTO_TEST_CASE(changes_are_counted) {
    connection->execute("CREATE TABLE t(n BIGINT AUTO_INCREMENT PRIMARY KEY, k INT UNIQUE)");
    constexpr std::string_view kClaim = "INSERT INTO t(k) VALUES(?) ON DUPLICATE KEY UPDATE k = k";
    BOOST_TEST(connection->change(kClaim, 5) == 1);
    const std::int64_t row = connection->last_row();
    BOOST_TEST(row == 1);
    BOOST_TEST(connection->change(kClaim, 5) == 0);
    BOOST_TEST(connection->take_change_count() == 1);
    BOOST_TEST(connection->take_change_count() == 0);
}

BOOST_AUTO_TEST_CASE(errors_have_a_number_a_kind_and_no_value) {
    using ErrorKind = MysqlError::Kind;
    connection->execute("CREATE TABLE t(k VARBINARY(5) PRIMARY KEY, n TINYINT)");
    connection->execute("INSERT INTO t VALUES('hunt2', 1)");
    const struct {
        const char* sql;
        unsigned code;
    } table[] = {
        {"INSERT INTO t VALUES('hunt2', 1)", 1062},   {"INSERT INTO t VALUES('hunter2', 1)", 1406},
        {"INSERT INTO t VALUES('b', 'hunt2')", 1366}, {"INSERT INTO t VALUES('c', 1000)", 1264},
        {"INSERT INTO nowhere VALUES(1)", 1146},
    };
    for (const auto& line : table) {
        const MysqlError error = failure(*connection, line.sql);
        BOOST_TEST(error.code() == line.code, line.sql);
        BOOST_TEST((error.kind() == ErrorKind::other));
        BOOST_TEST(std::string(error.what()).find("hunt") == std::string::npos, error.what());
    }
    BOOST_TEST((MysqlError(1213, "").kind() == ErrorKind::conflict));
    BOOST_TEST((MysqlError(1205, "").kind() == ErrorKind::conflict));
    BOOST_TEST((MysqlError(1020, "").kind() == ErrorKind::conflict));
    for (const unsigned code : {1047u, 1180u, 1927u, 2002u, 2006u, 2013u})
        BOOST_TEST((MysqlError(code, "").kind() == ErrorKind::lost), code);
}

BOOST_AUTO_TEST_CASE(an_array_changes_all_its_rows) {
    connection->execute("CREATE TABLE t(n BIGINT PRIMARY KEY, b MEDIUMBLOB)");
    constexpr std::string_view kAdd = "INSERT INTO t VALUES(?, ?) ON DUPLICATE KEY UPDATE n = n";
    const std::string large(100'000, 'x'), zeros("a\0b", 3);
    const std::vector<MysqlValue> rows{1, large, 2, std::nullopt, 3, zeros, 4, std::string_view()};
    BOOST_TEST(connection->change_all(kAdd, rows) == 4);
    BOOST_TEST(connection->change_all(kAdd, rows) == 0);
    BOOST_TEST(connection->change(kAdd, 5, std::nullopt) == 1); // the same statement, of one row
    const std::vector<MysqlValue> more{5, zeros, 6, zeros};
    BOOST_TEST(connection->change_all(kAdd, more) == 1);
    connection->avoid_arrays();
    const std::vector<MysqlValue> others{6, zeros, 7, zeros};
    BOOST_TEST(connection->change_all(kAdd, others) == 1);
    BOOST_CHECK_THROW(connection->change_all(kAdd, std::span(rows).first(3)), MysqlError);
    MysqlQuery row = connection->query("SELECT b FROM t ORDER BY n");
    for (const std::string& expected : {large, std::string(), zeros, std::string()}) {
        BOOST_REQUIRE(row.next());
        BOOST_TEST((row.text(0) == expected));
    }
}

// A deadlock in the middle of an array: all of it is rolled back, and the error says so.
BOOST_AUTO_TEST_CASE(an_array_that_loses_a_deadlock_fails) {
    connection->execute("CREATE TABLE t(n BIGINT PRIMARY KEY, v INT)");
    connection->execute("CREATE TABLE ballast(n INT)");
    connection->execute("INSERT INTO t VALUES(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
    const auto other = client();
    for (MysqlConnection* each : {connection.get(), other.get()})
        each->execute("SET autocommit = 0");
    // A large transaction, so that the server prefers to roll back ours.
    other->execute("INSERT INTO ballast SELECT seq FROM seq_1_to_1000");
    other->execute("UPDATE t SET v = 9 WHERE n = 3");
    unsigned code = 0;
    std::thread array([&] {
        try {
            const std::vector<MysqlValue> rows{1, 2, 3, 4, 5};
            connection->change_all("UPDATE t SET v = v + 1 WHERE n = ?", rows);
        } catch (const MysqlError& error) {
            code = error.code();
        }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    other->execute("UPDATE t SET v = 9 WHERE n = 1");
    other->execute("COMMIT");
    array.join();
    BOOST_TEST(code == 1213u);
    connection->execute("COMMIT");
    BOOST_TEST(value("SELECT GROUP_CONCAT(v ORDER BY n) FROM t") == "9,0,9,0,0");
}

BOOST_AUTO_TEST_CASE(a_killed_connection_stays_dead) {
    client()->execute("KILL CONNECTION " + connection->rows("SELECT CONNECTION_ID()")[0][0]);
    for (int tries = 0; tries < 2; ++tries)
        BOOST_TEST((failure(*connection, "DO 1").kind() == MysqlError::Kind::lost));
}

BOOST_AUTO_TEST_CASE(a_statement_is_given_its_number_of_values) {
    BOOST_CHECK_THROW((void)connection->query("SELECT ?"), MysqlError);
}

BOOST_AUTO_TEST_CASE(nothing_begins_past_its_deadline) {
    using Clock = MysqlConnection::Clock;
    connection->end_at(Clock::now() + std::chrono::minutes(1));
    connection->execute("DO 1");
    (void)connection->query("SELECT ?", 1);
    connection->end_at(Clock::now());
    BOOST_TEST((failure(*connection, "ROLLBACK").kind() == MysqlError::Kind::lost));
    BOOST_CHECK_THROW((void)connection->query("SELECT ?", 1), MysqlError);
    connection->end_at(Clock::time_point::max());
    connection->execute("DO 1"); // the connection is unharmed
}

// A server that does not answer is waited for, but not for long.
BOOST_AUTO_TEST_CASE(a_hang_has_an_end) {
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST((failure(*connection, "DO SLEEP(60)").kind() == MysqlError::Kind::lost));
    const auto took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST((took < std::chrono::seconds(4 * kIoTimeoutS)));
}

BOOST_AUTO_TEST_SUITE_END()
