// A log whose commits go out in one piece reads as any other, for whoever else has the file open.
#include "ledger/fixture.hpp"
#include "ledger/sqlite/sqlite_log_file.hpp"

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr const char* kInsertMany =
    "INSERT INTO t(x) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
    "WHERE i < 300) SELECT randomblob(3000) FROM n";

// SQLite's default, which counts what it is asked for about logs.
class Counting {
public:
    Counting() : real_(*sqlite3_vfs_find(nullptr)), vfs_(real_) {
        vfs_.zName = "counting";
        vfs_.pAppData = real_.pAppData;
        vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
            const int code = self_->real_.xOpen(&self_->real_, name, file, flags, out);
            if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) self_->watch(*file);
            return code;
        };
        self_ = this;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~Counting() {
        sqlite3_vfs_unregister(&vfs_);
        self_ = nullptr;
    }

    int writes = 0;
    int syncs = 0;

private:
    void watch(sqlite3_file& file) {
        methods_ = real_methods_ = *file.pMethods;
        methods_.xWrite = [](sqlite3_file* log, const void* bytes, int size, sqlite3_int64 at) {
            ++self_->writes;
            return self_->real_methods_.xWrite(log, bytes, size, at);
        };
        methods_.xSync = [](sqlite3_file* log, int flags) {
            ++self_->syncs;
            return self_->real_methods_.xSync(log, flags);
        };
        file.pMethods = &methods_;
    }

    static inline Counting* self_ = nullptr;
    sqlite3_vfs real_, vfs_;
    sqlite3_io_methods methods_{}, real_methods_{};
};

struct LogFolder : TemporaryFolder {
    LogFolder() {
        connection.execute(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; "
            "PRAGMA cache_size=10; CREATE TABLE t(x)");
    }
    std::int64_t seen_by_others() {
        return SqliteConnection(file(), 1000).integer("SELECT COUNT(*) FROM t");
    }

    Counting counted;
    SqliteConnection connection{file(), 1000, SqliteConnection::Log::gathered};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_log_file_tests, LogFolder)

BOOST_AUTO_TEST_CASE(a_commit_is_one_write_and_its_sync_is_left_to_others) {
    connection.execute("INSERT INTO t(x) VALUES(1)");
    counted.writes = counted.syncs = 0;
    connection.execute("BEGIN; INSERT INTO t(x) VALUES(randomblob(9000)); COMMIT");
    BOOST_TEST(counted.writes == 1);
    BOOST_TEST(counted.syncs == 0);
    connection.find_log();
    connection.sync_log();
    BOOST_TEST(counted.syncs == 1);
}

BOOST_AUTO_TEST_CASE(others_see_it_at_once) {
    connection.execute("INSERT INTO t(x) VALUES(1)");
    BOOST_TEST(seen_by_others() == 1);
    connection.execute("BEGIN; INSERT INTO t(x) VALUES(2)");
    BOOST_TEST(seen_by_others() == 1);
    connection.execute("COMMIT");
    BOOST_TEST(seen_by_others() == 2);
}

BOOST_AUTO_TEST_CASE(a_commit_may_be_longer_than_what_is_gathered) {
    connection.execute(kInsertMany); // and than SQLite's cache, which then reads it from the log
    BOOST_TEST(seen_by_others() == 300);
    BOOST_TEST(connection.text("PRAGMA integrity_check") == "ok");
}

// Before the log's pages are copied it is synced, and a new log's head before its pages.
BOOST_AUTO_TEST_CASE(other_syncs_take_place) {
    connection.execute("INSERT INTO t(x) VALUES(1)");
    counted.syncs = 0;
    connection.copy_log();
    BOOST_TEST(counted.syncs == 1);
    connection.execute("INSERT INTO t(x) VALUES(2)"); // into the log that begins anew
    BOOST_TEST(counted.syncs == 2);
}

// What was rolled back and not written would come out over what others have committed there.
BOOST_AUTO_TEST_CASE(what_was_rolled_back_never_comes_out) {
    SqliteLogFile log_file;
    sqlite3* raw = nullptr;
    BOOST_REQUIRE(log_file.open(file().c_str(), &raw, SQLITE_OPEN_READWRITE) == SQLITE_OK);
    const auto run = [&](const char* sql) {
        BOOST_REQUIRE(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    };
    connection.copy_log(); // so that nothing need be read from it
    run("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; BEGIN IMMEDIATE; "
        "INSERT INTO t(x) VALUES(randomblob(60000))");
    BOOST_REQUIRE(sqlite3_db_cacheflush(raw) == SQLITE_OK); // as when the cache is too small
    run("ROLLBACK");
    sqlite3_file* log = nullptr;
    sqlite3_file_control(raw, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    SqliteLogFile::forget_gathered(log);

    SqliteConnection(file(), 1000).execute("INSERT INTO t(x) VALUES(randomblob(60000))");
    run("PRAGMA wal_checkpoint"); // which reads the log
    BOOST_TEST(seen_by_others() == 1);
    BOOST_TEST(connection.text("PRAGMA integrity_check") == "ok");
    sqlite3_close(raw);
}

// Whose files those are, their syncs are not left to us.
BOOST_AUTO_TEST_CASE(is_never_the_default_of_others) {
    for (const sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr); vfs; vfs = vfs->pNext)
        BOOST_TEST(std::string(vfs->zName).find("nats-segpay") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(any_other_file_is_itself) {
    BOOST_TEST(SqliteLogFile::beneath(nullptr) == nullptr);
    SqliteConnection plain(file("plain"), 1000);
    plain.execute("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
    plain.find_log();
    plain.sync_log();
    plain.forget_gathered();
    plain.execute("INSERT INTO t(x) VALUES(1)");
    BOOST_TEST(plain.integer("SELECT COUNT(*) FROM t") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
