// One transaction, and one sync.
#include "ledger/sqlite/sqlite_writer.hpp"

#include "ledger/failpoint.hpp"

namespace segpay {

namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::size_t kMaxWaiting = 1'024; // threads
constexpr int kCopyAt = 4'000;             // pages of the log

} // namespace

SqliteWriter::SqliteWriter(const std::string& path, bool is_in_memory)
    : is_in_memory_(is_in_memory),
      connection_(path, kBusyTimeoutMs),
      commits_([this](GroupCommit::Operations operations) { return commit(operations), true; },
               [this] { sync(); }, kMaxWaiting) {
    if (!is_in_memory) connection_.keep_log();
}

SqliteWriter::~SqliteWriter() {
    if (!has_hole_) return;
    try {
        repair_log();
    } catch (...) { // then the next process that opens the file does it
        connection_.leave_log();
    }
}

void SqliteWriter::commit(GroupCommit::Operations operations) {
    try {
        // One that could not even be rolled back, for want of memory, would be in the way for ever.
        if (connection_.is_in_transaction()) roll_back();
        check_file();
        tend_log();
        connection_.change("BEGIN IMMEDIATE");
        for (GroupCommit::Operation* operation : operations)
            operation->run();
        SEGPAY_FAILPOINT("commit.before");
        connection_.change("COMMIT");
        if (!is_in_memory_) connection_.find_log();
    } catch (...) {
        roll_back();
        throw;
    }
    SEGPAY_FAILPOINT("commit.before_sync");
}

void SqliteWriter::roll_back() {
    try {
        if (connection_.is_in_transaction()) connection_.change("ROLLBACK");
    } catch (const SqliteError&) {
        // Nothing is left to do: without COMMIT the file keeps what it had.
    }
}

void SqliteWriter::sync() {
    if (is_in_memory_) return;
    const std::lock_guard lock(log_mutex_);
    if (has_hole_) throw SqliteError(0, "the log before this commit could not be synced");
    sync_locked();
    check_file();
    SEGPAY_FAILPOINT("commit.after");
}

void SqliteWriter::sync_locked() {
    try {
        connection_.sync_log();
    } catch (...) {
        has_hole_ = true;
        throw;
    }
}

// Between two transactions: what was not synced is, and a log that has grown is copied.
void SqliteWriter::tend_log() {
    if (is_in_memory_ || (!has_hole_ && connection_.log_pages() < kCopyAt)) return;
    const std::lock_guard lock(log_mutex_);
    if (has_hole_) repair_log();
    if (connection_.log_pages() < kCopyAt) return;
    sync_locked();
    try {
        connection_.copy_log();
    } catch (const SqliteError& error) {        // tried again before the next transaction
        if (!error.is_busy()) has_hole_ = true; // it may have been a sync of the log that failed
    }
}

void SqliteWriter::repair_log() {
    connection_.change("BEGIN IMMEDIATE");
    try {
        connection_.rewrite_log();
    } catch (...) {
        roll_back();
        throw;
    }
    connection_.change("COMMIT");
    has_hole_ = false;
}

} // namespace segpay
