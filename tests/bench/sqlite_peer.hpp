// SQLite as used for quick and durable inserts: one connection, prepared statements, a write-ahead
// log, a sync for every commit. It stores a key and bytes; it has no purchases, leases or order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace segpay::bench {

class SqlitePeer {
public:
    // Makes the file. Throws std::runtime_error, as everything here does.
    explicit SqlitePeer(const std::string& path);

    void begin();
    void insert(std::uint64_t key, std::string_view payload);
    void commit();

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

    Statement prepared(const char* sql);
    void run(const Statement& statement);
    void check(int code, int expected);

    std::unique_ptr<sqlite3, Close> connection_;
    Statement begin_, insert_, commit_;
};

} // namespace segpay::bench
