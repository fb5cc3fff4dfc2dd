// The reference host as a server of the bench's own.
#pragma once

#include "server_process.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace segpay::bench {

class HostProcess {
public:
    // `folder` is made. Throws std::runtime_error.
    explicit HostProcess(const std::string& folder);

    std::string postback_url() const { return base_ + "/signup/process_segpay.php"; }
    std::uint64_t effects() const; // that are stored

private:
    std::string data_;
    std::string base_;
    std::unique_ptr<ServerProcess> process_;
};

} // namespace segpay::bench
