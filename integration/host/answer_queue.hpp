// Requests that wait for an answer, and the threads that answer them. Uses no sockets and no
// contents.
#pragma once

#include "http.hpp"
#include "server.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace nats_host {

// Answers all of them, each once. Must not throw.
using AnswerAll = std::function<void(std::span<Exchange* const>)>;

// Answers one after the other with `respond`. Its exceptions are logged and answered with 500
// (BadRequest with 400).
AnswerAll answer_each(Respond respond);

class AnswerQueue {
public:
    static constexpr std::chrono::milliseconds kPatience{20};

    struct Size {
        std::size_t threads;
        std::size_t at_once; // at most so many requests go to one call
        std::size_t calls;   // so many run at the same time
    };
    // Waiting requests are taken at once while fewer calls than that run. Otherwise they gather for
    // the next call, which costs less than a call for each. One more call begins when none was
    // taken for kPatience, because the running calls hang.
    AnswerQueue(AnswerAll answer, Size size);

    // No exchange may be waiting.
    ~AnswerQueue() = default;
    AnswerQueue(const AnswerQueue&) = delete;
    AnswerQueue& operator=(const AnswerQueue&) = delete;

    // Any thread; returns at once.
    void take(Exchange& exchange);

private:
    using Clock = std::chrono::steady_clock;

    void work(const std::stop_token& stop);
    bool take_some(const std::stop_token& stop, std::vector<Exchange*>& taken);
    bool may_take() const;

    const AnswerAll answer_;
    const Size size_;
    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<Exchange*> waiting_; // guarded by mutex_, like what follows
    std::size_t calls_ = 0;         // that run
    Clock::time_point taken_at_;
    std::vector<std::jthread> threads_;
};

} // namespace nats_host
