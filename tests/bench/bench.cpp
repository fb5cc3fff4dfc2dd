// Rounds, medians, and what is printed of them.
#include "bench.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace segpay::bench {

namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kWarmPart = 0.2; // of a repetition, before the passes are chosen

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// So many passes as fill a repetition; the growing attempts before it warm the entry.
std::size_t passes_for(const Run& run, double repetition_ns) {
    std::size_t passes = 1;
    double ns = run(passes);
    while (ns < repetition_ns * kWarmPart) {
        passes *= 2;
        ns = run(passes);
    }
    const double needed = repetition_ns * static_cast<double>(passes) / ns;
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(needed)));
}

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

} // namespace

Pace pace_from(int argc, char** argv) {
    if (argc == 1) return {};
    if (argc == 2 && std::string_view(argv[1]) == "--quick") return Pace::quick();
    throw std::invalid_argument(std::string("usage: ") + argv[0] + " [--quick]");
}

int run_bench(std::string_view name, void (*bench)(Pace), int argc, char** argv) {
    try {
        bench(pace_from(argc, argv));
        return 0;
    } catch (const std::invalid_argument& usage) {
        std::cerr << usage.what() << '\n';
        return 2;
    } catch (const std::exception& failure) {
        std::cerr << name << ": " << failure.what() << '\n';
        return 1;
    }
}

void Race::enter(std::string row, Run run) {
    entries_.push_back({std::move(row), std::move(run), 1, {}});
}

void Race::run() {
#ifndef __OPTIMIZE__
    std::cerr << "NOT OPTIMISED: this build compares nothing; take RelWithDebInfo\n";
#endif
    for (Entry& entry : entries_)
        entry.passes = passes_for(entry.run, pace_.repetition_ms * kNsPerMs);
    for (std::size_t round = 0; round < pace_.rounds; ++round)
        for (Entry& entry : entries_)
            entry.ns.push_back(entry.run(entry.passes) /
                               static_cast<double>(entry.passes * items_));
}

void Race::print_rows() const {
    for (const Entry& entry : entries_)
        print_row(entry.row, median(entry.ns), "ns");
}

void Race::print_rates() const {
    constexpr double kNsPerSecond = 1e9;
    for (const Entry& entry : entries_)
        print_row(entry.row, kNsPerSecond / median(entry.ns), "per_s");
}

void Race::print_ratio(std::string_view name, std::string_view ours, std::string_view peer) const {
    const Entry* mine = find(ours);
    const Entry* other = find(peer);
    if (!mine || !other) return;
    std::vector<double> ratios;
    for (std::size_t round = 0; round < mine->ns.size(); ++round)
        ratios.push_back(other->ns[round] / mine->ns[round]);
    std::cout << "ratio " << name << ' ' << fixed(median(ratios), 2) << '\n';
}

const Race::Entry* Race::find(std::string_view row) const {
    const auto found =
        std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.row == row; });
    return found == entries_.end() ? nullptr : &*found;
}

void print_row(std::string_view name, double value, std::string_view unit) {
    std::cout << name << ' ' << fixed(value, 1) << ' ' << unit << '\n';
}

} // namespace segpay::bench
