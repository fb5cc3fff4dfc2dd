// The tables, step by step from schema to schema, the two numbers in the file's header that tell
// whose file it is, and the pragmas.
#include "ledger/sqlite/sqlite_schema.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/ledger.hpp"

#include <chrono>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <thread>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr std::int64_t kApplicationId = 0x53506c67; // "SPlg"

// What makes a ledger of one schema into one of the next. A new file takes every step, so that it
// is no other than one that grew old. A step that was released stays as it is.
constexpr const char* kSteps[] = {
    // 1
    R"sql(
CREATE TABLE keys(
  key          TEXT PRIMARY KEY,
  sequence     INTEGER NOT NULL, -- of its entry, which may be purged
  purchase_id  TEXT NOT NULL,    -- '': none
  amount_minor INTEGER,
  currency     TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE entries(
  sequence        INTEGER PRIMARY KEY, -- grows: the last one is never deleted
  key             TEXT NOT NULL,
  state           INTEGER NOT NULL,    -- 2 also while it is in the queue
  kind            INTEGER,             -- null: a request without a meaning
  purchase_id     TEXT NOT NULL,       -- '': none
  member_id       TEXT NOT NULL,       -- '': none
  received_at     INTEGER NOT NULL,    -- times: Unix time in milliseconds
  changed_at      INTEGER NOT NULL,    -- but for the second that a delivery may take
  attempts        INTEGER NOT NULL,    -- while it is in the queue, that one knows
  attempts_forgiven INTEGER NOT NULL DEFAULT 0, -- those before an operator's last decision
  record          TEXT,                -- the event, without its password
  password        BLOB,                -- encrypted; null once settled
  request         TEXT NOT NULL DEFAULT '',
  message         TEXT NOT NULL DEFAULT '',
  decided_by      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX entries_unsettled ON entries(sequence) WHERE state <> 2;
CREATE INDEX entries_purchase ON entries(purchase_id, sequence) WHERE purchase_id <> '';
CREATE INDEX entries_done ON entries(received_at) WHERE state IN (2, 7, 8);

CREATE TABLE queue(
  purchase_id     TEXT NOT NULL,    -- '': of none; then nothing comes before it or after it
  sequence        INTEGER NOT NULL,
  attempts        INTEGER NOT NULL, -- grows with each lease
  next_attempt_at INTEGER,          -- null: another of the purchase comes first
  lease_until     INTEGER NOT NULL, -- 0: it is not leased
  PRIMARY KEY(purchase_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_due ON queue(next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE purchases(
  id        TEXT PRIMARY KEY,
  member_id TEXT NOT NULL,    -- '': not known
  username  TEXT NOT NULL,    -- '': not known
  opened_by INTEGER NOT NULL, -- the kind of the sale; 0: not opened yet
  opened_at INTEGER NOT NULL,
  record    TEXT NOT NULL     -- all else
) STRICT, WITHOUT ROWID;
CREATE INDEX purchases_member ON purchases(member_id, opened_at)
  WHERE member_id <> '' AND opened_by <> 0;
CREATE INDEX purchases_username ON purchases(username, opened_at) WHERE username <> '';

CREATE TABLE notices( -- what operators hear of once
  name     TEXT PRIMARY KEY,
  noted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
};

bool is_new(SqliteConnection& connection) {
    return connection.integer("PRAGMA application_id") == 0 &&
           connection.integer("PRAGMA user_version") == 0 &&
           connection.integer("SELECT COUNT(*) FROM sqlite_schema") == 0;
}

void check_ours(SqliteConnection& connection, std::int64_t newest) {
    if (connection.integer("PRAGMA application_id") != kApplicationId)
        throw SqliteError(SQLITE_NOTADB,
                          "a database of another program; name a file of its own for the ledger");
    const std::int64_t version = connection.integer("PRAGMA user_version");
    if (version > newest)
        throw SqliteError(SQLITE_NOTADB,
                          "written by a newer version (schema " + std::to_string(version) +
                              ", this version knows up to " + std::to_string(newest) +
                              "); install that version or name another file");
    if (version < 1)
        throw SqliteError(SQLITE_NOTADB, "schema " + std::to_string(version) +
                                             " was never released; the file is damaged");
}

// Another process that opens the file in the same moment can hold the lock that the change of mode
// needs, and SQLite does not wait for that one.
std::string set_journal_mode(SqliteConnection& connection) {
    using namespace std::chrono_literals;
    const auto give_up_at = std::chrono::steady_clock::now() + 5s;
    for (;;) {
        try {
            return connection.text("PRAGMA journal_mode=WAL");
        } catch (const SqliteError& error) {
            if (error.code() != SQLITE_BUSY || std::chrono::steady_clock::now() > give_up_at) throw;
        }
        std::this_thread::sleep_for(5ms);
    }
}

// The ledger will hold names and addresses. When another user made the empty file beforehand, its
// permissions are that user's decision: then this changes nothing.
void close_to_others(const std::string& path) {
    std::error_code is_not_ours;
    std::filesystem::permissions(path, std::filesystem::perms::others_all,
                                 std::filesystem::perm_options::remove, is_not_ours);
}

// Another process may have been faster: what counts is what is found inside the transaction.
void take_missing_steps(SqliteConnection& connection, SqliteSteps steps) {
    SEGPAY_FAILPOINT("open.begin");
    connection.execute("BEGIN IMMEDIATE");
    if (is_new(connection))
        connection.execute(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
    else
        check_ours(connection, std::ssize(steps));
    const auto version = static_cast<std::size_t>(connection.integer("PRAGMA user_version"));
    for (const char* step : steps.subspan(version)) {
        connection.execute(step);
        SEGPAY_FAILPOINT("open.step");
    }
    connection.execute(("PRAGMA user_version=" + std::to_string(steps.size())).c_str());
    SEGPAY_FAILPOINT("open.before_commit");
    connection.execute("COMMIT");
    SEGPAY_FAILPOINT("open.after_commit");
}

// A log whose last sync failed is read as if it had not, and Linux never writes again what it
// failed to write: what is committed behind it would be lost with the power. So nothing is: the log
// is written once more and synced, then copied, and it begins anew. Where others are at work there
// was another process that did it, and this one does not wait.
void begin_log_anew(SqliteConnection& connection) {
    const int busy_timeout_ms = connection.set_busy_timeout(0);
    try {
        connection.execute("BEGIN IMMEDIATE");
        connection.rewrite_log();
        connection.execute("COMMIT");
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SqliteError& error) {
        if (error.code() != SQLITE_BUSY) throw;
    }
    connection.set_busy_timeout(busy_timeout_ms);
}

} // namespace

SqliteSteps sqlite_steps() { return kSteps; }

void prepare_ledger_file(SqliteConnection& connection, const std::string& path, SqliteSteps steps) {
    const bool is_file = path != kInMemory;
    if (is_file && connection.is_read_only())
        throw SqliteError(SQLITE_READONLY, "the file cannot be written by this user");
    const bool is_fresh = is_new(connection);
    if (!is_fresh) check_ours(connection, std::ssize(steps));
    if (is_fresh && is_file) close_to_others(path);
    connection.execute("PRAGMA page_size=4096"); // counts for a new file only
    if (const std::string mode = set_journal_mode(connection); is_file && mode != "wal")
        throw SqliteError(SQLITE_ERROR, "no write-ahead log on this file system; use a local disk");
    // SQLite syncs around a copy of the log. The sync that ends a commit is SqliteWriter's, after
    // the lock is free and before anybody hears of a success.
    connection.execute("PRAGMA synchronous=NORMAL");
    connection.execute(
        "PRAGMA secure_delete=FAST"); // a cleared password leaves no bytes in its page
    begin_log_anew(connection);
    if (connection.integer("PRAGMA user_version") != std::ssize(steps))
        take_missing_steps(connection, steps);
    check_ours(connection, std::ssize(steps));
}

} // namespace segpay
