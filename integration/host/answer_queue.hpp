// Requests that wait for an answer, and the threads that answer them. Knows nothing of sockets and
// nothing of what is served.
#pragma once

#include "http.hpp"
#include "server.hpp"

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

// One after the other by `respond`. What it throws is logged and answered with 500 (BadRequest with
// 400).
AnswerAll answer_each(Respond respond);

class AnswerQueue {
public:
    struct Size {
        std::size_t threads;
        std::size_t at_once; // at most so many requests are handed to one call
    };
    // Each thread takes what waits, as soon as something does, and nobody waits for more to come:
    // so calls grow while answering takes longer.
    AnswerQueue(AnswerAll answer, Size size);

    // No exchange may be waiting.
    ~AnswerQueue() = default;
    AnswerQueue(const AnswerQueue&) = delete;
    AnswerQueue& operator=(const AnswerQueue&) = delete;

    // Any thread; returns at once.
    void take(Exchange& exchange);

private:
    void work(const std::stop_token& stop);

    const AnswerAll answer_;
    const std::size_t at_once_;
    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<Exchange*> waiting_; // guarded by mutex_
    std::vector<std::jthread> threads_;
};

} // namespace nats_host
