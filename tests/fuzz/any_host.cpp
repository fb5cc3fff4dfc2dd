// The callbacks, and the checks of their arguments.
#include "any_host.hpp"

#include "boundary/boundary.hpp"

#include <cstring>
#include <stdexcept>

namespace segpay::fuzz {

void check_text(const biller_bytes& text) {
    holds(is_clean_utf8(view(text)), "text is UTF-8 without control characters", view(text));
}

// Whatever a request contains, no header of the plugin's ends early or begins another.
void check_headers(const biller_http_reply& reply) {
    holds(reply.header_count > 0, "a reply has headers");
    for (std::size_t i = 0; i < reply.header_count; ++i)
        for (const biller_bytes& text : {reply.headers[i].name, reply.headers[i].value}) {
            holds(text.size > 0, "a header has a name and a value");
            for (const char c : view(text))
                holds(c >= ' ' && c <= '~', "a header is printable ASCII", view(text));
        }
}

void check_event(const biller_event& event) {
    holds(event.struct_size == sizeof event, "an event has its size");
    holds(event.kind <= BILLER_EVENT_MEMBER_CANCEL, "an event has a kind");
    holds(event.amount.minor >= 0, "amounts are never negative");
    for (const biller_bytes& text :
         {event.kind_name, event.key, event.purchase_id, event.transaction_id, event.member_id,
          event.username, event.password, event.name, event.site, event.option})
        check_text(text);
    for (std::size_t i = 0; i < event.warning_count; ++i)
        check_text(event.warnings[i]);
    for (std::size_t i = 0; i < event.extra_count; ++i)
        check_text(event.extras[i].value);
}

biller_host AnyHost::table() {
    biller_host host{};
    host.struct_size = sizeof host;
    host.context = this;
    host.event = [](void* self, const biller_event* event, biller_reason* reason) {
        return of(self).on_event(*event, *reason);
    };
    host.probe = [](void* self, const biller_probe* probe) {
        check_text(probe->username);
        of(self).call_back();
        return static_cast<uint32_t>(of(self).probe_answers);
    };
    host.log = [](void* self, uint32_t level, const biller_bytes* line) {
        holds(level >= BILLER_LOG_ERROR && level <= BILLER_LOG_DEBUG, "a line has a level");
        check_text(*line);
        if (of(self).throws_everywhere) throw std::runtime_error("log");
    };
    host.now_ms = [](void* self) {
        if (of(self).throws_everywhere) throw 42;
        return of(self).now;
    };
    return host;
}

uint32_t AnyHost::on_event(const biller_event& event, biller_reason& reason) const {
    check_event(event);
    holds(event.kind != BILLER_EVENT_UNKNOWN, "what is unknown is never delivered");
    holds(!view(event.key).empty() && event.key.size <= 120, "a key has 1 to 120 bytes");
    call_back();
    switch (event_does % 8) {
        case 0:
            return BILLER_DONE;
        case 1:
            return BILLER_RETRY;
        case 2:
            return BILLER_REFUSE;
        case 3:
            throw std::runtime_error("a host\nthat fails \xFF");
        case 4:
            throw 42;
        case 5: // a text without end
            std::memset(reason.text, 'x', sizeof reason.text);
            return BILLER_REFUSE;
        case 6:
            std::memset(reason.text, 0x9B, sizeof reason.text);
            return BILLER_RETRY;
        default:
            return event_does;
    }
}

void AnyHost::call_back() const {
    if (!calls_back || !instance) return;
    unsigned calls = 0;
    biller_http_request request{};
    request.struct_size = sizeof request;
    request.method = biller_text("GET");
    const auto sink =
        whole(biller_reply_sink{0, 0, &calls, [](void* context, const biller_http_reply*) {
                                    ++*static_cast<unsigned*>(context);
                                }});
    holds(plugin->handle(instance, &request, &sink, nullptr) == BILLER_STATUS_REENTERED,
          "handle is not re-entered");
    holds(plugin->recover(instance, 1, nullptr, nullptr) == BILLER_STATUS_REENTERED,
          "recover is not re-entered");
    holds(calls == 0, "a hook that is re-entered calls no sink");
}

} // namespace segpay::fuzz
