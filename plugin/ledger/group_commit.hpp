// GroupCommit: threads that commit at the same moment share one transaction and one sync. The first
// thread becomes leader and commits for every queued thread; then it wakes them, and the first of
// the threads that queued up meanwhile becomes the next leader. There is no thread of its own, and
// a thread that is alone waits for none. While one group is synced, the next one's transaction runs
// as soon as it is as large; then it waits for the disk. Knows no database.
//
// Threads: every method from any thread. An operation must not call back in here.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace segpay {

class GroupCommit {
public:
    using Clock = std::chrono::steady_clock;

    // What one thread wants to be done inside a transaction. The leader runs it, and once more,
    // alone, when the shared transaction failed: so it begins anew each time.
    class Operation {
    public:
        explicit Operation(std::function<void()> work) : work_(std::move(work)) {}

        void run() {
            was_run_ = true;
            work_();
        }
        // While it is run: when the time of its group is over.
        Clock::time_point until() const { return until_; }

    private:
        friend class GroupCommit;

        std::function<void()> work_;
        std::exception_ptr failure_; // null: it is durable
        Clock::time_point until_ = Clock::time_point::max();
        bool was_run_ = false;
        // Guarded by the mutex of the commit, like what follows.
        bool is_done_ = false;
        bool leads_ = false; // its thread is the next leader
        std::condition_variable changed_;
    };
    using Operations = std::span<Operation* const>;

    // Runs all in one transaction. False: it is durable already. Throws: nothing that they did will
    // be durable.
    using Transaction = std::function<bool(Operations)>;
    // Makes durable what transactions wrote that have returned; another one may run meanwhile.
    using Sync = std::function<void()>;

    // At most `max_waiting` threads wait; one more is refused. `group_time`: how long the
    // transaction of a group may take, and those of its operations alone, when that one fails, all
    // together; `transaction` keeps it. Null: no limit.
    GroupCommit(Transaction transaction, Sync sync, std::size_t max_waiting,
                std::optional<Clock::duration> group_time = std::nullopt)
        : transaction_(std::move(transaction)),
          sync_(std::move(sync)),
          max_waiting_(max_waiting),
          group_time_(group_time) {}
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    struct TooManyWait : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

    // Returns when the operation is durable; throws what it threw, or why it could not be made
    // durable. TooManyWait: at once, and nothing was done.
    void commit(Operation& operation);

    // Durable with the next commit, before it, in order. A failure is not reported; where not even
    // a transaction could begin, the work waits for the next. When kMaxLater have gathered, this
    // commits.
    void commit_later(std::function<void()> work);
    // What was left for later, now; what failed before is gone. Throws as commit does, for itself
    // alone.
    void flush();
    bool has_later() const { return later_count_.load(std::memory_order_relaxed) != 0; }

private:
    void lead(std::unique_lock<std::mutex>& lock);
    void finish(Operations operations);
    bool is_worth_a_sync(std::size_t size) const;
    enum class Lead { given_up, not_ours };
    void pass_on(Lead lead, std::size_t synced_size);
    // Whether anything of it is to be synced.
    bool run(Operations operations);
    void sync(Operations operations);

    const Transaction transaction_;
    const Sync sync_;
    const std::size_t max_waiting_;
    const std::optional<Clock::duration> group_time_;
    std::mutex disk_;  // of the group that is synced; taken before the next leader is named
    std::mutex mutex_; // guards what follows
    bool is_led_ = false;
    std::size_t synced_size_ = 0; // operations that the disk works for; 0: it is idle
    std::deque<Operation*> waiting_;
    std::vector<std::unique_ptr<Operation>> later_;
    std::atomic<std::size_t> later_count_ = 0; // those that are being made durable included
};

} // namespace segpay
