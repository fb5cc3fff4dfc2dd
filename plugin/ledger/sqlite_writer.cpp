// One transaction, and one sync.
#include "ledger/sqlite_writer.hpp"

#include "ledger/failpoint.hpp"

#include <chrono>

namespace segpay {

namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::chrono::milliseconds kLongestTurn(2'000); // of others
constexpr std::size_t kMaxWaiting = 1'024;               // threads

} // namespace

SqliteWriter::SqliteWriter(const std::string& path, bool is_in_memory)
    : is_in_memory_(is_in_memory),
      connection_(path, kBusyTimeoutMs),
      commits_([this](GroupCommit::Operations operations) { run_in_one(operations); },
               [this] { sync(); }, kMaxWaiting) {
    if (!is_in_memory) turn_.emplace(path + "-turn");
}

void SqliteWriter::run_in_one(GroupCommit::Operations operations) {
    const bool has_turn = turn_ && turn_->take(kLongestTurn);
    try {
        if (has_sync_failed_) save_what_was_not_synced();
        // One that could not even be rolled back, for want of memory, would be in the way for ever.
        if (connection_.is_in_transaction()) connection_.change("ROLLBACK");
        connection_.change("BEGIN IMMEDIATE");
        for (GroupCommit::Operation* operation : operations)
            operation->run();
        SEGPAY_FAILPOINT("commit.before");
        connection_.change("COMMIT");
        if (!is_in_memory_) connection_.find_log();
    } catch (...) {
        roll_back();
        if (has_turn) turn_->give_back();
        throw;
    }
    if (has_turn) turn_->give_back();
    SEGPAY_FAILPOINT("commit.before_sync");
}

void SqliteWriter::roll_back() {
    if (!connection_.is_in_transaction()) return; // never begun, or SQLite did it already
    try {
        connection_.change("ROLLBACK");
    } catch (const SqliteError&) {
        // Nothing is left to do: without COMMIT the file keeps what it had.
    }
}

void SqliteWriter::sync() {
    if (is_in_memory_) return;
    try {
        connection_.sync_log();
    } catch (...) {
        has_sync_failed_ = true;
        throw;
    }
    SEGPAY_FAILPOINT("commit.after");
}

// A kernel that could not write a page may forget it, and tell so only once. So the log, which
// still reads well, is copied into the file, and that is synced, before anything is added to it.
void SqliteWriter::save_what_was_not_synced() {
    connection_.copy_log();
    has_sync_failed_ = false;
}

} // namespace segpay
