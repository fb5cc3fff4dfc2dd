// bench-endtoend: postbacks over HTTP, from 64 connections, into the reference host; beside the
// usual script under nginx, php-fpm and MariaDB; and beside nginx answering a constant. Each
// request to the first two has one durable effect, which is counted afterwards. All three include
// the cost of wrk.
#include "bench.hpp"
#include "host_process.hpp"
#include "mariadb_server.hpp"
#include "web_peer.hpp"
#include "wrk.hpp"

#include <Poco/TemporaryFile.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace segpay::bench;

namespace {

// Measured in two runs, with new connections from nginx to PHP: 4 workers 0.4, 8 0.6, 16 0.75, 32
// 0.93, 64 0.90; 64 with kept connections 1.
constexpr std::size_t kPhpWorkers = 64;
constexpr std::size_t kRounds = 5;
constexpr int kRoundSeconds = 3;
constexpr int kQuickSeconds = 1;
constexpr std::chrono::milliseconds kPause(50);
constexpr std::chrono::seconds kPatience(60); // for a busy machine

struct Contestant {
    std::string row;
    std::string url;
    std::function<std::uint64_t()> effects; // none: it has none
    std::vector<double> p50_us = {};
    std::vector<double> p99_us = {};
};

// Every answer is a success.
void check(const Contestant& contestant, const Load& load) {
    const auto refuse = [&](std::uint64_t count, const std::string& what) {
        throw std::runtime_error(contestant.row + ": " + std::to_string(count) + what + " in " +
                                 std::to_string(load.answers) + " answers");
    };
    if (load.answers == 0) refuse(0, "");
    if (load.refused != 0) refuse(load.refused, " failures");
    if (load.unwelcome != 0) refuse(load.unwelcome, " without the word of success");
    if (load.lost != 0) refuse(load.lost, " lost");
}

// Waits until every request has its one effect: wrk ends without waiting for the last answers, and
// their effects must not be counted as the next run's.
void await_effects(const Contestant& contestant, std::uint64_t before, std::uint64_t sent) {
    if (!contestant.effects) return;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::uint64_t effects = 0;
    while ((effects = contestant.effects() - before) < sent) {
        if (std::chrono::steady_clock::now() > deadline) break;
        std::this_thread::sleep_for(kPause);
    }
    if (effects != sent)
        throw std::runtime_error(contestant.row + ": " + std::to_string(effects) + " effects of " +
                                 std::to_string(sent) + " requests");
}

Load measure(const Contestant& contestant, int seconds, Reading reading) {
    const std::uint64_t before = contestant.effects ? contestant.effects() : 0;
    const Load load = send_postbacks(contestant.url, seconds, reading);
    check(contestant, load);
    await_effects(contestant, before, load.sent);
    return load;
}

// Nanoseconds an answer; wrk runs for a time and not for passes.
Run entry(Contestant& contestant, int seconds) {
    return [&contestant, seconds](std::size_t passes) {
        const Load load = measure(contestant, seconds, Reading::count_answers);
        contestant.p50_us.push_back(load.p50_us);
        contestant.p99_us.push_back(load.p99_us);
        return load.seconds * 1e9 / static_cast<double>(load.answers) * static_cast<double>(passes);
    };
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void bench_endtoend(Pace pace) {
    constexpr std::string_view kLeftOut = "all rows and ratios of bench-endtoend";
    const bool is_complete = is_wrk_installed(kLeftOut) & MariaDbServer::is_installed(kLeftOut) &
                             WebPeer::is_installed(kLeftOut);
    if (!is_complete) return;
    const bool is_quick = pace.repetition_ms == 0;
    const int seconds = is_quick ? kQuickSeconds : kRoundSeconds;

    const Poco::TemporaryFile folder;
    std::filesystem::create_directory(folder.path());
    const MariaDbServer database(folder.path() + "/mariadb");
    const WebPeer web(folder.path() + "/web", database, kPhpWorkers);
    const HostProcess host(folder.path() + "/host");

    std::vector<Contestant> contestants = {
        {"endtoend_nats_host", host.postback_url(), [&] { return host.effects(); }},
        {"endtoend_php_mariadb", web.script_url(), [&] { return database.count("transactions"); }},
        {"endtoend_nginx_constant", web.constant_url(), nullptr}};
    Race race(1, {0, is_quick ? 1 : kRounds}); // a repetition is as long as wrk's
    for (Contestant& contestant : contestants) {
        measure(contestant, kQuickSeconds, Reading::read_answers);
        race.enter(contestant.row, entry(contestant, seconds));
    }
    race.run();
    race.print_rates();
    for (const Contestant& contestant : contestants) {
        print_row(contestant.row + "_p50", median(contestant.p50_us) / 1e3, "ms");
        print_row(contestant.row + "_p99", median(contestant.p99_us) / 1e3, "ms");
    }
    race.print_ratio("endtoend_vs_php_mariadb", "endtoend_nats_host", "endtoend_php_mariadb");
    race.print_ratio("endtoend_vs_nginx_constant", "endtoend_nats_host", "endtoend_nginx_constant");
}

} // namespace

int main(int argc, char** argv) { return run_bench("bench-endtoend", bench_endtoend, argc, argv); }
