// Allocations that can be made to fail: those of the ledger and of SQLite below it, not those of
// the test or of the disk. They are counted and fail only in a program that links allocations.cpp.
#pragma once

#include <atomic>
#include <cstdint>

namespace segpay::fault {

inline thread_local bool may_fail_to_allocate = false;

class AllocationsMayFail {
public:
    explicit AllocationsMayFail(bool may) : before_(may_fail_to_allocate) {
        may_fail_to_allocate = may;
    }
    ~AllocationsMayFail() { may_fail_to_allocate = before_; }
    AllocationsMayFail(const AllocationsMayFail&) = delete;
    AllocationsMayFail& operator=(const AllocationsMayFail&) = delete;

private:
    const bool before_;
};

// Allocations of one kind. Threads: fails() from any; the rest while nothing runs.
struct Allocations {
    std::atomic<std::uint64_t> count = 0;
    std::uint64_t fail_at = 0;    // this allocation; 0: none
    std::uint64_t fail_every = 0; // each whose number is a multiple of it; 0: none
    bool is_lasting = false;      // from the first failure on, all of every kind fail

    bool fails();
    void heal(); // and restart the count
};

inline std::atomic<bool> is_memory_gone = false;
inline Allocations of_cpp; // by operator new
inline Allocations of_sqlite;

inline bool Allocations::fails() {
    if (!may_fail_to_allocate) return false;
    if (is_memory_gone) return true;
    const std::uint64_t number = ++count;
    const bool is_it = number == fail_at || (fail_every != 0 && number % fail_every == 0);
    if (is_it && is_lasting) is_memory_gone = true;
    return is_it;
}

inline void Allocations::heal() {
    count = fail_at = fail_every = 0;
    is_memory_gone = false;
}

// Call before any other call of SQLite.
void pass_sqlite_allocations();

} // namespace segpay::fault
