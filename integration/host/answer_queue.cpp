// First come, first answered.
#include "answer_queue.hpp"

#include "html.hpp"
#include "log.hpp"

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

// What `respond` answers, or an apology for what was thrown.
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

AnswerQueue::AnswerQueue(Respond respond, std::size_t threads) : respond_(std::move(respond)) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void AnswerQueue::take(Exchange& exchange) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(&exchange);
    }
    came_.notify_one();
}

void AnswerQueue::work(const std::stop_token& stop) {
    for (;;) {
        Exchange* exchange = nullptr;
        {
            std::unique_lock lock(mutex_);
            if (!came_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
            exchange = waiting_.front();
            waiting_.pop_front();
        }
        exchange->answer(response_to(exchange->request, respond_));
    }
}

} // namespace nats_host
