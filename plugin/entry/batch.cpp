// The extension "biller.batch/1".
#include "entry/hooks.hpp"
#include "entry/replies.hpp"

#include <cstddef>
#include <vector>

namespace segpay {

namespace {

uint32_t batch_handle_hook(biller_instance* instance, const biller_http_request* const* requests,
                           uint32_t count, const biller_batch_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(has_callback(sink, &biller_batch_sink::reply), "sink or sink->reply is NULL");
        const biller_batch_sink known = adopted(sink);
        require(requests || count == 0, "requests is NULL, count is not 0");
        require(count <= BILLER_BATCH_MAX, "count is greater than BILLER_BATCH_MAX");
        std::vector<HttpRequest> given;
        given.reserve(count);
        for (uint32_t number = 0; number < count; ++number) {
            require(requests[number] != nullptr, "one of the requests is NULL");
            given.push_back(http_request_of(adopted(requests[number])));
        }
        uint32_t told = 0; // and the number of the next
        const auto tell = [&](const Reply& answer) {
            const ReplyView reply(answer);
            call_out([&] { known.reply(known.context, told++, reply.get()); });
        };
        try {
            opened.inbox.handle_all(given, [&](std::size_t, const Reply& answer) { tell(answer); },
                                    {known.context, known.events});
        } catch (const std::exception& defect) {
            const Reply answer = apology(opened.account, defect);
            while (told < count)
                tell(answer);
        }
        return BILLER_STATUS_OK;
    });
}

} // namespace

constexpr biller_batch kBatch = {sizeof(biller_batch), 0, batch_handle_hook};

} // namespace segpay
