// All workers begin before the first result is awaited.
#include "php_workers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <sstream>

namespace segpay::bench {

PhpWorkers::PhpWorkers(std::string_view script, const std::vector<std::string>& arguments,
                       std::size_t count, std::size_t first) {
    for (std::size_t number = first; number < first + count; ++number) {
        std::vector<std::string> all = {std::to_string(number)};
        all.insert(all.end(), arguments.begin(), arguments.end());
        workers_.push_back(std::make_unique<PhpPeer>(script, all));
    }
}

PhpWorkers PhpWorkers::on_ledger(const std::string& path, std::size_t count) {
    return {"ledger_worker.php",
            {SEGPAY_SOURCE_DIR "/abi/biller.ffi.h", NATS_SEGPAY_PLUGIN,
             SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml", path},
            count};
}

PhpWorkers PhpWorkers::on_mariadb(const std::string& socket, std::size_t count, std::size_t first) {
    return {"mariadb_worker.php", {socket}, count, first};
}

Run PhpWorkers::entry() {
    return [this](std::size_t passes) {
        const std::size_t each = (passes + workers_.size() - 1) / workers_.size();
        const auto begin = std::chrono::steady_clock::now();
        for (const auto& worker : workers_)
            worker->begin("event", each);
        for (const auto& worker : workers_)
            (void)worker->end();
        const double ns =
            std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
                .count();
        // They may have done more than was asked for.
        return ns * static_cast<double>(passes) / static_cast<double>(each * workers_.size());
    };
}

std::vector<double> PhpWorkers::latencies() {
    std::vector<double> ns;
    for (const auto& worker : workers_) {
        std::istringstream all(worker->run("latencies", 1).witness);
        for (std::string each; std::getline(all, each, ',');)
            if (!each.empty()) ns.push_back(std::stod(each) * 1e3);
    }
    return ns;
}

namespace {

constexpr std::size_t kWorkers = 16;
constexpr const char* kOnLedger = "ledger_php16";
constexpr const char* kOnMariaDb = "ledger_php16_mariadb";
constexpr const char* kScript = "ledger_mariadb_script";

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    const auto place =
        values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

} // namespace

PhpContest::PhpContest(const std::string& folder, Race& race) {
#ifdef SEGPAY_SANITIZED
    std::cerr << "SANITIZED: PHP cannot load this plugin; rows of PHP workers are left out\n";
    return;
#endif
    if (!is_php_installed() || !MariaDbServer::is_installed("rows of PHP workers")) return;
    std::filesystem::create_directories(folder);
    database_ = std::make_unique<MariaDbServer>(folder + "/mariadb");
    const std::string& socket = database_->socket();
    rows_.reserve(3); // the race keeps their addresses
    rows_.emplace_back(kOnLedger, PhpWorkers::on_ledger(folder + "/ledger.sqlite", kWorkers));
    rows_.emplace_back(kOnMariaDb, PhpWorkers::on_mariadb(socket, kWorkers, 1));
    rows_.emplace_back(kScript, PhpWorkers::on_mariadb(socket, 1, kWorkers + 1));
    for (auto& [row, workers] : rows_)
        race.enter(row, workers.entry());
}

void PhpContest::print(const Race& race) {
    for (auto& [row, workers] : rows_) {
        const std::vector<double> ns = workers.latencies();
        print_row(row + "_p50", quantile(ns, 0.50) / 1e6, "ms");
        print_row(row + "_p99", quantile(ns, 0.99) / 1e6, "ms");
    }
    race.print_ratio("php16_vs_php_mariadb", kOnLedger, kOnMariaDb);
}

} // namespace segpay::bench
