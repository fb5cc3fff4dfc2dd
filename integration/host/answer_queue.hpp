// Requests that wait for an answer, and the threads that answer them. Knows nothing of sockets and
// nothing of what is served.
#pragma once

#include "http.hpp"
#include "server.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace nats_host {

class AnswerQueue {
public:
    // `threads` threads call `respond`, each for one request at a time. What it throws is logged
    // and answered with 500 (BadRequest with 400).
    AnswerQueue(Respond respond, std::size_t threads);

    // No exchange may be waiting.
    ~AnswerQueue() = default;
    AnswerQueue(const AnswerQueue&) = delete;
    AnswerQueue& operator=(const AnswerQueue&) = delete;

    // Any thread; returns at once.
    void take(Exchange& exchange);

private:
    void work(const std::stop_token& stop);

    const Respond respond_;
    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<Exchange*> waiting_; // guarded by mutex_
    std::vector<std::jthread> threads_;
};

} // namespace nats_host
