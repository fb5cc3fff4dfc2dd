// The nodes and the database of the cluster's tests.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace segpay::test {

// Throws what std::stoul throws.
inline MysqlServer node_at(const std::string& host, const std::string& port) {
    return {host, static_cast<std::uint16_t>(std::stoul(port)), ""};
}

// The database and its user as integration/cluster/galera.py makes them.
inline MysqlConfig ledger_on(std::vector<MysqlServer> nodes) {
    MysqlConfig config;
    config.servers = std::move(nodes);
    config.database = config.user = "segpay";
    config.password = Secret("segpay");
    return config;
}

} // namespace segpay::test
