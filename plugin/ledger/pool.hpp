// Pool: idle connections that are used again. As many are open as are used at once.
//
// Threads: every method from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace segpay {

template <class Connection>
class Pool {
public:
    Pool() { idle_.reserve(kMaxIdle); } // to give back never fails

    // Null: none is idle.
    std::unique_ptr<Connection> take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return nullptr;
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }
    // Closes it when enough are idle.
    void give_back(std::unique_ptr<Connection> connection) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < kMaxIdle) idle_.push_back(std::move(connection));
    }
    void close_idle() {
        std::vector<std::unique_ptr<Connection>> old; // closed without the lock
        const std::lock_guard lock(mutex_);
        old.swap(idle_);
        idle_.reserve(kMaxIdle);
    }

private:
    static constexpr std::size_t kMaxIdle = 16;

    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_; // guarded by mutex_
};

} // namespace segpay
