// One transaction, and one sync.
#include "ledger/sqlite/sqlite_writer.hpp"

#include "ledger/failpoint.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace segpay {

namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::chrono::milliseconds kLongestTurn(2'000); // of others
constexpr std::size_t kMaxWaiting = 1'024;               // threads
constexpr std::int64_t kErrandsVersion = 1;              // of what is asked and answered
constexpr int kCopyAt = 4'000;                           // pages of the log

} // namespace

SqliteWriter::SqliteWriter(const std::string& path, bool is_in_memory)
    : is_in_memory_(is_in_memory),
      connection_(path, kBusyTimeoutMs),
      commits_([this](GroupCommit::Operations operations) { return run_in_one(operations); },
               [this] { sync(); }, kMaxWaiting) {
    if (is_in_memory) return;
    turn_.emplace(path + "-turn");
    connection_.keep_log();
}

SqliteWriter::~SqliteWriter() {
    if (!has_hole_) return;
    try {
        mend_log();
    } catch (...) { // then whoever opens the file next does it
        connection_.leave_log();
    }
}

bool SqliteWriter::run_in_one(GroupCommit::Operations operations) {
    bool has_turn = turn_ && turn_->try_take();
    Left left;
    if (turn_ && !has_turn) {
        left = leave_to_others(operations, has_turn);
        if (left.empty()) return false;
        operations = left;
    }
    try {
        std::optional<ProcessTurn::Errands> errands;
        if (has_turn) errands.emplace(*turn_);
        if (errands && errands->size() != 0)
            commit_with(std::move(*errands), operations);
        else
            commit(operations, nullptr);
    } catch (...) {
        if (has_turn) turn_->give_back();
        throw;
    }
    if (has_turn) turn_->give_back();
    SEGPAY_FAILPOINT("commit.before_sync");
    return true;
}

// What nobody did.
SqliteWriter::Left SqliteWriter::leave_to_others(GroupCommit::Operations operations,
                                                 bool& has_turn) {
    using namespace std::chrono;
    const auto give_up_at = steady_clock::now() + kLongestTurn;
    Left left(operations.begin(), operations.end());
    const auto has_errand = [](const auto* each) { return each->errand() != nullptr; };
    if (std::all_of(left.begin(), left.end(), has_errand)) {
        Packer packer;
        packer.put(kErrandsVersion);
        packer.put(static_cast<std::int64_t>(left.size()));
        for (const GroupCommit::Operation* operation : left)
            operation->errand()->ask(packer);
        std::string answer;
        const ProcessTurn::Left became = turn_->leave(packer.bytes(), answer, kLongestTurn);
        has_turn = became == ProcessTurn::Left::ours;
        if (became == ProcessTurn::Left::unknown)
            throw SqliteError(0, "another process took it along and does not answer");
        if (became == ProcessTurn::Left::answered) {
            Unpacker unpacker(answer);
            std::erase_if(left, [&](GroupCommit::Operation* operation) {
                const bool is_done = operation->errand()->hear(unpacker);
                if (is_done) operation->was_done();
                return is_done;
            });
        }
    }
    const auto rest = duration_cast<milliseconds>(give_up_at - steady_clock::now());
    if (!left.empty() && !has_turn) has_turn = turn_->take(std::max(rest, milliseconds(0)));
    return left;
}

// What fails together with others' errands is done without them.
void SqliteWriter::commit_with(ProcessTurn::Errands errands, GroupCommit::Operations operations) {
    std::list<Committed> committed; // made before: what is committed must not fail any more
    committed.push_back({std::this_thread::get_id(), std::move(errands)});
    try {
        commit(operations, &committed.front().errands);
    } catch (...) {
        committed.clear();
        return commit(operations, nullptr);
    }
    const std::lock_guard lock(errands_mutex_);
    errands_.splice(errands_.end(), committed);
}

void SqliteWriter::commit(GroupCommit::Operations operations, ProcessTurn::Errands* errands) {
    try {
        // One that could not even be rolled back, for want of memory, would be in the way for ever.
        if (connection_.is_in_transaction()) roll_back();
        tend_log();
        connection_.change("BEGIN IMMEDIATE");
        ++transaction_;
        if (begin_) begin_(std::exchange(is_as_left_, false));
        for (GroupCommit::Operation* operation : operations)
            operation->run();
        if (errands) do_errands(*errands);
        if (end_) end_();
        SEGPAY_FAILPOINT("commit.before");
        connection_.change("COMMIT");
        is_as_left_ = true;
        if (!is_in_memory_) connection_.find_log();
    } catch (...) {
        roll_back();
        throw;
    }
}

void SqliteWriter::do_errands(ProcessTurn::Errands& errands) {
    for (std::size_t number = 0; number < errands.size(); ++number) {
        Unpacker asked(errands[number]);
        if (asked.number() != kErrandsVersion)
            throw std::runtime_error("an errand of another version");
        Packer answer;
        for (std::int64_t left = asked.number(); left > 0; --left)
            do_errand_(asked, answer);
        errands.set_answer(number, answer.bytes());
    }
    SEGPAY_FAILPOINT("errands.done");
}

void SqliteWriter::roll_back() {
    try {
        if (connection_.is_in_transaction()) connection_.change("ROLLBACK");
    } catch (const SqliteError&) {
        // Nothing is left to do: without COMMIT the file keeps what it had.
    }
}

// Whoever left errands hears of them: when the sync fails, that they are left to him again.
void SqliteWriter::sync() {
    if (is_in_memory_) return;
    std::list<Committed> done = committed_here();
    {
        const std::lock_guard lock(log_mutex_);
        if (has_hole_) throw SqliteError(0, "the log before this commit could not be synced");
        sync_locked();
        SEGPAY_FAILPOINT("commit.after");
    }
    for (Committed& each : done)
        each.errands.answer_all();
}

std::list<SqliteWriter::Committed> SqliteWriter::committed_here() {
    std::list<Committed> mine;
    const std::lock_guard lock(errands_mutex_);
    for (auto each = errands_.begin(); each != errands_.end();) {
        const auto here = each++;
        if (here->by == std::this_thread::get_id()) mine.splice(mine.end(), errands_, here);
    }
    return mine;
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
    if (has_hole_) mend_log();
    if (connection_.log_pages() < kCopyAt) return;
    sync_locked();
    try {
        connection_.copy_log();
    } catch (const SqliteError& error) {        // tried again before the next transaction
        if (!error.is_busy()) has_hole_ = true; // it may have been a sync of the log that failed
    }
}

void SqliteWriter::mend_log() {
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
