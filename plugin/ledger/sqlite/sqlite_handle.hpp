// A thin hold on SQLite's C interface: a connection, its prepared statements, and errors as
// exceptions. Knows nothing of ledgers.
//
// Not thread-safe: a connection belongs to one thread at a time. Errors carry SQLite's own words
// and never a bound value.
#pragma once

#include "ledger/statement_cache.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace segpay {

class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
    int code() const { return code_; } // SQLITE_BUSY, ...; without SQLite's extension bits
    bool is_busy() const;

private:
    int code_;
};

// Bytes, where a text would be stored as text. Borrowed.
struct Blob {
    std::string_view bytes;
};

// One run of a prepared statement, which is ready for its next run when this ends.
class SqliteQuery {
public:
    // Binds the values in order.
    template <class... Values>
    explicit SqliteQuery(sqlite3_stmt* statement, const Values&... values) : statement_(statement) {
        [[maybe_unused]] int parameter = 0;
        (bind(++parameter, values), ...);
    }
    SqliteQuery(const SqliteQuery&) = delete;
    SqliteQuery& operator=(const SqliteQuery&) = delete;
    ~SqliteQuery();

    // Parameters count from 1, as in SQL. Texts and bytes are not copied: they must outlive this.
    void bind(int parameter, std::nullopt_t);
    void bind(int parameter, std::int64_t number);
    void bind(int parameter, std::string_view text);
    void bind(int parameter, const Blob& blob);
    template <std::integral Number>
    void bind(int parameter, Number number) {
        bind(parameter, static_cast<std::int64_t>(number));
    }
    template <class T>
    void bind(int parameter, const std::optional<T>& value) {
        if (value)
            bind(parameter, *value);
        else
            bind(parameter, std::nullopt);
    }

    bool next(); // goes to the next row; false: there is none

    // Columns count from 0. A null reads as 0 or empty. Texts and bytes live until the next row.
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;

private:
    void check(int code) const;

    sqlite3_stmt* statement_;
};

class SqliteConnection {
public:
    enum class Missing { is_made, is_an_error };

    // Opens the database; ":memory:" is one of its own. A statement that finds the
    // database locked tries again, after pauses of less than a millisecond at first, for
    // `busy_timeout_ms`.
    SqliteConnection(const std::string& path, int busy_timeout_ms,
                     Missing missing = Missing::is_made);
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    // Returns the one before.
    int set_busy_timeout(int busy_timeout_ms) {
        return std::exchange(busy_timeout_ms_, busy_timeout_ms);
    }

    bool is_read_only() const;
    bool is_in_transaction() const;

    // Any number of statements, without parameters; their rows are dropped.
    void execute(const char* sql);

    // Statements are prepared once and kept: `sql` must be one of a limited number of texts, and
    // only one query of the same text may live at a time. A text that is found where it was before
    // is found at once.
    template <class... Values>
    SqliteQuery query(std::string_view sql, const Values&... values) {
        return SqliteQuery(prepared(sql), values...);
    }

    // Runs a statement that changes rows; returns how many.
    template <class... Values>
    std::int64_t change(std::string_view sql, const Values&... values) {
        SqliteQuery(prepared(sql), values...).next();
        return changes();
    }

    // Runs a statement that answers with one value at most; no row reads as 0 or empty.
    std::int64_t integer(std::string_view sql);
    std::string text(std::string_view sql);

    // Of a database with a write-ahead log. Makes durable what was committed before find_log was
    // called last. Another thread may use the connection meanwhile.
    void find_log();
    void sync_log();
    // Writes the log once more, as it reads, and syncs it. Only while no one else can write: inside
    // a transaction that took the lock at once.
    void rewrite_log();
    // Takes over copying the log into the database, which SQLite does by itself otherwise: how many
    // pages the log had at the last commit, and copying as much of it as readers allow.
    void keep_log();
    int log_pages() const { return log_pages_; }
    void copy_log();
    // Of the database without its log; another thread may use the connection meanwhile. Whether it
    // was removed or replaced since it was opened; its size, and the one that its header says (more
    // than any, when it has no header), in bytes.
    std::string path() const; // absolute, without symbolic links
    bool has_moved() const;
    std::int64_t file_size() const;
    std::int64_t size_in_header() const;
    // Leaves the log as it is when this is closed.
    void leave_log();

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    sqlite3_stmt* prepared(std::string_view sql);
    std::int64_t changes() const;
    static int wait_for_lock(void* self, int tries);
    sqlite3_file& file() const;

    std::unique_ptr<sqlite3, Close> connection_;
    using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
    StatementCache<Statement> statements_; // end before the connection
    sqlite3_file* log_ = nullptr;          // open as long as the connection
    int log_pages_ = 0;
    int busy_timeout_ms_;
    std::chrono::steady_clock::time_point gives_up_at_; // of the lock that is waited for
    std::minstd_rand pauses_;
};

} // namespace segpay
