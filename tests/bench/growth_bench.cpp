// bench-growth: a ledger after a million events, or as many as the argument says. A small and a
// large ledger alternate, one postback at a time; then the large one is purged while postbacks
// come.
//
//     bench-growth [--quick | EVENTS]
#include "bench.hpp"
#include "facts.hpp"
#include "ledger/ledger.hpp"
#include "ledger_steps.hpp"

#include <Poco/TemporaryFile.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace segpay;
using namespace segpay::bench;

namespace {

constexpr std::size_t kSmall = 10'000;
constexpr std::size_t kBatch = 1'000; // events at once while it grows

std::size_t events_wanted(int argc, char** argv) {
    std::size_t events = 1'000'000;
    if (argc < 2) return events;
    const std::string_view word = argv[1];
    if (word == "--quick") return 2 * kSmall;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), events);
    if (error != std::errc() || end != word.data() + word.size() || events < 2 * kSmall)
        throw std::invalid_argument("usage: bench-growth [--quick | EVENTS], from 20000 events");
    return events;
}

std::unique_ptr<Ledger> opened(const std::string& path) {
    LedgerSettings settings;
    settings.path = path;
    return open_sqlite_ledger(settings);
}

void grow(Ledger& ledger, FactSource& source, std::size_t events) {
    for (std::size_t done = 0; done < events; done += kBatch)
        carry_through(ledger, source.next(std::min(kBatch, events - done)));
    ledger.flush();
}

double bytes_on_disk(const std::string& path) {
    return static_cast<double>(std::filesystem::file_size(path));
}

Run one_by_one(Ledger& ledger, FactSource& source) {
    return [&](std::size_t passes) {
        const std::vector<BenchFact> facts = source.next(passes);
        const auto begin = Clock::now();
        for (const BenchFact& fact : facts)
            carry_through(ledger, fact);
        return ns_since(begin);
    };
}

// One slice of a purge after the other, with an event between each two.
void purge_while_events_come(Ledger& ledger, FactSource& source) {
    const TimeMs everything = wall_clock() + 1;
    std::vector<double> slices, events;
    for (bool is_more = true; is_more && slices.size() < 2'000;) {
        auto begin = Clock::now();
        is_more = ledger.purge(everything);
        slices.push_back(ns_since(begin));
        const std::vector<BenchFact> fact = source.next(1);
        begin = Clock::now();
        carry_through(ledger, fact.front());
        events.push_back(ns_since(begin));
    }
    for (auto& [name, ns] : {std::pair{"slice", &slices}, std::pair{"event", &events}}) {
        std::sort(ns->begin(), ns->end());
        for (const auto& [part, share] : {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}})
            print_row(
                "growth_forgetting_" + std::string(name) + "_" + part,
                (*ns)[static_cast<std::size_t>(share * static_cast<double>(ns->size() - 1))] / 1e6,
                "ms");
    }
}

void bench_growth(std::size_t events, Pace pace) {
    const Poco::TemporaryFile folder;
    std::filesystem::create_directory(folder.path());
    const std::string small_path = folder.path() + "/small", large_path = folder.path() + "/large";

    FactSource small_source, large_source;
    auto small = opened(small_path);
    grow(*small, small_source, kSmall);
    auto large = opened(large_path);
    auto begin = Clock::now();
    grow(*large, large_source, events);
    print_row("growth_events", static_cast<double>(events), "events");
    print_row("growth_filling", static_cast<double>(events) / ns_since(begin) * 1e9, "per_s");
    large.reset();
    print_row("growth_bytes_per_event", bytes_on_disk(large_path) / static_cast<double>(events),
              "bytes");
    begin = Clock::now();
    large = opened(large_path);
    print_row("growth_open", ns_since(begin) / 1e6, "ms");

    Race race(1, pace);
    race.enter("growth_small_ledger", one_by_one(*small, small_source));
    race.enter("growth_large_ledger", one_by_one(*large, large_source));
    race.run();
    race.print_rates();
    purge_while_events_come(*large, large_source);
    race.print_ratio("growth_large_vs_small", "growth_large_ledger", "growth_small_ledger");
}

} // namespace

int main(int argc, char** argv) {
    try {
        const std::size_t events = events_wanted(argc, argv);
        Pace pace;
        pace.repetition_ms *= 5; // syncs are slow, and vary
        bench_growth(events, events == 2 * kSmall ? Pace::quick() : pace);
        return 0;
    } catch (const std::invalid_argument& usage) {
        std::cerr << usage.what() << '\n';
        return 2;
    } catch (const std::exception& failure) {
        std::cerr << "bench-growth: " << failure.what() << '\n';
        return 1;
    }
}
