// A thin wrapper over SQLite: connections, statements, transactions. Knows no table.
//
//     database.write([&](Connection& db) {
//         db.execute("UPDATE members SET tokens = tokens + ?1 WHERE id = ?2", 50, member);
//     });
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace nats_host {

// An error in SQLite's words; never contains bound values.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
    bool is_busy() const; // another process holds the database: try again later
private:
    int code_;
};

class Connection;

// The text of a statement: a literal, so that its address identifies it.
class Sql {
public:
    template <std::size_t Size>
    consteval Sql(const char (&literal)[Size]) : text_(literal, Size - 1) {}

    std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

// Prepared statements by the address of their text; a running one is taken out.
using Statements = std::unordered_multimap<const char*, sqlite3_stmt*>;

// A running statement; ends when it goes out of scope. Columns count from 0.
class Rows {
public:
    Rows(Connection& connection, Sql sql);
    template <class... Values>
    Rows(Connection& connection, Sql sql, const Values&... values) : Rows(connection, sql) {
        bind_all(values...);
    }
    ~Rows();
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next();
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string text(int column) const; // NULL is an empty text

    void bind(int index, std::nullptr_t);
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value)
            bind(index, *value);
        else
            bind(index, nullptr);
    }
    void bind(int index, int value) { bind(index, std::int64_t{value}); }
    void bind(int index, bool value) { bind(index, std::int64_t{value}); }
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }

private:
    friend class Connection;

    template <class... Values>
    void bind_all(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
    }

    Connection& connection_;
    Statements::node_type taken_;
    sqlite3_stmt* statement_;
    bool copies_text_ = true; // else texts outlive the rows
};

// One connection; used by one thread at a time. Parameters are ?1, ?2, ... in order.
class Connection {
public:
    enum class Missing { is_made, is_an_error };
    explicit Connection(const std::string& path, Missing missing = Missing::is_made);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    template <class... Values>
    Rows query(Sql sql, const Values&... values) {
        return Rows(*this, sql, values...);
    }

    // Runs a statement without rows and returns the number of rows that it changed.
    template <class... Values>
    std::int64_t execute(Sql sql, const Values&... values) {
        Rows rows(*this, sql);
        rows.copies_text_ = false;
        rows.bind_all(values...);
        rows.next();
        return changed_rows();
    }

    void script(const std::string& sql); // several statements, no parameters
    std::int64_t last_id() const;

private:
    friend class Rows;

    Statements::node_type take_statement(Sql sql);
    void give_back(Statements::node_type statement);
    [[noreturn]] void fail(int code, std::string_view doing) const;
    std::int64_t changed_rows() const;

    std::string path_;
    sqlite3* handle_ = nullptr;
    Statements idle_statements_;
};

// A database file: WAL, synchronous=FULL. Any number of readers beside one writer: threads of this
// process wait for each other, for other processes they wait up to kBusyTimeoutMs. A write to a
// file that was removed, replaced or truncated meanwhile is an error.
class Database {
public:
    explicit Database(std::string path);

    // Runs `work(Connection&)` as one read of one state of the database.
    template <class Work>
    auto read(Work work) {
        check_file();
        Lease lease(*this);
        Transaction transaction(*lease.connection, "BEGIN");
        return work(*lease.connection);
    }

    // Runs `work(Connection&)` as one transaction; durable when this returns, and rolled back when
    // it throws. It must not call this.
    template <class Work>
    auto write(Work work) {
        const std::lock_guard lock(writing_);
        if (!writer_) open_writer();
        Transaction transaction(*writer_, "BEGIN IMMEDIATE");
        if constexpr (std::is_void_v<decltype(work(*writer_))>) {
            work(*writer_);
            transaction.commit();
            check_file();
        } else {
            auto result = work(*writer_);
            transaction.commit();
            check_file();
            return result;
        }
    }

private:
    // Rolls back unless it was committed.
    class Transaction {
    public:
        Transaction(Connection& connection, Sql begin) : connection_(connection) {
            connection_.execute(begin);
        }
        ~Transaction();
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        void commit();

    private:
        Connection& connection_;
        bool is_open_ = true;
    };

    // Borrows an idle connection, or opens one more.
    struct Lease {
        explicit Lease(Database& owner);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Database& database;
        std::unique_ptr<Connection> connection;
    };

    void open_writer();
    void check_file();

    std::string path_;
    std::atomic<std::uint64_t> inode_ = 0; // of the written file; 0: none was opened yet
    std::atomic<std::int64_t> size_ = 0;   // at the last check
    std::mutex writing_;
    std::unique_ptr<Connection> writer_; // of the thread that holds writing_
    std::mutex idle_guard_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

} // namespace nats_host
