// Kept: instances that the plugin keeps for hosts that live for one request in a process that goes
// on, and the lines of their logs, which such a host pulls.
#pragma once

#include "biller.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Threads: add() from any thread, take() from one at a time.
class KeptLines {
public:
    // Called by a biller_host with this as its context.
    static void add(void* self, uint32_t level, const biller_bytes* line);

    // Those since the last time. They live until the next time.
    biller_pulled_lines take();

private:
    struct Line {
        uint32_t level;
        std::string text;
    };

    std::mutex mutex_;
    std::deque<Line> lines_; // guarded by mutex_, like what follows
    uint32_t dropped_ = 0;

    std::deque<Line> taken_;
    std::vector<biller_pulled_line> list_;
    std::vector<const biller_pulled_line*> pointers_;
};

// The instance of that configuration, opened when there is none yet or its file has changed. This
// thread has it until it asks again for the same one, or ends. Throws Stop, LedgerError.
biller_instance* kept_instance(const biller_config& config, uint32_t flags);

} // namespace segpay
