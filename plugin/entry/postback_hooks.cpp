// The hook that handles a postback.
#include "entry/hooks.hpp"
#include "entry/replies.hpp"

namespace segpay {

namespace {

Reply reply_to(biller_instance& opened, const HttpRequest& request) {
    try {
        return opened.inbox.handle(request);
    } catch (const std::exception& failure) {
        return apology(opened.account, failure);
    }
}

} // namespace

uint32_t handle(biller_instance* instance, const biller_http_request* request,
                const biller_reply_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(request && has_callback(sink, &biller_reply_sink::reply),
                "request, sink or sink->reply is NULL");
        const biller_http_request given = adopted(request);
        const Reply reply = reply_to(opened, http_request_of(given));
        const ReplyView view_of_reply(reply);
        call_out([&] { sink->reply(sink->context, view_of_reply.get()); });
        return BILLER_STATUS_OK;
    });
}

} // namespace segpay
