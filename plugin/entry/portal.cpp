// The extension "biller.portal/1".
#include "postbacks/portal.hpp"
#include "entry/hooks.hpp"
#include "values/address.hpp"

namespace segpay {

namespace {

uint32_t portal_fields_hook(biller_instance* instance, const biller_bytes* join_host,
                            const biller_portal_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(join_host && has_callback(sink, &biller_portal_sink::field),
                "join_host, sink or sink->field is NULL");
        require(is_host_name(view(*join_host)),
                "join_host is not the name of a host, without scheme and path: join.example.com");
        for (const PortalField& found : portal_fields(opened.account.config(), view(*join_host))) {
            auto field = sized<biller_portal_field>();
            field.required = found.is_required ? BILLER_YES : BILLER_NO;
            field.title = bytes(found.title);
            field.value = bytes(found.value);
            field.note = bytes(found.note);
            if (call_out([&] { return sink->field(sink->context, &field); }) == BILLER_STOP)
                return BILLER_STATUS_STOPPED;
        }
        return BILLER_STATUS_OK;
    });
}

uint32_t postback_path_hook(biller_instance* instance, biller_bytes* path, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(path != nullptr, "path is NULL");
        *path = bytes(postback_path(opened.account.config()));
        return BILLER_STATUS_OK;
    });
}

} // namespace

constexpr biller_portal kPortal = {sizeof(biller_portal), 0, portal_fields_hook,
                                   postback_path_hook};

} // namespace segpay
