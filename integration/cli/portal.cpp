// nats-segpay portal: the values to paste into the Merchant Portal for a configuration.
#include "commands.hpp"
#include "event_json.hpp"
#include "places.hpp"
#include "quiet_host.hpp"

#include <cstdio>

namespace nats_cli {
namespace {

Json field_json(const biller::PortalField& field) {
    return {{"title", field.title},
            {"value", field.value},
            {"required", field.required},
            {"note", field.note}};
}

void print(const biller::PortalField& field) {
    std::printf("%s%s\n    %s\n", field.title.c_str(), field.required ? "" : " (optional)",
                field.value.c_str());
    if (!field.note.empty()) std::printf("    %s\n", field.note.c_str());
    std::printf("\n");
}

} // namespace

int portal(const Common& common, const std::string& join_host) {
    std::string config = config_or_example(common);
    if (common.config.empty())
        std::fprintf(stderr, "nats-segpay: for the example account, %s\n", config.c_str());
    biller::Library library(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION);
    QuietHost host(common.verbose);
    biller::Instance segpay(library, without_ledger(config), host);
    for (const biller::PortalField& field : segpay.portal(join_host)) {
        if (common.json)
            std::puts(one_line(field_json(field)).c_str());
        else
            print(field);
    }
    return 0;
}

} // namespace nats_cli
