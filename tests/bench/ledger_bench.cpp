// bench-ledger: how many events a second get through claim, delivery and settling, from how many
// threads, beside the disk alone and beside SQLite as a plain table; and from workers in PHP,
// beside the usual script; and the same with the ledger in MariaDB. All files are in one folder, on
// the disk of the tests.
#include "bench.hpp"
#include "facts.hpp"
#include "ledger/ledger.hpp"
#include "ledger_steps.hpp"
#include "php_workers.hpp"
#include "sqlite_peer.hpp"

#include <Poco/TemporaryFile.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace segpay;
using namespace segpay::bench;

namespace {

// ---- Peers --------------------------------------------------------------------------------------

// The bytes of one event, written and synced.
Run disk_run(const std::string& path, std::string payload) {
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (file < 0) throw std::runtime_error("cannot make " + path);
    return timed([file, payload] {
        if (::write(file, payload.data(), payload.size()) < 0 || ::fdatasync(file) != 0)
            throw std::runtime_error("the disk does not write");
    });
}

// So many inserts in one transaction; a pass is one event.
Run sqlite_run(const std::string& path, std::string payload, std::size_t batch) {
    auto peer = std::make_shared<SqlitePeer>(path);
    auto key = std::make_shared<std::uint64_t>(0);
    return [=](std::size_t passes) {
        const auto begin = Clock::now();
        for (std::size_t done = 0; done < passes; done += batch) {
            peer->begin();
            for (std::size_t i = 0; i < batch; ++i)
                peer->insert(++*key, payload);
            peer->commit();
        }
        // The last batch may exceed the passes.
        const std::size_t inserted = (passes + batch - 1) / batch * batch;
        return ns_since(begin) * static_cast<double>(passes) / static_cast<double>(inserted);
    };
}

// ---- The ledger ---------------------------------------------------------------------------------

// The time of each event, from before its claim to after its settling.
struct Latencies {
    std::vector<double> ns;

