// What stat() says, and for a file that shrank its own header.
#include "ledger/sqlite/sqlite_file.hpp"

#include <sys/stat.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

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

SqliteFile::Identity SqliteFile::identity_of(const std::string& path, ::off_t* size) {
    struct ::stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    if (size) *size = found.st_size;
    return {found.st_dev, found.st_ino};
}

SqliteFile::SqliteFile(const std::string& path, SqliteConnection& connection)
    : path_(path),
      log_path_(path + "-wal"),
      connection_(connection),
      log_(identity_of(log_path_, nullptr)) {
    ::off_t size = 0;
    file_ = identity_of(path_, &size);
    size_ = size;
}

void SqliteFile::check_same(const std::string& path, const Identity& known, ::off_t* size) const {
    errno = 0;
    const Identity found = identity_of(path, size);
    if (found.inode == 0)
        refuse(path, errno == ENOENT
                         ? "was removed"
                         : std::string("cannot be found (") + std::strerror(errno) + ")");
    if (found.device != known.device || found.inode != known.inode)
        refuse(path, "was replaced by another");
}

void SqliteFile::check() {
    ::off_t size = 0;
    check_same(path_, file_, &size);
    if (log_.inode != 0) check_same(log_path_, log_, nullptr);
    const ::off_t before = size_;
    if (size == before) return;
    if (size < before && is_cut(size)) refuse(path_, "was truncated");
    size_ = size;
}

// A VACUUM shortens the file, too; but then its header says how many pages are left.
bool SqliteFile::is_cut(::off_t size) const {
    const std::optional<std::int64_t> said = connection_.size_in_header();
    return !said || *said > size;
}

} // namespace segpay
