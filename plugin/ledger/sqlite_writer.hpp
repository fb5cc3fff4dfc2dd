// SqliteWriter: the one connection of this process that writes a ledger's file, and how what it
// writes becomes durable. Knows transactions, no tables.
//
// Threads share transactions (GroupCommit); processes come one after the other (ProcessTurn, and
// SQLite's own lock). What is committed is synced after the lock is free: so the next transaction
// runs while the disk works on the last one, in this process and in others, and the file system
// syncs for several processes at once. Nobody hears of a success before the sync is over. What is
// seen by others before it is synced does no harm: whatever they answer with waits for a sync of
// their own, and one sync makes all durable that was written before it.
//
// SQLite syncs the log itself before it copies it into the file (synchronous=NORMAL), so the file
// is never damaged by a power cut.
//
// Threads: every method from any thread.
#pragma once

#include "ledger/group_commit.hpp"
#include "ledger/process_turn.hpp"
#include "ledger/sqlite_handle.hpp"

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace segpay {

class SqliteWriter {
public:
    // Opens or creates the file, or a database in memory.
    SqliteWriter(const std::string& path, bool is_in_memory);

    // For whoever opens it, before anybody else knows of it, and for what runs inside a
    // transaction.
    SqliteConnection& connection() { return connection_; }

    // Everything durable goes through here: `work` is done in a transaction, which may be that of
    // others as well. Either all of it is durable when it returns, or it throws SqliteError or
    // GroupCommit::TooManyWait. Where the sync failed it may become durable all the same.
    template <class Work>
    std::invoke_result_t<Work> transact(const Work& work) {
        std::optional<std::invoke_result_t<Work>> result;
        GroupCommit::Operation shared([&] { result.emplace(work()); });
        commits_.commit(shared);
        return std::move(*result);
    }

    // As GroupCommit says.
    void later(std::function<void()> work) { commits_.commit_later(std::move(work)); }
    void flush() { commits_.flush(); }

private:
    void run_in_one(GroupCommit::Operations operations);
    void roll_back();
    void sync();
    void save_what_was_not_synced();

    const bool is_in_memory_;
    SqliteConnection connection_; // of the transaction that runs
    std::optional<ProcessTurn> turn_;
    std::atomic<bool> has_sync_failed_ = false;
    GroupCommit commits_;
};

} // namespace segpay
