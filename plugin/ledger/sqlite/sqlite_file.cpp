// SQLite knows whether its database has moved, but not its log. A file that shrank is compared with
// its own header.
#include "ledger/sqlite/sqlite_file.hpp"

#include <sys/stat.h>
#include <chrono>
#include <thread>

#include <sqlite3.h>

namespace segpay {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& became) {
    throw SqliteError(SQLITE_IOERR,
                      "the file " + path + " " + became +
                          " while it was open, and nothing is written to it any more; stop all "
                          "processes that use it, put the right file in its place, and start them "
                          "again");
}

} // namespace

SqliteFile::Identity SqliteFile::identity_of(const std::string& path) {
    struct ::stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino};
}

SqliteFile::SqliteFile(const SqliteConnection& connection)
    : connection_(connection),
      path_(connection.path()),
      log_path_(path_ + "-wal"),
      log_(identity_of(log_path_)), // none, where the file system is a test's own
      size_(connection.file_size()) {}

void SqliteFile::check() {
    const auto refuse_moved = [](const std::string& path) {
        refuse(path, identity_of(path) == Identity() ? "was removed" : "was replaced by another");
    };
    if (connection_.has_moved()) refuse_moved(path_);
    if (log_ != Identity() && identity_of(log_path_) != log_) refuse_moved(log_path_);
    const std::int64_t before = size_; // first: another thread may store a later one
    const std::int64_t size = connection_.file_size();
    if (size < before && is_cut()) was_truncated_ = true;
    if (was_truncated_) refuse(path_, "was truncated"); // though it may have grown since
    size_ = size;
}

// Of a file that became shorter. A VACUUM does that, too; but then its header says how many pages
// are left. A copy of the log that grows the file again writes the header first: so for a while.
bool SqliteFile::is_cut() const {
    for (int tries = 0; tries < 5; ++tries) {
        if (connection_.size_in_header() <= connection_.file_size()) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace segpay
