// The quickest table known to us: a row id, and a unique index on a key in the order of time.
#include "sqlite_peer.hpp"

#include <array>
#include <stdexcept>

#include <sqlite3.h>

namespace segpay::bench {

void SqlitePeer::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

void SqlitePeer::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqlitePeer::SqlitePeer(const std::string& path) {
    sqlite3* connection = nullptr;
    const int code = sqlite3_open(path.c_str(), &connection);
    connection_.reset(connection);
    check(code, SQLITE_OK);
    for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                            "CREATE TABLE events(sequence INTEGER PRIMARY KEY, key BLOB NOT NULL, "
                            "payload TEXT NOT NULL)",
                            "CREATE UNIQUE INDEX events_key ON events(key)"})
        check(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    begin_ = prepared("BEGIN IMMEDIATE");
    insert_ = prepared("INSERT INTO events(key, payload) VALUES(?, ?) ON CONFLICT(key) DO NOTHING");
    commit_ = prepared("COMMIT");
}

void SqlitePeer::begin() { run(begin_); }
void SqlitePeer::commit() { run(commit_); }

void SqlitePeer::insert(std::uint64_t key, std::string_view payload) {
    std::array<unsigned char, 8> ordered{}; // the highest byte first
    for (std::size_t i = 0; i < ordered.size(); ++i)
        ordered[i] = static_cast<unsigned char>(key >> (8 * (ordered.size() - 1 - i)));
    check(sqlite3_bind_blob(insert_.get(), 1, ordered.data(), ordered.size(), SQLITE_STATIC),
          SQLITE_OK);
    check(sqlite3_bind_text(insert_.get(), 2, payload.data(), static_cast<int>(payload.size()),
                            SQLITE_STATIC),
          SQLITE_OK);
    run(insert_);
}

SqlitePeer::Statement SqlitePeer::prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr), SQLITE_OK);
    return Statement(statement);
}

void SqlitePeer::run(const Statement& statement) {
    check(sqlite3_step(statement.get()), SQLITE_DONE);
    check(sqlite3_reset(statement.get()), SQLITE_OK);
}

void SqlitePeer::check(int code, int expected) {
    if (code != expected)
        throw std::runtime_error(std::string("the SQLite peer: ") +
                                 sqlite3_errmsg(connection_.get()));
}

} // namespace segpay::bench
