// The same tests against SQLite and against MariaDB: with SEGPAY_TEST_MARIADB, the folder of the
// server that mariadb/server.py has started, a ledger of a test is a database there.
#pragma once

#include "failing_ledger.hpp"
#include "ledger/mariadb/mysql_handle.hpp"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay::testing {

// Empty: the tests run against SQLite. Without a server the program says so and ends.
inline const std::string& mariadb_folder() {
    static const std::string folder = [] {
        const char* named = std::getenv("SEGPAY_TEST_MARIADB");
        std::string found = named ? named : "";
        if (!found.empty() && std::filesystem::exists(found + "/missing")) {
            std::puts("SKIPPED: mariadbd is not installed; nothing is tested against MariaDB");
            std::fflush(stdout);
            std::_Exit(0);
        }
        return found;
    }();
    return folder;
}

inline bool is_on_mariadb() { return !mariadb_folder().empty(); }

// The server is the tests' own, and so is everything on it.
inline MysqlConfig mariadb(const std::string& database) {
    MysqlConfig config;
    config.servers = {{"", 0, mariadb_folder() + "/socket"}};
    config.user = "root";
    config.database = database;
    return config;
}

inline void run_on_mariadb(const std::string& database, const std::string& sql) {
    const MysqlConfig config = mariadb(database);
    MysqlConnection(config, config.servers[0]).execute(sql);
}

inline std::vector<std::string> column_on_mariadb(const std::string& database,
                                                  const std::string& sql) {
    const MysqlConfig config = mariadb(database);
    std::vector<std::string> values;
    for (const auto& row : MysqlConnection(config, config.servers[0]).rows(sql))
        for (const std::string& value : row)
            values.push_back(value);
    return values;
}

// Every value of every row of a ledger.
inline std::string bytes_of_database(const std::string& database) {
    std::string bytes;
    for (const char* table : {"entries", "queue", "purchases", "writers", "meta"})
        for (const std::string& value :
             column_on_mariadb(database, std::string("SELECT * FROM segpay_") + table))
            bytes += value + "\n";
    return bytes;
}

inline void make_database(const std::string& name) {
    run_on_mariadb("", "CREATE DATABASE IF NOT EXISTS " + name);
}

// A file of a test is a database of the same name, in all processes of the test.
inline std::string database_for(const std::string& path) {
    const std::filesystem::path file(path);
    const auto hash = [](const std::string& text) {
        return std::to_string(std::hash<std::string>()(text) % 1'000'000'007);
    };
    return "segpay_test_" + hash(file.parent_path()) + "_" + hash(file.filename());
}

inline void drop_databases_of(const std::filesystem::path& folder) {
    if (!is_on_mariadb()) return;
    std::string pattern = database_for(folder / "x");
    pattern = pattern.substr(0, pattern.rfind('_'));
    const MysqlConfig config = mariadb("");
    MysqlConnection connection(config, config.servers[0]);
    for (const auto& row : connection.rows("SHOW DATABASES LIKE '" + pattern + "%'"))
        connection.execute("DROP DATABASE " + row.at(0));
}

// An empty database that no other test of this program uses; reused after it.
class PooledDatabase {
public:
    PooledDatabase() : name_(take()) {}
    PooledDatabase(PooledDatabase&& other) noexcept : name_(std::exchange(other.name_, {})) {}
    PooledDatabase& operator=(PooledDatabase&&) = delete;
    ~PooledDatabase() {
        if (!name_.empty()) give_back(std::move(name_));
    }
    const std::string& name() const { return name_; }

private:
    struct Pool {
        std::mutex mutex;
        std::vector<std::string> idle;
        int made = 0;
    };
    static Pool& pool() {
        static Pool pool;
        return pool;
    }

    static std::string take() {
        const std::lock_guard lock(pool().mutex);
        if (!pool().idle.empty()) {
            std::string name = std::move(pool().idle.back());
            pool().idle.pop_back();
            return name;
        }
        std::string name =
            "segpay_pool_" + std::to_string(::getpid()) + "_" + std::to_string(++pool().made);
        make_database(name);
        return name;
    }

    static void give_back(std::string name) {
        const MysqlConfig config = mariadb(name);
        MysqlConnection connection(config, config.servers[0]);
        for (const char* table : {"entries", "queue", "purchases"})
            connection.execute(std::string("DELETE FROM segpay_") + table);
        connection.execute("ALTER TABLE segpay_entries AUTO_INCREMENT = 1");
        const std::lock_guard lock(pool().mutex);
        pool().idle.push_back(std::move(name));
    }

    std::string name_;
};

// The ledger is closed before its database returns to the pool: bases end in reverse order.
class PooledLedger final : private PooledDatabase, public ForwardingLedger {
public:
    PooledLedger(PooledDatabase database, std::unique_ptr<Ledger> ledger)
        : PooledDatabase(std::move(database)), ForwardingLedger(std::move(ledger)) {}
};

// With the settings except the place: ":memory:" is a ledger of the test alone.
inline std::unique_ptr<Ledger> open_for_test(LedgerSettings settings) {
    if (!is_on_mariadb()) return open_sqlite_ledger(settings);
    if (settings.path == kInMemory) {
        PooledDatabase database;
        settings.mysql = mariadb(database.name());
        return std::make_unique<PooledLedger>(std::move(database), open_mysql_ledger(settings));
    }
    settings.mysql = mariadb(database_for(settings.path));
    make_database(settings.mysql->database);
    return open_mysql_ledger(settings);
}

} // namespace segpay::testing
