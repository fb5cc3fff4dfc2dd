// The SQLite calls.
#include "database.hpp"

#include <sys/stat.h>

#include <sqlite3.h>

namespace nats_host {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

// SQLite counts its memory under a lock that all threads share, for figures that are not used here.
// Takes effect only before the first connection.
void count_no_memory() {
    [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

} // namespace

bool DatabaseError::is_busy() const {
    const int primary = code_ & 0xff;
    return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

// ---- Rows -------------------------------------------------------------------------------------

Rows::Rows(Connection& connection, Sql sql)
    : connection_(connection),
      taken_(connection.take_statement(sql)),
      statement_(taken_.mapped()) {}

Rows::~Rows() { connection_.give_back(std::move(taken_)); }

bool Rows::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_.fail(code, taken_.key());
    return false;
}

bool Rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_, column);
    if (!bytes) return {};
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Rows::bind(int index, std::nullptr_t) {
    if (int code = sqlite3_bind_null(statement_, index)) connection_.fail(code, taken_.key());
}

void Rows::bind(int index, std::int64_t value) {
    if (int code = sqlite3_bind_int64(statement_, index, value))
        connection_.fail(code, taken_.key());
}

void Rows::bind(int index, std::string_view value) {
    if (int code =
            sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                                copies_text_ ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8))
        connection_.fail(code, taken_.key());
}

// ---- Connection -------------------------------------------------------------------------------

Connection::Connection(const std::string& path, Missing missing) : path_(path) {
    const int create = missing == Missing::is_made ? SQLITE_OPEN_CREATE : 0;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create;
    const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
    try {
        if (code != SQLITE_OK) fail(code, "open");
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
        script(
            "PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = FULL;"
            "PRAGMA wal_autocheckpoint = 4000;"
            "PRAGMA cache_size = -16384;" // KiB
            "PRAGMA foreign_keys = ON;");
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Connection::~Connection() {
    for (const auto& [sql, statement] : idle_statements_)
        sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

void Connection::script(const std::string& sql) {
    if (int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr)) fail(code, sql);
}

std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Connection::changed_rows() const { return sqlite3_changes64(handle_); }

Statements::node_type Connection::take_statement(Sql sql) {
    const char* text = sql.text().data();
    if (const auto idle = idle_statements_.find(text); idle != idle_statements_.end())
        return idle_statements_.extract(idle);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, text, static_cast<int>(sql.text().size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code, text);
    return idle_statements_.extract(idle_statements_.emplace(text, statement));
}

void Connection::give_back(Statements::node_type statement) {
    sqlite3_reset(statement.mapped());
    sqlite3_clear_bindings(statement.mapped());
    idle_statements_.insert(std::move(statement));
}

void Connection::fail(int code, std::string_view doing) const {
    throw DatabaseError(code, path_ + ": " +
                                  (handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)) +
                                  ", at \"" + std::string(doing.substr(0, 120)) + "\"");
}

// ---- Database ---------------------------------------------------------------------------------

Database::Database(std::string path) : path_(std::move(path)) { count_no_memory(); }

void Database::open_writer() {
    writer_ = std::make_unique<Connection>(path_);
    struct ::stat found {};
    if (::stat(path_.c_str(), &found) == 0) inode_ = found.st_ino;
}

void Database::check_file() {
    if (inode_ == 0) return;
    struct ::stat found {};
    const bool is_there = ::stat(path_.c_str(), &found) == 0;
    const char* became = !is_there                ? "removed"
                         : found.st_ino != inode_ ? "replaced by another"
                         : found.st_size < size_  ? "truncated"
                                                  : nullptr;
    if (became)
        throw DatabaseError(SQLITE_IOERR, path_ + " was " + became +
                                              " while it was open; stop the host, put the right "
                                              "file in its place, and start it again");
    size_ = found.st_size;
}

Database::Transaction::~Transaction() {
    if (!is_open_) return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const DatabaseError&) { // SQLite has rolled back already
    }
}

void Database::Transaction::commit() {
    connection_.execute("COMMIT");
    is_open_ = false;
}

Database::Lease::Lease(Database& owner) : database(owner) {
    {
        std::lock_guard guard(database.idle_guard_);
        if (!database.idle_.empty()) {
            connection = std::move(database.idle_.back());
            database.idle_.pop_back();
        }
    }
    if (!connection)
        connection = std::make_unique<Connection>(database.path_, Connection::Missing::is_an_error);
}

Database::Lease::~Lease() {
    std::lock_guard guard(database.idle_guard_);
    database.idle_.push_back(std::move(connection));
}

} // namespace nats_host
