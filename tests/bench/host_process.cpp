// The address is in the host's output, its effects are in its database.
#include "host_process.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

namespace segpay::bench {

HostProcess::HostProcess(const std::string& folder) : data_(folder) {
    std::filesystem::create_directories(folder);
    const std::string log = folder + "/log";
    process_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{NATS_HOST, "--plugin", NATS_SEGPAY_PLUGIN, "--config",
                                 SEGPAY_SOURCE_DIR "/config/examples/sandbox.yaml", "--data",
                                 folder, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"},
        log);
    process_->await([&] {
        const std::string said = text_of(log);
        const std::size_t begin = said.find("http://");
        const std::size_t end = said.find("/signup/signup.php\n");
        if (begin == std::string::npos || end == std::string::npos) return false;
        base_ = said.substr(begin, end - begin);
        return true;
    });
}

std::uint64_t HostProcess::effects() const {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    std::uint64_t count = 0;
    const bool is_read = sqlite3_open_v2((data_ + "/host.sqlite").c_str(), &database,
                                         SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
                         sqlite3_prepare_v2(database, "SELECT count(*) FROM applied_events", -1,
                                            &statement, nullptr) == SQLITE_OK &&
                         sqlite3_step(statement) == SQLITE_ROW;
    if (is_read) count = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    if (!is_read) throw std::runtime_error("the host's database cannot be read");
    return count;
}

} // namespace segpay::bench
