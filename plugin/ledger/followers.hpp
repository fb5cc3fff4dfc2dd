// Followers: purchases of which a claim in this process found an earlier event in flight. The
// thread that settles that one settles it at once, and delivers the next. An event that another
// process queued is not noted here; recovery finds it.
//
// Threads: every method from any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>

namespace segpay {

class Followers {
public:
    void note(const std::string& purchase) {
        const std::lock_guard lock(mutex_);
        if (purchases_.size() >= kMost) purchases_.clear();
        purchases_.insert(purchase);
    }
    // Whether there was one.
    bool forget(const std::string& purchase) {
        const std::lock_guard lock(mutex_);
        return purchases_.erase(purchase) > 0;
    }

private:
    static constexpr std::size_t kMost = 10'000;

    std::mutex mutex_;
    std::unordered_set<std::string> purchases_; // guarded by mutex_
};

} // namespace segpay
