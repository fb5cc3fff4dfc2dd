// The thin hold on MariaDB: values there and back, errors, statements that are kept.
#include "ledger/mysql_fixture.hpp"

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
    for (int run = 0; run < 2; ++run) { // the second has the rooms of the first
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

BOOST_AUTO_TEST_CASE(a_killed_connection_stays_dead) {
    client()->execute("KILL CONNECTION " + connection->rows("SELECT CONNECTION_ID()")[0][0]);
    for (int tries = 0; tries < 2; ++tries)
        BOOST_TEST((failure(*connection, "DO 1").kind() == MysqlError::Kind::lost));
}

BOOST_AUTO_TEST_CASE(a_statement_is_given_its_number_of_values) {
    BOOST_CHECK_THROW((void)connection->query("SELECT ?"), MysqlError);
}

// A server that does not answer is waited for, but not for long.
BOOST_AUTO_TEST_CASE(a_hang_has_an_end) {
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST((failure(*connection, "DO SLEEP(60)").kind() == MysqlError::Kind::lost));
    const auto took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST((took < std::chrono::seconds(4 * kIoTimeoutS)));
}

BOOST_AUTO_TEST_SUITE_END()
