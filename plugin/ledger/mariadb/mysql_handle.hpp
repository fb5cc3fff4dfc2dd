// A thin hold on MariaDB's C interface: a connection, its prepared statements, and errors as
// exceptions. Knows nothing of ledgers.
//
// Why not Poco::Data::MySQL, whose version in Debian 12 is 1.11: it hides the number of an error in
// its text, leaves autocommit off after a commit so that later writes vanish, hands killed sessions
// out again, ignores the connection timeout, and counts changed rows only. All of that decides here
// between "committed", "not committed" and "not known". What is left of it is a hundred lines.
//
// Not thread-safe: a connection belongs to one thread at a time. It never reconnects by itself. No
// call lasts much longer than kIoTimeoutS: then the connection is lost. Errors carry the server's
// number and words, and neither a bound value nor a password.
#pragma once

#include "config/config.hpp"
#include "ledger/statement_cache.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct st_mysql;

namespace segpay {

constexpr unsigned kIoTimeoutS = 3; // connecting, writing a request, waiting for the next byte

class MysqlError : public std::runtime_error {
public:
    enum class Kind {
        conflict, // others were faster: the whole transaction can be tried again
        lost,     // the connection or its server is of no use any more
        other,
    };
    MysqlError(unsigned code, const std::string& message)
        : std::runtime_error(message), code_(code) {}

    unsigned code() const { return code_; } // 1213, 2013, ...
    Kind kind() const;

    // A conflict that this program found, not the server.
    static MysqlError conflict(const std::string& message);

private:
    unsigned code_;
};

// A parameter of a statement; it borrows bytes.
class MysqlValue {
public:
    enum class Kind { nothing, number, bytes };

    MysqlValue(std::nullopt_t) {}
    template <std::integral Number>
    MysqlValue(Number value) : kind(Kind::number), number(static_cast<std::int64_t>(value)) {}
    MysqlValue(std::string_view text) : kind(Kind::bytes), bytes(text) {}
    MysqlValue(const std::string& text) : MysqlValue(std::string_view(text)) {}
    template <class T>
    MysqlValue(const std::optional<T>& value)
        : MysqlValue(value ? MysqlValue(*value) : MysqlValue(std::nullopt)) {}

    Kind kind = Kind::nothing;
    std::int64_t number = 0;
    std::string_view bytes;
};
using MysqlValues = std::span<const MysqlValue>;

class MysqlStatement;

// One run of a prepared statement, which is ready for its next run when this ends.
class MysqlQuery {
public:
    MysqlQuery(MysqlStatement& statement, MysqlValues values);
    MysqlQuery(const MysqlQuery&) = delete;
    MysqlQuery& operator=(const MysqlQuery&) = delete;
    ~MysqlQuery();

    bool next(); // goes to the next row; false: there is none

    // Columns count from 0. A null reads as 0 or empty. Bytes live until the next row.
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const { return text(column); }

private:
    MysqlStatement& statement_;
};

class MysqlConnection {
public:
    using Clock = std::chrono::steady_clock;

    // Connects. `server` is one of `config.servers`.
    MysqlConnection(const MysqlConfig& config, const MysqlServer& server);
    MysqlConnection(const MysqlConnection&) = delete;
    MysqlConnection& operator=(const MysqlConnection&) = delete;
    ~MysqlConnection();

    // From then on no statement begins, not even a ROLLBACK: each is an error as if the connection
    // was lost. So what is done on it lasts no longer than that and one statement.
    void end_at(Clock::time_point until) { until_ = until; }
    // Throws that error when the time has come.
    void check_time() const;

    // One statement, without parameters; its rows are dropped.
    void execute(const std::string& sql);

    // The rows of a statement without parameters, a null as an empty text.
    std::vector<std::vector<std::string>> rows(const std::string& sql);

    // Statements are prepared once and kept: `sql` must be one of a limited number of texts, and
    // only one query of the same text may live at a time.
    template <class... Values>
    MysqlQuery query(std::string_view sql, const Values&... values) {
        const std::array<MysqlValue, sizeof...(Values)> bound{MysqlValue(values)...};
        return MysqlQuery(prepared(sql), bound);
    }

    MysqlQuery query_with(std::string_view sql, MysqlValues values) {
        return MysqlQuery(prepared(sql), values);
    }

    // Runs a statement that changes rows; returns how many it changed. An INSERT that finds its key
    // taken, with ON DUPLICATE KEY UPDATE of nothing, changes none.
    template <class... Values>
    std::int64_t change(std::string_view sql, const Values&... values) {
        const std::array<MysqlValue, sizeof...(Values)> bound{MysqlValue(values)...};
        return run_change(sql, bound);
    }

    // Runs it once for each row of parameters, which stand one behind the other in `values`, with
    // one request and one answer. Returns how many rows it changed in all.
    std::int64_t change_all(std::string_view sql, MysqlValues values);
    // From now on with one request each. A node of a Galera cluster may lose half of a transaction
    // in the middle of an array, when another node was faster, without a word.
    void avoid_arrays() { has_arrays_ = false; }

    std::int64_t last_row() const; // the number that AUTO_INCREMENT gave to what was inserted

    // How many rows were changed since it was asked last.
    std::int64_t take_change_count() { return std::exchange(change_count_, 0); }

private:
    MysqlStatement& prepared(std::string_view sql);
    std::int64_t run_change(std::string_view sql, MysqlValues values);
    void bound_hangs() const;

    struct Close {
        void operator()(st_mysql* connection) const;
    };
    std::unique_ptr<st_mysql, Close> connection_;
    StatementCache<std::unique_ptr<MysqlStatement>> statements_; // end before the connection
    std::int64_t last_row_ = 0;
    std::int64_t change_count_ = 0;
    bool has_arrays_ = true;
    Clock::time_point until_ = Clock::time_point::max();
};

} // namespace segpay
