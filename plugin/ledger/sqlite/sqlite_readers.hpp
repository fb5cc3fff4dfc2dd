// SqliteReaders: connections that only read, so that whoever looks something up never waits for a
// commit. As many as read at once; what was opened is used again.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace segpay {

// Threads: every method from any thread.
class SqliteReaders {
public:
    SqliteReaders(std::string path, int busy_timeout_ms)
        : path_(std::move(path)), busy_timeout_ms_(busy_timeout_ms) {
        idle_.reserve(kMaxIdle); // to give back never fails
    }

    // Lends a connection for the time of `work`. Throws SqliteError.
    template <class Work>
    auto read(const Work& work) {
        Lent lent(*this);
        return work(*lent);
    }

    // A connection for as long as this lives; throws SqliteError.
    class Lent {
    public:
        explicit Lent(SqliteReaders& owner) : readers_(owner), connection_(owner.take()) {}
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() { readers_.give_back(std::move(connection_)); }

        SqliteConnection& operator*() const { return *connection_; }

    private:
        SqliteReaders& readers_;
        std::unique_ptr<SqliteConnection> connection_;
    };

private:
    static constexpr std::size_t kMaxIdle = 16;

    std::unique_ptr<SqliteConnection> take();
    void give_back(std::unique_ptr<SqliteConnection> connection);

    const std::string path_;
    const int busy_timeout_ms_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_; // guarded by mutex_
};

} // namespace segpay
