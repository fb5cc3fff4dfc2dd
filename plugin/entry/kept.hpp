// Kept: instances that the plugin keeps for hosts that live for one request in a longer-lived
// process, and their log lines, which such a host pulls.
#pragma once

#include "biller.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace segpay {

// Threads: every method from any thread.
class KeptLines {
public:
    // The log callback of a biller_host with this as its context.
    static void add(void* self, uint32_t level, const biller_bytes* line);

    // The lines since the last call. Valid until this thread calls it again, on any object.
    biller_pulled_lines take();

private:
    struct Line {
        uint32_t level;
        std::string text;
    };

    std::mutex mutex_;
    std::deque<Line> lines_; // guarded by mutex_, like what follows
    uint32_t dropped_ = 0;
};

// The instance of that configuration, opened when there is none yet or its file has changed. Valid
// until this thread asks for the same one again, or ends; the rounds that it left open are ended
// then. Throws Stop, LedgerError.
biller_instance* kept_instance(const biller_config& config, uint32_t flags);

} // namespace segpay
