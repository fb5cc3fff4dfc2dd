// Failpoints: named places at which a test build can be made to die, as by a power cut. In any
// other build they are nothing.
//
// A build with SEGPAY_FAILPOINTS kills its process with SIGKILL at the N-th pass of the place that
// the environment names: SEGPAY_DIE_AT=claim.before_commit:2
#pragma once

#ifdef SEGPAY_FAILPOINTS

#include <unistd.h>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace segpay {

// Counts the passes of the place that is named; the count is of the process.
inline void pass_failpoint(std::string_view name) {
    static std::atomic<unsigned> passes{0};
    const char* setting = std::getenv("SEGPAY_DIE_AT");
    if (setting == nullptr) return;
    const std::string_view wanted(setting);
    const std::size_t colon = wanted.rfind(':');
    if (colon == std::string_view::npos || wanted.substr(0, colon) != name) return;
    unsigned pass = 0;
    std::from_chars(wanted.data() + colon + 1, wanted.data() + wanted.size(), pass);
    if (++passes == pass) ::kill(::getpid(), SIGKILL);
}

} // namespace segpay

#define SEGPAY_FAILPOINT(name) ::segpay::pass_failpoint(name)

#else

#define SEGPAY_FAILPOINT(name) static_cast<void>(0)

#endif
