// First come, first answered.
#include "answer_queue.hpp"

#include "html.hpp"
#include "log.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace nats_host {
namespace {

HttpResponse apology(int status, const std::string& words) {
    Page content;
    content.title = status == 400 ? "Bad request" : "Something went wrong";
    content.body = "<p>"_html + text(words) + "</p>"_html;
    content.status = status;
    return page(content);
}

// The response of `respond`, or an error page for its exception.
HttpResponse response_to(const HttpRequest& request, const Respond& respond) {
    try {
        return respond(request);
    } catch (const BadRequest& mistake) {
        return apology(400, mistake.what());
    } catch (const std::exception& failure) {
        log(Level::error, request.method + " failed: " + failure.what());
        return apology(500, "The host's log says what. Please try again later.");
    }
}

} // namespace

AnswerAll answer_each(Respond respond) {
    return [respond = std::move(respond)](std::span<Exchange* const> exchanges) {
        for (Exchange* exchange : exchanges)
            exchange->answer(response_to(exchange->request, respond));
    };
}

AnswerQueue::AnswerQueue(AnswerAll answer, Size size) : answer_(std::move(answer)), size_(size) {
    for (std::size_t i = 0; i < size.threads; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void AnswerQueue::take(Exchange& exchange) {
    bool needs_thread = false;
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(&exchange);
        // For requests in between a waiting thread was notified already.
        needs_thread = waiting_.size() == 1 || calls_ < size_.calls;
    }
    if (needs_thread) came_.notify_one();
}

bool AnswerQueue::may_take() const {
    return !waiting_.empty() && (calls_ < size_.calls || Clock::now() - taken_at_ >= kPatience);
}

// False: the queue ends.
bool AnswerQueue::take_some(const std::stop_token& stop, std::vector<Exchange*>& taken) {
    std::unique_lock lock(mutex_);
    while (!may_take()) {
        if (!came_.wait(lock, stop, [&] { return !waiting_.empty(); })) return false;
        came_.wait_for(lock, stop, kPatience, [&] { return may_take() || waiting_.empty(); });
    }
    const auto begin = waiting_.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(size_.at_once, waiting_.size()));
    taken.assign(begin, end);
    waiting_.erase(begin, end);
    taken_at_ = Clock::now();
    ++calls_;
    if (!waiting_.empty()) came_.notify_one();
    return true;
}

void AnswerQueue::work(const std::stop_token& stop) {
    std::vector<Exchange*> taken;
    while (take_some(stop, taken)) {
        answer_(taken);
        const std::lock_guard lock(mutex_);
        --calls_;
    }
}

} // namespace nats_host
