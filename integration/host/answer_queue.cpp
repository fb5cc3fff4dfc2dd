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

AnswerAll answer_each(Respond respond) {
    return [respond = std::move(respond)](std::span<Exchange* const> exchanges) {
        for (Exchange* exchange : exchanges)
            exchange->answer(response_to(exchange->request, respond));
    };
}

AnswerQueue::AnswerQueue(AnswerAll answer, Size size)
    : answer_(std::move(answer)), at_once_(size.at_once) {
    for (std::size_t i = 0; i < size.threads; ++i)
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
    std::vector<Exchange*> taken;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            if (!came_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
            const auto end =
                waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(at_once_, waiting_.size()));
            taken.assign(waiting_.begin(), end);
            waiting_.erase(waiting_.begin(), end);
        }
        answer_(taken);
    }
}

} // namespace nats_host
