// Worker processes in PHP that handle postbacks at the same time: with the usual script on MariaDB,
// or with the plugin over FFI on a ledger that they share.
#pragma once

#include "bench.hpp"
#include "mariadb_server.hpp"
#include "php.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay::bench {

class PhpWorkers {
public:
    // Starts `count` times "php SCRIPT NUMBER ARGUMENT...", the numbers from `first` on: workers of
    // the same number send the same postbacks.
    PhpWorkers(std::string_view script, const std::vector<std::string>& arguments,
               std::size_t count, std::size_t first = 1);

    // The plugin with a shared ledger in this file.
    static PhpWorkers on_ledger(const std::string& path, std::size_t count);
    static PhpWorkers on_mariadb(const std::string& socket, std::size_t count, std::size_t first);

    // A pass is one event of one of them. The workers must outlive it.
    Run entry();

    // What each event took, in nanoseconds, since this was asked last.
    std::vector<double> latencies();

private:
    std::vector<std::unique_ptr<PhpPeer>> workers_;
};

// The rows of bench-ledger that are about PHP: 16 workers on one ledger, 16 on MariaDB, one on
// MariaDB. Says loudly when something that they need is not installed, and then does nothing.
class PhpContest {
public:
    // `folder` is made. Enters its rows; must outlive the race.
    PhpContest(const std::string& folder, Race& race);

    void print(const Race& race); // after the race

    MariaDbServer* database() const { return database_.get(); } // null: the rows are left out

private:
    std::unique_ptr<MariaDbServer> database_;
    std::vector<std::pair<std::string, PhpWorkers>> rows_;
};

} // namespace segpay::bench
