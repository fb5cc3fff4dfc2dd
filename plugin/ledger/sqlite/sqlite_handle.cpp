// The calls into SQLite's C interface, all of them.
#include "ledger/sqlite/sqlite_handle.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr int kPrimaryCode = 0xff; // the rest of a result code is detail

// How long a process sleeps before it tries a lock again. Another one holds it for a tenth of a
// millisecond, mostly. SQLite's own pauses grow to 100 ms: sixteen workers then wait for nothing
// most of the time. At random, so that two of them do not meet again and again.
constexpr std::pair kQuickPauseUs(100, 500);
constexpr std::pair kSlowPauseUs(1'000, 5'000);
constexpr int kQuickTries = 200; // some 60 ms

[[noreturn]] void fail(sqlite3* connection, int code) {
    std::string message = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    if ((code & kPrimaryCode) == SQLITE_IOERR && connection)
        if (const int error = sqlite3_system_errno(connection); error != 0)
            message += std::string(" (") + std::strerror(error) + ")";
    throw SqliteError(code & kPrimaryCode, message);
}

int size_of(std::string_view bytes) {
    if (bytes.size() > INT_MAX) throw SqliteError(SQLITE_TOOBIG, "value too long");
    return static_cast<int>(bytes.size());
}

} // namespace

bool SqliteError::is_busy() const { return code_ == SQLITE_BUSY; }

SqliteQuery::~SqliteQuery() {
    sqlite3_reset(statement_); // repeats the error of the last step, which was thrown already
    sqlite3_clear_bindings(statement_);
}

void SqliteQuery::check(int code) const {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
}

void SqliteQuery::bind(int parameter, std::nullopt_t) {
    check(sqlite3_bind_null(statement_, parameter));
}

void SqliteQuery::bind(int parameter, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, parameter, number));
}

void SqliteQuery::bind(int parameter, std::string_view text) {
    const char* data = text.data() ? text.data() : ""; // a null pointer would bind a null
    check(sqlite3_bind_text(statement_, parameter, data, size_of(text), SQLITE_STATIC));
}

void SqliteQuery::bind(int parameter, const Blob& blob) {
    check(sqlite3_bind_blob(statement_, parameter, blob.bytes.data(), size_of(blob.bytes),
                            SQLITE_STATIC));
}

bool SqliteQuery::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), code);
    return false;
}

bool SqliteQuery::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t SqliteQuery::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteQuery::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view SqliteQuery::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void SqliteConnection::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteConnection::SqliteConnection(const std::string& path, int busy_timeout_ms, Missing missing)
    : busy_timeout_ms_(busy_timeout_ms), pauses_(std::random_device()()) {
    // Without SQLite's own mutex: the owner of the connection guards it.
    const int create = missing == Missing::is_made ? SQLITE_OPEN_CREATE : 0;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create;
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
    connection_.reset(connection); // set even when opening failed
    if (code != SQLITE_OK) fail(connection, code);
    sqlite3_busy_handler(connection, wait_for_lock, this);
}

// SQLite asks each time that it finds the lock taken, and goes on trying until the answer is 0.
int SqliteConnection::wait_for_lock(void* self, int tries) {
    auto& waiting = *static_cast<SqliteConnection*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (tries == 0)
        waiting.gives_up_at_ = now + std::chrono::milliseconds(waiting.busy_timeout_ms_);
    if (now >= waiting.gives_up_at_) return 0;
    const auto [least, most] = tries < kQuickTries ? kQuickPauseUs : kSlowPauseUs;
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution(least, most)(waiting.pauses_)));
    return 1;
}

bool SqliteConnection::is_read_only() const {
    return sqlite3_db_readonly(connection_.get(), "main") == 1;
}

bool SqliteConnection::is_in_transaction() const {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

void SqliteConnection::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(connection_.get(), code);
}

std::int64_t SqliteConnection::integer(std::string_view sql) {
    SqliteQuery row(prepared(sql));
    return row.next() ? row.integer(0) : 0;
}

std::string SqliteConnection::text(std::string_view sql) {
    SqliteQuery row(prepared(sql));
    std::string text;
    if (row.next()) text = row.text(0);
    while (row.next()) { // a change of the journal mode is committed, and can fail, after its row
    }
    return text;
}

std::int64_t SqliteConnection::changes() const { return sqlite3_changes64(connection_.get()); }

void SqliteConnection::find_log() {
    if (!log_) sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log_);
}

void SqliteConnection::sync_log() {
    if (!log_ || !log_->pMethods) throw SqliteError(SQLITE_ERROR, "there is no write-ahead log");
    const int code = log_->pMethods->xSync(log_, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    // Not in the connection's own words: they belong to the thread that uses it.
    if (code != SQLITE_OK) fail(nullptr, code);
}

void SqliteConnection::rewrite_log() {
    constexpr std::int64_t kPiece = 64 * 1024;
    find_log();
    if (!log_ || !log_->pMethods) return; // there is none yet
    const auto check = [](int code) {
        if (code != SQLITE_OK) fail(nullptr, code);
    };
    const sqlite3_io_methods& file = *log_->pMethods;
    sqlite3_int64 size = 0;
    check(file.xFileSize(log_, &size));
    std::vector<char> bytes(kPiece);
    for (std::int64_t at = 0; at < size; at += kPiece) {
        const int length = static_cast<int>(std::min<std::int64_t>(kPiece, size - at));
        check(file.xRead(log_, bytes.data(), length, at));
        check(file.xWrite(log_, bytes.data(), length, at));
    }
    check(file.xSync(log_, SQLITE_SYNC_NORMAL));
}

void SqliteConnection::keep_log() {
    const auto count = [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteConnection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(connection_.get(), count, this);
}

void SqliteConnection::copy_log() {
    const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK) fail(connection_.get(), code);
}

sqlite3_file& SqliteConnection::file() const {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (!file || !file->pMethods) throw SqliteError(SQLITE_CANTOPEN, "there is no file");
    return *file;
}

std::string SqliteConnection::path() const {
    const char* const path = sqlite3_db_filename(connection_.get(), "main");
    return path ? path : "";
}

bool SqliteConnection::has_moved() const {
    int has_moved = 0; // stays so where the file system does not know
    file().pMethods->xFileControl(&file(), SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved != 0;
}

std::int64_t SqliteConnection::file_size() const {
    sqlite3_int64 size = 0;
    const int code = file().pMethods->xFileSize(&file(), &size);
    if (code != SQLITE_OK) fail(nullptr, code);
    return size;
}

// https://www.sqlite.org/fileformat.html, "The Database Header": the page size at 16, the number of
// pages at 28. Not by a descriptor of our own: closing it would end SQLite's locks.
std::int64_t SqliteConnection::size_in_header() const {
    std::array<unsigned char, 32> header{};
    if (file().pMethods->xRead(&file(), header.data(), header.size(), 0) != SQLITE_OK)
        return INT64_MAX;
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::int64_t value = 0;
        for (std::size_t i = at; i < at + bytes; ++i)
            value = value * 256 + header[i];
        return value;
    };
    return number(16, 2) * number(28, 4);
}

void SqliteConnection::leave_log() {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

sqlite3_stmt* SqliteConnection::prepared(std::string_view sql) {
    return statements_
        .find(sql,
              [&] {
                  sqlite3_stmt* made = nullptr;
                  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), size_of(sql),
                                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
                  if (code != SQLITE_OK) fail(connection_.get(), code);
                  return Statement(made);
              })
        .get();
}

} // namespace segpay
