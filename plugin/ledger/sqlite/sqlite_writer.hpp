// SqliteWriter: the one connection of this process that writes a ledger's file, and how what it
// writes becomes durable. Knows transactions, no tables.
//
// Threads share transactions (GroupCommit). Processes write one after the other: SQLite's lock
// decides, and a process that waits for it sleeps for moments (SqliteConnection). What is committed
// is synced after the lock is free: so the next transaction runs while the disk works on the last
// one, in this process and in others, and the file system syncs for several processes at once.
// Nothing is acknowledged before the sync is over. Others may read what is not synced yet: their
// own answers wait for a sync of their own, and one sync makes all durable that was written before
// it.
//
// The log is copied into the file every now and then, between two transactions, when all of it is
// synced: then a power cut never damages the file. A kernel that could not write a page drops it
// and reports that once; from then on the log reads well and has a hole on the disk. So after a
// failed sync nothing is acknowledged, and nothing is copied, until all of the log was written once
// more and synced.
//
// The log is copied at 4,000 pages: beside 1,000, 64 threads brought a tenth more.
//
// What it brings (bench-ledger, two cores, ext4; events a second through all three steps, beside
// plain inserts of the same bytes, 16 of them in one transaction = 1). It depends on the disk: the
// slower its sync, the more is gained by sharing it, and with a quick one the processor decides,
// some 14 us an event. Where the plain inserts make 53,000 a second: 32 threads 0.46, 64 threads
// 0.65, 64 events in one call 1.0; at 36,000 (SLOW_DISK_US=60) 0.66, 0.75, 1.3; at 18,000
// (SLOW_DISK_US=200) 0.77, 1.2, 1.8. One thread makes 0.88 to 0.94 of plain inserts with a
// transaction each. Sixteen PHP processes on one file: 1.7 to 1.9 times the same script on MariaDB,
// p99 10 ms; 50 a second when they poll SQLite's lock.
//
// Threads: every method from any thread.
#pragma once

#include "ledger/group_commit.hpp"
#include "ledger/sqlite/sqlite_file.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace segpay {

class SqliteWriter {
public:
    // Opens or creates the file, or a database in memory.
    SqliteWriter(const std::string& path, bool is_in_memory);

    ~SqliteWriter();
    SqliteWriter(const SqliteWriter&) = delete;
    SqliteWriter& operator=(const SqliteWriter&) = delete;

    // For the thread that opens it, before it is shared, and for what runs inside a transaction.
    SqliteConnection& connection() { return connection_; }

    // From now on, a transaction is durable if the file and its log are still at their paths. The
    // database has been prepared.
    void watch_file() { file_.emplace(connection_); }
    // Throws SqliteError when they are not.
    void check_file() {
        if (file_) file_->check();
    }

    // Everything durable goes through here: `work` is done in a transaction, which may be that of
    // others as well. Either all of it is durable when it returns, or it throws SqliteError or
    // GroupCommit::TooManyWait. Where the sync failed it may become durable all the same.
    void transact(const std::function<void()>& work) {
        GroupCommit::Operation shared(work);
        commits_.commit(shared);
    }
    // As GroupCommit says.
    void later(std::function<void()> work) { commits_.commit_later(std::move(work)); }
    void flush() { commits_.flush(); }

private:
    void commit(GroupCommit::Operations operations);
    void roll_back();
    void sync();
    void sync_locked();
    void tend_log();
    void repair_log();

    const bool is_in_memory_;
    SqliteConnection connection_; // of the transaction that runs
    std::optional<SqliteFile> file_;
    std::mutex log_mutex_;               // of a sync, or of what is done with the whole log
    std::atomic<bool> has_hole_ = false; // written with log_mutex_ held
    GroupCommit commits_;
};

} // namespace segpay
