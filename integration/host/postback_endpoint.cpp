// Requests that came together go to the plugin together; each is answered as soon as its answer is
// known.
#include "postback_endpoint.hpp"

#include "log.hpp"

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace nats_host {
namespace {

constexpr std::uint32_t kUnauthorized = 401;

biller::Request taken_from(HttpRequest& request) {
    return {.method = std::move(request.method),
            .query = std::move(request.query),
            .body = std::move(request.body),
            .peer = std::move(request.peer),
            .headers = std::move(request.headers)};
}

HttpResponse response_of(biller::Reply& reply) {
    // The plugin warns of a wrong password; a request for one is normal.
    const Level level = reply.status == kUnauthorized ? Level::info : Level::warning;
    if (!reply.message.empty())
        log(level, "postback " + reply.disposition_name + ": " + reply.message);
    HttpResponse response;
    response.status = static_cast<int>(reply.status);
    response.content_type.clear(); // among the headers
    response.body = std::move(reply.body);
    response.headers = std::move(reply.headers);
    return response;
}

// The processor comes again.
HttpResponse apology() {
    HttpResponse response;
    response.status = 500;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "The host's log says what.\n";
    return response;
}

} // namespace

void answer_postbacks(biller::Instance& biller, DieAt& die_at,
                      std::span<Exchange* const> exchanges) {
    std::vector<Exchange*> asking;
    std::vector<biller::Request> requests;
    for (Exchange* exchange : exchanges) {
        die_at.pass(Step::received);
        asking.push_back(exchange);
        requests.push_back(taken_from(exchange->request));
    }
    const auto answer = [&](std::size_t number, HttpResponse response) {
        die_at.pass(Step::answered);
        std::exchange(asking[number], nullptr)->answer(std::move(response));
    };
    try {
        biller.handle(requests, [&](std::size_t number, biller::Reply reply) {
            answer(number, response_of(reply));
        });
    } catch (const std::exception& failure) {
        log(Level::error, std::string("postbacks failed: ") + failure.what());
    }
    for (std::size_t number = 0; number < asking.size(); ++number)
        if (asking[number]) answer(number, apology());
}

} // namespace nats_host
