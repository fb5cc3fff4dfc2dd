// The output of wrk's script.
#include "wrk.hpp"

#include "server_process.hpp"

#include <sstream>
#include <stdexcept>

namespace segpay::bench {

namespace {

constexpr int kThreads = 2;
constexpr const char* kPatience = "60s"; // a slow answer is slow, and not lost
constexpr std::uint64_t kIdsOfThread = 1'000'000;

// The first transaction id of a run; the host's own members have small numbers.
std::uint64_t next_first_id() {
    static std::uint64_t next = 1'000'000'000;
    return next += kThreads * kIdsOfThread;
}

} // namespace

bool is_wrk_installed(std::string_view left_out) { return are_installed({"wrk"}, left_out); }

Load send_postbacks(const std::string& url, int seconds, Reading reading) {
    const std::string output =
        output_of({"wrk", "--threads", std::to_string(kThreads), "--connections",
                   std::to_string(kConnections), "--duration", std::to_string(seconds), "--timeout",
                   kPatience, "--script", SEGPAY_SOURCE_DIR "/tests/bench/peer/postbacks.lua", url,
                   "--", std::to_string(next_first_id()), std::to_string(kIdsOfThread),
                   reading == Reading::read_answers ? "yes" : "no"});
    constexpr std::string_view kMark = "SENT ";
    const std::size_t at = output.find(kMark);
    Load load;
    double microseconds = 0;
    if (at == std::string::npos || !(std::istringstream(output.substr(at + kMark.size())) >>
                                     load.sent >> load.answers >> microseconds >> load.refused >>
                                     load.unwelcome >> load.lost >> load.p50_us >> load.p99_us))
        throw std::runtime_error("wrk says:\n" + output);
    load.seconds = microseconds / 1e6;
    return load;
}

} // namespace segpay::bench
