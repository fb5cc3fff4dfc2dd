// A MariaDB server of the bench's own, durable at each commit, with the tables of the usual script
// (peer/schema.sql). Reached over a Unix socket.
#pragma once

#include "server_process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace segpay::bench {

class MariaDbServer {
public:
    static bool is_installed(std::string_view left_out);

    // `folder` is made, and belongs to the server. Throws std::runtime_error.
    explicit MariaDbServer(const std::string& folder);

    const std::string& socket() const { return socket_; }
    void make_database(const std::string& name);
    std::uint64_t count(std::string_view table) const; // of rows

private:
    std::string query(std::string_view sql, std::string_view database) const;

    std::string socket_;
    std::unique_ptr<ServerProcess> process_;
};

} // namespace segpay::bench
