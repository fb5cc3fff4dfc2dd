// Leading and following.
#include "ledger/group_commit.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace segpay {

namespace {

constexpr std::size_t kMaxGroup = 256; // operations in one transaction
constexpr std::size_t kMaxLater = 256; // operations that wait for another one's commit

} // namespace

void GroupCommit::commit(Operation& operation) {
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= max_waiting_)
        throw TooManyWait("more than " + std::to_string(max_waiting_) +
                          " threads wait for a commit");
    operation.is_done_ = operation.leads_ = false;
    operation.failure_ = nullptr;
    if (!is_led_ && is_worth_a_sync(waiting_.size() + 1)) {
        waiting_.push_front(&operation);
        is_led_ = true; // from here on, whatever happens, to the end
        lead(lock);
    } else {
        waiting_.push_back(&operation);
        operation.changed_.wait(lock, [&] { return operation.is_done_ || operation.leads_; });
        if (!operation.is_done_) lead(lock);
    }
    lock.unlock();
    if (operation.failure_) std::rethrow_exception(operation.failure_);
}

// While one group is synced nothing else can become durable, so the next one waits until it is as
// large, or the disk idle: else the first thread that comes would have a whole sync for itself, and
// all that come just after it would wait for the one after that.
bool GroupCommit::is_worth_a_sync(std::size_t size) const { return size >= synced_size_; }

// For the first that waits, on its thread. Nothing here may throw: the others would wait for ever.
void GroupCommit::lead(std::unique_lock<std::mutex>& lock) {
    const std::size_t later_size = later_.size();
    const std::size_t size = std::min(waiting_.size(), kMaxGroup);
    const auto group_end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
    std::array<Operation*, kMaxLater + kMaxGroup> places;
    Operation** const mine = std::transform(later_.begin(), later_.end(), places.begin(),
                                            [](const auto& each) { return each.get(); });
    const Operations group(places.begin(), std::copy(waiting_.begin(), group_end, mine));
    waiting_.erase(waiting_.begin(), group_end);
    lock.unlock();

    const bool is_to_be_synced = run(group);

    lock.lock();
    // When not even a transaction could begin, what can wait waits for the next.
    const bool was_later_run = later_size != 0 && later_.front()->was_run_;
    if (was_later_run)
        later_.erase(later_.begin(), later_.begin() + static_cast<std::ptrdiff_t>(later_size));
    lock.unlock();
    {
        const std::lock_guard syncing(disk_);
        pass_on(Lead::given_up, size);
        if (is_to_be_synced) sync(group.subspan(later_size));
        pass_on(Lead::not_ours, 0);
    }
    if (was_later_run) later_count_ -= later_size;
    lock.lock();
    finish(group.subspan(later_size));
}

// Under the mutex: each is its own thread's again as soon as that has woken up.
void GroupCommit::finish(Operations operations) {
    for (Operation* operation : operations) {
        operation->is_done_ = true;
        operation->changed_.notify_one();
    }
}

// What the disk syncs from now on is known, and who leads next: the first of those that wait, if
// they are enough.
void GroupCommit::pass_on(Lead lead, std::size_t synced_size) {
    const std::lock_guard lock(mutex_);
    synced_size_ = synced_size;
    if (lead == Lead::given_up) is_led_ = false;
    if (is_led_ || waiting_.empty() || !is_worth_a_sync(waiting_.size())) return;
    is_led_ = true;
    waiting_.front()->leads_ = true;
    waiting_.front()->changed_.notify_one();
}

bool GroupCommit::run(Operations operations) {
    bool is_to_be_synced = false;
    const auto try_to_run = [&](Operations some) -> std::exception_ptr {
        try {
            is_to_be_synced |= transaction_(some);
            return nullptr;
        } catch (...) {
            return std::current_exception();
        }
    };
    const auto until = group_time_ ? Clock::now() + *group_time_ : Clock::time_point::max();
    for (Operation* operation : operations) {
        operation->was_run_ = false;
        operation->until_ = until;
    }
    const std::exception_ptr failure = try_to_run(operations);
    if (!failure) return is_to_be_synced;
    // One of them may have spoilt it for all; but what did not even begin is the same for each.
    const bool is_for_all = operations.size() == 1 || !operations.front()->was_run_;
    for (Operation* operation : operations) {
        const bool is_over = is_for_all || Clock::now() >= until;
        operation->failure_ = is_over ? failure : try_to_run({&operation, 1});
    }
    return is_to_be_synced;
}

void GroupCommit::sync(Operations operations) {
    std::exception_ptr failure;
    try {
        sync_();
        return;
    } catch (...) {
        failure = std::current_exception();
    }
    for (Operation* operation : operations)
        if (!operation->failure_) operation->failure_ = failure;
}

void GroupCommit::commit_later(std::function<void()> work) {
    auto later = std::make_unique<Operation>(std::move(work));
    {
        const std::lock_guard lock(mutex_);
        if (later_.size() < kMaxLater) {
            later_.push_back(std::move(later));
            ++later_count_;
            return;
        }
    }
    commit(*later);
}

void GroupCommit::flush() {
    if (!has_later()) return;
    Operation nothing([] {});
    commit(nothing);
}

} // namespace segpay