    double at(double part) {
        if (ns.empty()) return 0;
        const auto place = static_cast<std::size_t>(part * static_cast<double>(ns.size() - 1));
        std::nth_element(ns.begin(), ns.begin() + static_cast<std::ptrdiff_t>(place), ns.end());
        return ns[place];
    }
};

LedgerSettings in_file(const std::string& path) {
    LedgerSettings settings;
    settings.path = path;
    return settings;
}

LedgerSettings on_mariadb(MariaDbServer& server, const std::string& database) {
    server.make_database(database);
    LedgerSettings settings;
    settings.mysql.emplace();
    settings.mysql->servers = {{"", 0, server.socket()}};
    settings.mysql->user = "root";
    settings.mysql->database = database;
    return settings;
}

// A pass is one event.
Run ledger_run(const LedgerSettings& settings, FactSource source, std::size_t threads,
               Latencies& latencies) {
    std::shared_ptr<Ledger> ledger = open_ledger(settings);
    return [ledger, threads, source, &latencies](std::size_t passes) mutable {
        const std::vector<BenchFact> facts = source.next(passes);
        std::vector<double> ns(passes);
        std::atomic<std::size_t> next = 0;
        const auto work = [&] {
            for (std::size_t at = next++; at < facts.size(); at = next++) {
                const auto begin = Clock::now();
                carry_through(*ledger, facts[at]);
                ns[at] = ns_since(begin);
            }
        };
        const auto begin = Clock::now();
        {
            std::vector<std::jthread> others;
            for (std::size_t i = 1; i < threads; ++i)
                others.emplace_back(work);
            work();
        }
        const double total = ns_since(begin);
        latencies.ns.insert(latencies.ns.end(), ns.begin(), ns.end());
        return total;
    };
}

// One thread with so many events in flight; a pass is one event.
Run batch_run(const LedgerSettings& settings, FactSource source, std::size_t batch) {
    std::shared_ptr<Ledger> ledger = open_ledger(settings);
    return [ledger, source, batch](std::size_t passes) mutable {
        const std::vector<BenchFact> facts = source.next(passes);
        const auto begin = Clock::now();
        for (std::size_t done = 0; done < facts.size(); done += batch)
            carry_through(*ledger,
                          std::span(facts).subspan(done, std::min(batch, facts.size() - done)));
        return ns_since(begin);
    };
}

void bench_ledger(Pace pace) {
    pace.repetition_ms *= 5; // syncs are slow, and vary
    const FactSource source;
    const double bytes = mean_record_bytes(FactSource(source).next(1'000));
    const std::string payload(static_cast<std::size_t>(bytes), 'x');
    print_row("ledger_record_bytes", bytes, "bytes");

    const Poco::TemporaryFile folder;
    std::filesystem::create_directory(folder.path());
    const auto file = [&](std::string_view name) {
        return folder.path() + "/" + std::string(name);
    };

    Race race(1, pace);
    race.enter("ledger_disk_sync", disk_run(file("disk"), payload));
    race.enter("ledger_sqlite_single", sqlite_run(file("single"), payload, 1));
    race.enter("ledger_sqlite_batch16", sqlite_run(file("batch16"), payload, 16));
    constexpr std::array<std::size_t, 5> kThreads = {1, 2, 8, 32, 64};
    std::array<Latencies, kThreads.size()> latencies;
    for (std::size_t i = 0; i < kThreads.size(); ++i) {
        const std::string name = "ledger_" + std::to_string(kThreads[i]);
        race.enter(name, ledger_run(in_file(file(name)), source, kThreads[i], latencies[i]));
    }
    race.enter("ledger_batch64", batch_run(in_file(file("batch64")), source, 64));
    PhpContest php(file("php"), race);
    constexpr std::array<std::size_t, 2> kMariaDbThreads = {1, 32};
    std::array<Latencies, kMariaDbThreads.size()> mariadb_latencies;
    if (MariaDbServer* const server = php.database()) {
        for (std::size_t i = 0; i < kMariaDbThreads.size(); ++i) {
            const std::string name = "ledger_mariadb_" + std::to_string(kMariaDbThreads[i]);
            race.enter(name, ledger_run(on_mariadb(*server, name), source, kMariaDbThreads[i],
                                        mariadb_latencies[i]));
        }
        race.enter("ledger_mariadb_batch64",
                   batch_run(on_mariadb(*server, "ledger_mariadb_batch64"), source, 64));
    }
    race.run();
    race.print_rates();
    for (std::size_t i = 0; i < kThreads.size(); ++i)
        for (const auto& [name, part] : {std::pair{"p50", 0.50}, std::pair{"p99", 0.99}})
            print_row("ledger_" + std::to_string(kThreads[i]) + "_" + name,
                      latencies[i].at(part) / 1e6, "ms");
    php.print(race);
    if (php.database()) {
        for (std::size_t i = 0; i < kMariaDbThreads.size(); ++i)
            for (const auto& [name, part] : {std::pair{"p50", 0.50}, std::pair{"p99", 0.99}})
                print_row("ledger_mariadb_" + std::to_string(kMariaDbThreads[i]) + "_" + name,
                          mariadb_latencies[i].at(part) / 1e6, "ms");
        race.print_ratio("ledger_mariadb32_vs_script", "ledger_mariadb_32",
                         "ledger_mariadb_script");
        race.print_ratio("ledger_mariadb_batch64_vs_script", "ledger_mariadb_batch64",
                         "ledger_mariadb_script");
    }
    race.print_ratio("ledger32_vs_sqlite_batch16", "ledger_32", "ledger_sqlite_batch16");
    race.print_ratio("ledger64_vs_sqlite_batch16", "ledger_64", "ledger_sqlite_batch16");
    race.print_ratio("ledger_batch64_vs_sqlite_batch16", "ledger_batch64", "ledger_sqlite_batch16");
    race.print_ratio("ledger1_vs_sqlite_single", "ledger_1", "ledger_sqlite_single");
}

} // namespace

int main(int argc, char** argv) { return run_bench("bench-ledger", bench_ledger, argc, argv); }
