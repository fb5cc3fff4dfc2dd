// The one exported function, the plugin's name and version, and its tables of hooks.
#include "entry/hooks.hpp"

using namespace segpay;

namespace {

const void* extension(const biller_bytes* name) {
    if (name && view(*name) == BILLER_PORTAL_EXTENSION) return &kPortal;
    if (name && view(*name) == BILLER_PULL_EXTENSION) return &kPull;
    return nullptr;
}

template <std::size_t Size>
biller_bytes literal(const char (&text)[Size]) {
    return bytes({text, Size - 1});
}

const biller_plugin kPlugin = {sizeof(biller_plugin),
                               BILLER_ABI_MINOR,
                               literal("segpay"),
                               literal(NATS_SEGPAY_VERSION),
                               check,
                               open,
                               close,
                               link,
                               handle,
                               recover,
                               entries,
                               decide,
                               extension};

} // namespace

extern "C" __attribute__((visibility("default"))) uint32_t biller_entry_v1(
    const biller_host_info* host, const biller_plugin** plugin, biller_reason* reason) {
    return guarded(reason, [&] {
        require(plugin != nullptr, "plugin is NULL");
        *plugin = nullptr;
        require(host != nullptr, "host is NULL");
        const biller_host_info info = adopted(host);
        if (info.minor_min > BILLER_ABI_MINOR || info.minor_max < info.minor_min)
            throw Stop{BILLER_STATUS_VERSION,
                       "the host speaks biller ABI 1." + std::to_string(info.minor_min) + " to 1." +
                           std::to_string(info.minor_max) +
                           ", this plugin (segpay " NATS_SEGPAY_VERSION ") speaks 1.0 to 1." +
                           std::to_string(BILLER_ABI_MINOR)};
        *plugin = &kPlugin;
        return BILLER_STATUS_OK;
    });
}
