// SqliteFile: whether the file of an open ledger, and its log, are still those at their paths. A
// file that is removed, replaced or truncated under a running process can still be written; but
// what is written there is lost.
//
// Threads: every method from any thread, also while another one uses the connection.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"

#include <sys/types.h>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace segpay {

class SqliteFile {
public:
    // The database was opened through `connection`, which must outlive this, and has a log by now.
    explicit SqliteFile(const SqliteConnection& connection);

    // Throws SqliteError, with what became of the file and what to do. After a truncation, always.
    void check();

private:
    using Identity = std::pair<::dev_t, ::ino_t>; // all 0: there is none
    static Identity identity_of(const std::string& path);
    bool is_cut() const;

    const SqliteConnection& connection_;
    const std::string path_;
    const std::string log_path_;
    const Identity log_;
    std::atomic<std::int64_t> size_; // at the last check
    std::atomic<bool> was_truncated_ = false;
};

} // namespace segpay
