// A host that applies nothing: events are left to the host whose ledger it is.
#pragma once

#include "biller.hpp"

#include <cstdio>

namespace nats_cli {

class QuietHost : public biller::Host {
public:
    explicit QuietHost(bool is_verbose)
        : loudest_(is_verbose ? BILLER_LOG_DEBUG : BILLER_LOG_ERROR) {}

    // The entry becomes pending, and the host's next recover() delivers it.
    biller::Answer event(const biller_event&) override {
        return biller::Answer::retry("left for the host");
    }

    void log(std::uint32_t level, std::string_view line) override {
        if (level <= loudest_)
            std::fprintf(stderr, "nats-segpay: %.*s\n", static_cast<int>(line.size()), line.data());
    }

private:
    std::uint32_t loudest_;
};

} // namespace nats_cli
