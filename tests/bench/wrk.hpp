// wrk, which sends postbacks over many connections (peer/postbacks.lua).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace segpay::bench {

constexpr int kConnections = 64;

struct Load {
    std::uint64_t sent = 0; // includes those without an awaited answer
    std::uint64_t answers = 0;
    double seconds = 0;
    std::uint64_t refused = 0;   // answers that were no 2xx
    std::uint64_t unwelcome = 0; // answers without the success word, where they were read
    std::uint64_t lost = 0;      // broken connections, missing answers
    double p50_us = 0;
    double p99_us = 0;
};

enum class Reading { count_answers, read_answers };

bool is_wrk_installed(std::string_view left_out);

// Sends postbacks to `url` for so long. No two calls of one process send the same transaction.
// Throws std::runtime_error.
Load send_postbacks(const std::string& url, int seconds, Reading reading);

} // namespace segpay::bench
