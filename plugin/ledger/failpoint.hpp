// Failpoints: named places before and after whatever is made durable, at which a test build can be
// made to die, as by a power cut, or to stand still, as under a debugger or on a machine that is
// moved. In any other build they are nothing.
//
// A build with SEGPAY_FAILPOINTS sends a signal to its own process at the N-th pass of the place
// that the environment names:
//
//     SEGPAY_DIE_AT=claim.before_commit:2    SIGKILL
//     SEGPAY_STOP_AT=deliver.begin:1         SIGSTOP; the test sends SIGCONT
//
// tests/e2e/failpoints_test.py dies at each; a name that it does not know fails it.
#pragma once

#ifdef SEGPAY_FAILPOINTS

#include <signal.h>
#include <unistd.h>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace segpay {

// One variable of the environment; the passes are counted for the process.
struct ArmedFailpoint {
    const char* variable;
    int signal;
    std::atomic<unsigned> passes{0};

    void pass(std::string_view name) {
        const char* setting = std::getenv(variable);
        if (setting == nullptr) return;
        const std::string_view wanted(setting);
        const std::size_t colon = wanted.rfind(':');
        if (colon == std::string_view::npos || wanted.substr(0, colon) != name) return;
        unsigned pass = 0;
        std::from_chars(wanted.data() + colon + 1, wanted.data() + wanted.size(), pass);
        if (++passes == pass) ::kill(::getpid(), signal);
    }
};

inline void pass_failpoint(std::string_view name) {
    static ArmedFailpoint death{"SEGPAY_DIE_AT", SIGKILL};
    static ArmedFailpoint pause{"SEGPAY_STOP_AT", SIGSTOP};
    death.pass(name);
    pause.pass(name);
}

} // namespace segpay

#define SEGPAY_FAILPOINT(name) ::segpay::pass_failpoint(name)

#else

#define SEGPAY_FAILPOINT(name) static_cast<void>(0)

#endif
