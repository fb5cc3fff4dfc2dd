// Checks permissions with the system, and the kind of the file with SQLite.
#include "config/ledger_file.hpp"

#include <Poco/URI.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace segpay {

namespace {

namespace fs = std::filesystem;

bool can(const fs::path& what, int how) {
    return ::faccessat(AT_FDCWD, what.c_str(), how, AT_EACCESS) == 0;
}

} // namespace

std::string obstacle_at(const std::string& file) {
    const fs::path path = file;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::error_code unreadable; // then this user cannot see it
    if (!fs::is_directory(folder, unreadable)) return "its folder is not there; make it";
    if (!can(folder, W_OK | X_OK)) return "this user may not write in its folder";
    if (fs::is_directory(path, unreadable)) return "that is a folder; add a file name";
    if (fs::exists(path, unreadable) && !can(path, R_OK | W_OK))
        return "this user may not read and write it";
    return {};
}

// SQLite must open the file itself: closing it here would release the locks of a ledger that this
// process has open ("How To Corrupt An SQLite Database File", 2.2). As immutable, nothing is
// locked, and no file is made beside it.
bool is_of_another_kind(const std::string& path) {
    std::error_code unreadable;
    if (!fs::exists(path, unreadable) || fs::is_directory(path, unreadable)) return false;
    if (!fs::is_regular_file(path, unreadable)) return true;

    std::string escaped;
    Poco::URI::encode(path, "?#", escaped);
    const std::string uri =
        (path.starts_with('/') ? "file://" : "file:") + escaped + "?immutable=1";
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    const int code = sqlite3_open_v2(uri.c_str(), &opened, flags, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
    if (code != SQLITE_OK) return false; // this user cannot read it
    const char* const first_page = "PRAGMA application_id";
    return sqlite3_exec(opened, first_page, nullptr, nullptr, nullptr) == SQLITE_NOTADB;
}

} // namespace segpay
