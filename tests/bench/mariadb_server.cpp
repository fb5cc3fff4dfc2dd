// Its settings, and its command-line client.
#include "mariadb_server.hpp"

#include <filesystem>
#include <vector>

namespace segpay::bench {

bool MariaDbServer::is_installed(std::string_view left_out) {
    return are_installed({"mariadbd", "mariadb-install-db", "mariadb"}, left_out);
}

MariaDbServer::MariaDbServer(const std::string& folder) : socket_(folder + "/socket") {
    std::filesystem::create_directories(folder);
    const std::string data = "--datadir=" + folder + "/data";
    std::vector<std::string> install = {"mariadb-install-db", "--no-defaults",
                                        "--auth-root-authentication-method=normal",
                                        "--skip-test-db", data};
    std::vector<std::string> serve = {
        "mariadbd",
        "--no-defaults",
        data,
        "--socket=" + socket_,
        "--pid-file=" + folder + "/pid",
        "--skip-networking",
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=1", // as durable as our ledger
        "--innodb-flush-method=O_DIRECT",
        "--innodb-buffer-pool-size=256M",
        "--innodb-log-file-size=256M",
        "--innodb-autoinc-lock-mode=2",
        "--transaction-isolation=READ-COMMITTED",
        "--skip-log-bin",
        "--max-connections=200",
        "--table-open-cache=400"};
    if (is_root())
        for (auto* command : {&install, &serve})
            command->push_back("--user=root");
    output_of(install);
    process_ = std::make_unique<ServerProcess>(serve, folder + "/log");
    process_->await([&] {
        return run_command({"mariadb", "--no-defaults", "--socket=" + socket_, "--user=root",
                            "--execute=SELECT 1"})
                   .status == 0;
    });
    query("CREATE DATABASE nats; CREATE USER nats@localhost; GRANT ALL ON nats.* TO nats@localhost",
          "mysql");
    query(text_of(SEGPAY_SOURCE_DIR "/tests/bench/peer/schema.sql"), "nats");
}

void MariaDbServer::make_database(const std::string& name) {
    query("CREATE DATABASE " + name, "mysql");
}

std::uint64_t MariaDbServer::count(std::string_view table) const {
    return std::stoull(query("SELECT COUNT(*) FROM " + std::string(table), "nats"));
}

std::string MariaDbServer::query(std::string_view sql, std::string_view database) const {
    return output_of({"mariadb", "--no-defaults", "--socket=" + socket_, "--user=root",
                      "--skip-column-names", "--batch", "--database=" + std::string(database),
                      "--execute=" + std::string(sql)});
}

} // namespace segpay::bench
