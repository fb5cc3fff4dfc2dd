// SqliteFile: whether the file of an open ledger, and its log, are still those at their paths. A
// file that is removed, replaced or truncated under a running process can be written on; but what
// is written there is nobody's.
//
// Threads: every method from any thread.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"

#include <sys/types.h>
#include <atomic>
#include <string>

namespace segpay {

class SqliteFile {
public:
    // The database was opened through `connection`, which must outlive this, and has a log by now.
    SqliteFile(const std::string& path, SqliteConnection& connection);

    // Throws SqliteError, with what became of the file and what to do. Once it did, it always does.
    void check();

private:
    struct Identity {
        ::dev_t device = 0;
        ::ino_t inode = 0; // 0: not known
    };
    static Identity identity_of(const std::string& path, ::off_t* size);
    void check_same(const std::string& path, const Identity& known, ::off_t* size) const;

    bool is_cut(::off_t size) const;

    const std::string path_;
    const std::string log_path_;
    SqliteConnection& connection_;
    Identity file_, log_;
    std::atomic<::off_t> size_ = 0; // when it was looked at last
};

} // namespace segpay
