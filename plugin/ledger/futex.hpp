// Futex: a word that threads sleep on, as Linux has it. A thread may sleep in a lane, so that
// some of those who sleep on one word can be woken without the others.
//
// Threads: every function from any thread; of other processes, too, for a word in shared memory.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <ctime>

namespace segpay {

using FutexWord = std::atomic<std::uint32_t>;
static_assert(FutexWord::is_always_lock_free && sizeof(FutexWord) == sizeof(std::uint32_t));

enum class FutexOf { process, machine };
constexpr std::uint32_t kAllLanes = FUTEX_BITSET_MATCH_ANY;
constexpr std::uint32_t futex_lane(std::size_t number) { return 1u << (number % 32); }

// Sleeps while the word has that value, and may wake up for no reason.
inline void futex_sleep(FutexOf scope, FutexWord& word, std::uint32_t value,
                        std::uint32_t lane = kAllLanes) {
    const int own = scope == FutexOf::process ? FUTEX_PRIVATE_FLAG : 0;
    ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | own, value, nullptr, nullptr, lane);
}

// For so long at most.
inline void futex_sleep_at_most(FutexOf scope, FutexWord& word, std::uint32_t value,
                                std::chrono::nanoseconds time) {
    const int own = scope == FutexOf::process ? FUTEX_PRIVATE_FLAG : 0;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const ::timespec at_most{seconds.count(), (time - seconds).count()};
    ::syscall(SYS_futex, &word, FUTEX_WAIT | own, value, &at_most, nullptr);
}

inline void futex_wake(FutexOf scope, FutexWord& word, std::uint32_t lanes = kAllLanes) {
    const int own = scope == FutexOf::process ? FUTEX_PRIVATE_FLAG : 0;
    ::syscall(SYS_futex, &word, FUTEX_WAKE_BITSET | own, INT_MAX, nullptr, nullptr, lanes);
}

} // namespace segpay
