// nginx with the usual script behind it (php-fpm, MariaDB), and with nothing behind it.
#pragma once

#include "mariadb_server.hpp"
#include "server_process.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace segpay::bench {

class WebPeer {
public:
    static bool is_installed(std::string_view left_out);

    // `folder` is made; the database must outlive it. Throws std::runtime_error.
    WebPeer(const std::string& folder, const MariaDbServer& database, std::size_t php_workers);

    std::string script_url() const { return base_ + "/process_segpay.php"; }
    std::string constant_url() const { return base_ + "/constant"; }

private:
    std::string base_;
    std::unique_ptr<ServerProcess> php_;
    std::unique_ptr<ServerProcess> nginx_;
};

} // namespace segpay::bench
