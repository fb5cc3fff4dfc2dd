// SharedCommit: threads that write to the database at the same moment share one transaction and one
// sync of the disk. Whoever comes while nobody commits does it for all who wait by then; there is
// no thread for it, and who is alone waits for nobody. Knows no database.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace nats_host {

class SharedCommit {
public:
    using Work = std::function<void()>;
    using Works = std::span<const Work* const>;

    // Runs all in one transaction, in order. Throws: nothing of it is durable.
    using Transaction = std::function<void(Works)>;

    explicit SharedCommit(Transaction transaction) : transaction_(std::move(transaction)) {}
    SharedCommit(const SharedCommit&) = delete;
    SharedCommit& operator=(const SharedCommit&) = delete;

    // Any thread. Returns when the work is durable; throws what it threw, or why it could not be
    // made durable. It runs on any of the threads that are in here, and again, alone, when the
    // transaction that it shared failed.
    void commit(const Work& work);

private:
    struct Turn;
    struct Waiting;

    void lead(std::unique_lock<std::mutex>& lock);
    void run(std::span<Waiting* const> group);

    const Transaction transaction_;
    std::mutex mutex_; // guards what follows
    bool is_led_ = false;
    std::vector<Waiting*> waiting_;
};

} // namespace nats_host
