// The layer over SQLite: values in and out; errors contain no values.
#include "ledger/sqlite/sqlite_handle.hpp"

#include "ledger/fixture.hpp"

#include <sqlite3.h>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

using namespace segpay;
using namespace segpay::test;
using namespace std::string_literals;

namespace {

struct Table {
    SqliteConnection connection{":memory:", 100};
    Table() {
        connection.execute(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL, "
            "blob BLOB, number INTEGER)");
    }
};

constexpr std::string_view kInsert = "INSERT INTO t(text, blob, number) VALUES(?, ?, ?)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_handle_tests, Table)

BOOST_AUTO_TEST_CASE(values_come_back) {
    const std::string text = "naïve 日本"s + '\0' + "end";
    const std::string bytes("\0\xff\x80", 3);
    const Blob blob{bytes};
    BOOST_TEST(connection.change(kInsert, text, blob, std::int64_t{-1} << 40) == 1);
    BOOST_TEST(connection.change(kInsert, std::string_view(), std::optional<Blob>(),
                                 std::optional<std::uint32_t>()) == 1);
    SqliteQuery rows = connection.query("SELECT text, blob, number FROM t ORDER BY id");
    BOOST_REQUIRE(rows.next());
    BOOST_TEST(rows.text(0) == text);
    BOOST_TEST(rows.blob(1) == blob.bytes);
    BOOST_TEST(rows.integer(2) == std::int64_t{-1} << 40);
    BOOST_REQUIRE(rows.next());
    BOOST_TEST(!rows.is_null(0)); // an empty text is not null
    BOOST_TEST(rows.text(0) == "");
    BOOST_TEST(rows.is_null(1));
    BOOST_TEST(rows.blob(1) == "");
    BOOST_TEST(rows.is_null(2));
    BOOST_TEST(rows.integer(2) == 0);
    BOOST_TEST(!rows.next());
}

BOOST_AUTO_TEST_CASE(errors_contain_no_values_and_leave_the_statement_usable) {
    connection.change(kInsert, "hunter2", std::nullopt, 1);
    const auto is_discreet = [](const SqliteError& error) {
        return error.code() == SQLITE_CONSTRAINT &&
               std::string_view(error.what()).find("hunter2") == std::string_view::npos;
    };
    BOOST_CHECK_EXCEPTION(connection.change(kInsert, "hunter2", std::nullopt, 1), SqliteError,
                          is_discreet);
    BOOST_TEST(connection.change(kInsert, "hunter3", std::nullopt, 1) == 1);
    BOOST_CHECK_THROW(connection.change("INSERT INTO nothing VALUES(1)"), SqliteError);
    BOOST_CHECK_THROW(connection.change("SELECT 1", 5), SqliteError); // no such parameter
}

BOOST_AUTO_TEST_CASE(waits_for_a_lock_only_until_its_timeout) {
    const TemporaryFolder folder;
    SqliteConnection one(folder.file(), 10);
    SqliteConnection other(folder.file(), 10);
    one.execute("BEGIN IMMEDIATE");
    BOOST_TEST(one.is_in_transaction());
    BOOST_CHECK_EXCEPTION(other.execute("BEGIN IMMEDIATE"), SqliteError,
                          [](const SqliteError& error) { return error.code() == SQLITE_BUSY; });
    BOOST_TEST(!other.is_in_transaction());
}

BOOST_AUTO_TEST_CASE(gets_a_lock_that_becomes_free) {
    const TemporaryFolder folder;
    SqliteConnection one(folder.file(), 10);
    SqliteConnection other(folder.file(), 60'000);
    one.execute("BEGIN IMMEDIATE");
    std::thread holder([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        one.execute("COMMIT");
    });
    other.execute("BEGIN IMMEDIATE");
    BOOST_TEST(other.is_in_transaction());
    holder.join();
}

BOOST_AUTO_TEST_SUITE_END()
