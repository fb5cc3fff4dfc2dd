// One request, one call of the plugin, one answer.
#include "postback_endpoint.hpp"

#include "html.hpp"
#include "log.hpp"

namespace nats_host {

HttpResponse answer_postback(biller::Instance& biller, DieAt& die_at, const HttpRequest& request) {
    if (request.method != "GET" && request.method != "POST") return wrong_method("GET, POST");
    die_at.pass(Step::received);
    const biller::Reply reply = biller.handle({.method = request.method,
                                               .query = request.query,
                                               .body = request.body,
                                               .peer = request.peer,
                                               .headers = request.headers});
    die_at.pass(Step::answered);
    if (!reply.message.empty())
        log(Level::warning, "postback " + reply.disposition_name + ": " + reply.message);
    HttpResponse response;
    response.status = static_cast<int>(reply.status);
    response.content_type = reply.content_type;
    response.body = reply.body;
    if (reply.retry_after_s != 0)
        response.headers.emplace_back("Retry-After", std::to_string(reply.retry_after_s));
    return response;
}

} // namespace nats_host
