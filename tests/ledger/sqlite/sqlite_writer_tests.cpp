// A commit ends with one sync of the log, by the writer; SQLite syncs by itself only around a copy
// of the log.
#include "ledger/sqlite/sqlite_writer.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

using namespace segpay;
using namespace segpay::test;

namespace {

// SQLite's default file system; counts the syncs of logs and fails them on request.
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

    int syncs = 0;
    bool fails = false;

private:
    void watch(sqlite3_file& file) {
        methods_ = real_methods_ = *file.pMethods;
        methods_.xSync = [](sqlite3_file* log, int flags) {
            ++self_->syncs;
            return self_->fails ? SQLITE_IOERR_FSYNC : self_->real_methods_.xSync(log, flags);
        };
        file.pMethods = &methods_;
    }

    static inline Counting* self_ = nullptr;
    sqlite3_vfs real_, vfs_;
    sqlite3_io_methods methods_{}, real_methods_{};
};

struct Writer : TemporaryFolder {
    Writer() {
        writer.connection().execute(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t(x)");
        write("1");
        counted.syncs = 0;
    }
    void write(const char* value) {
        writer.transact([&] {
            writer.connection().execute(
                (std::string("INSERT INTO t(x) VALUES(") + value + ")").c_str());
            return true;
        });
    }
    std::int64_t seen_by_others() {
        return SqliteConnection(file(), 1000).integer("SELECT COUNT(*) FROM t");
    }

    Counting counted;
    SqliteWriter writer{file(), false};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_writer_tests, Writer)

BOOST_AUTO_TEST_CASE(a_commit_is_synced_once) {
    write("randomblob(9000)");
    BOOST_TEST(counted.syncs == 1);
    BOOST_TEST(seen_by_others() == 2);
}

// The log is synced before its pages are copied, and a new log's header before its pages.
BOOST_AUTO_TEST_CASE(a_copy_of_the_log_is_enclosed_in_syncs) {
    writer.connection().copy_log();
    BOOST_TEST(counted.syncs == 1);
    write("2"); // into the log that begins again
    BOOST_TEST(counted.syncs == 3);
}

// What follows a gap is not durable until the log was written once more.
BOOST_AUTO_TEST_CASE(no_success_is_reported_without_a_sync) {
    counted.fails = true;
    BOOST_CHECK_THROW(write("2"), SqliteError);
    BOOST_CHECK_THROW(write("3"), SqliteError);
    counted.fails = false;
    write("4");
    BOOST_TEST(seen_by_others() >= 2);
}

BOOST_AUTO_TEST_CASE(a_rolled_back_write_is_not_there) {
    BOOST_CHECK_THROW(write("nothing"), SqliteError);
    BOOST_TEST(seen_by_others() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
