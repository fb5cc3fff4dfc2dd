// Shared by the bench programs: a race of several ways to do the same work, repeated alternately,
// so that a noisy machine is noisy for all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay::bench {

// Duration and number of the rounds.
struct Pace {
    double repetition_ms = 60;
    std::size_t rounds = 11;

    // For a test that only checks that the program runs.
    static Pace quick() { return {0, 1}; }
};

// The pace that the command line asks for: "--quick" or nothing. Throws std::invalid_argument.
Pace pace_from(int argc, char** argv);

// The whole of main: the pace, `bench`, and errors on standard error.
int run_bench(std::string_view name, void (*bench)(Pace), int argc, char** argv);

// Nanoseconds that so many passes over the work took.
using Run = std::function<double(std::size_t passes)>;

// A run that calls `pass` in this process.
template <class Pass>
Run timed(Pass pass) {
    return [pass](std::size_t passes) mutable {
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < passes; ++i)
            pass();
        return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
            .count();
    };
}

// Makes the compiler treat `value` as used.
template <class Value>
void keep(const Value& value) {
    asm volatile("" : : "m"(value) : "memory");
}

class Race {
public:
    // A pass handles so many items; the output is nanoseconds per item.
    Race(std::size_t items, Pace pace) : items_(items), pace_(pace) {}

    void enter(std::string row, Run run);

    // Warms every entry, chooses how many passes make a repetition, and runs the entries
    // alternately, round by round.
    void run();

    // A row for every entry: the median of its repetitions.
    void print_rows() const;
    // The same as items a second.
    void print_rates() const;

    // "ratio NAME VALUE": how many times as fast as `peer` `ours` is, the median over the rounds;
    // the two repetitions of one round had the same neighbours. Nothing if `peer` did not run.
    void print_ratio(std::string_view name, std::string_view ours, std::string_view peer) const;

private:
    struct Entry {
        std::string row;
        Run run;
        std::size_t passes = 1;
        std::vector<double> ns; // per item, a value per round
    };
    const Entry* find(std::string_view row) const;

    std::size_t items_;
    Pace pace_;
    std::vector<Entry> entries_;
};

// "name value unit".
void print_row(std::string_view name, double value, std::string_view unit);

// Calls of operator new in this thread since it began.
std::uint64_t allocations();

// Calls of operator new per item, in a pass after one that warmed its caches.
template <class Pass>
double allocations_per_item(Pass pass, std::size_t items) {
    pass();
    const std::uint64_t before = allocations();
    pass();
    return static_cast<double>(allocations() - before) / static_cast<double>(items);
}

} // namespace segpay::bench
