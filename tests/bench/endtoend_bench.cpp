// bench-endtoend: postbacks over HTTP, from 64 connections, into the reference host; beside the
// usual script under nginx, php-fpm and MariaDB; and beside nginx answering a constant. Each answer
// of the first two stands for an effect that is durable and is counted afterwards. What wrk costs
// is in all three.
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
#include <utility>
#include <vector>

using namespace segpay::bench;

namespace {

// Measured in two runs, with new connections from nginx to PHP: 4 workers 0.4, 8 0.6, 16 0.75, 32
// 0.93, 64 0.90; 64 with kept connections 1.
constexpr std::size_t kPhpWorkers = 64;
constexpr std::size_t kRounds = 5;
constexpr int kRoundSeconds = 3;
constexpr int kQuickSeconds = 1;
// So long nothing happens before all has happened.
constexpr std::chrono::milliseconds kQuiet(1'000);

struct Contestant {
    std::string row;
    std::string url;
    std::function<std::uint64_t()> effects; // none: it has none
    std::vector<double> p50_us = {};
    std::vector<double> p99_us = {};
};

// Every answer is a success, and has its effect; what wrk did not wait for may have one too.
void check(const Contestant& contestant, const Load& load, std::uint64_t effects) {
    const auto refuse = [&](std::uint64_t count, const std::string& what) {
        throw std::runtime_error(contestant.row + ": " + std::to_string(count) + what + " in " +
                                 std::to_string(load.answers) + " answers");
    };
    if (load.answers == 0) refuse(0, "");
    if (load.refused != 0) refuse(load.refused, " failures");
    if (load.unwelcome != 0) refuse(load.unwelcome, " without the word of success");
    if (load.lost != 0) refuse(load.lost, " lost");
    if (contestant.effects &&
        (effects < load.answers || effects > load.answers + std::uint64_t{kConnections}))
        refuse(effects, " effects");
}

// When there are no more of them: wrk ends without waiting for the last answers.
std::uint64_t all_effects(const Contestant& contestant) {
    if (!contestant.effects) return 0;
    std::uint64_t before = 0, now = contestant.effects();
    do {
        std::this_thread::sleep_for(kQuiet);
        before = std::exchange(now, contestant.effects());
    } while (now != before);
    return now;
}

Load measure(const Contestant& contestant, int seconds, Reading reading) {
    const std::uint64_t before = all_effects(contestant);
    const Load load = send_postbacks(contestant.url, seconds, reading);
    check(contestant, load, all_effects(contestant) - before);
    return load;
}

// Nanoseconds an answer; wrk goes by the clock and not by passes.
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
