// The tables, the two numbers in the file's header that tell whose file it is, and the pragmas.
#include "ledger/sqlite_schema.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr std::int64_t kApplicationId = 0x53506c67; // "SPlg"

constexpr auto kTables = R"sql(
CREATE TABLE entries(
  sequence        INTEGER PRIMARY KEY, -- grows: entries are never deleted
  key             TEXT NOT NULL,
  state           INTEGER NOT NULL,
  kind            INTEGER,             -- null: a request without a meaning
  purchase_id     TEXT,
  member_id       TEXT,
  transaction_id  TEXT,
  amount_minor    INTEGER,
  currency        TEXT,
  received_at     INTEGER NOT NULL,    -- times: Unix time in milliseconds
  changed_at      INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  attempts_forgiven INTEGER NOT NULL DEFAULT 0, -- those before an operator's last decision
  next_attempt_at INTEGER,             -- null: not pending, or not the first of its purchase
  lease_until     INTEGER NOT NULL DEFAULT 0, -- 0: nobody was handed the entry
  record          TEXT,                -- the event, without its password
  password        BLOB,                -- encrypted; null once settled
  request         TEXT NOT NULL DEFAULT '',
  message         TEXT NOT NULL DEFAULT '',
  decided_by      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX entries_key ON entries(key);
CREATE INDEX entries_pending ON entries(purchase_id) WHERE state = 1;
CREATE INDEX entries_due ON entries(next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX entries_unsettled ON entries(sequence) WHERE state <> 2;
CREATE INDEX entries_purchase ON entries(purchase_id) WHERE purchase_id IS NOT NULL;

CREATE TABLE purchases(
  id                  TEXT PRIMARY KEY,
  opened_by           INTEGER NOT NULL,
  package             INTEGER NOT NULL,
  price_point         INTEGER NOT NULL,
  option              TEXT NOT NULL,
  site                TEXT NOT NULL,
  member_id           TEXT NOT NULL,
  session             TEXT NOT NULL,
  affiliate           TEXT NOT NULL,
  username            TEXT NOT NULL,
  trans_guid          TEXT NOT NULL,
  standin_transaction TEXT NOT NULL,
  has_access          INTEGER NOT NULL,
  renews              INTEGER NOT NULL,
  access_epoch        INTEGER NOT NULL,
  renewal_epoch       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

bool is_new(SqliteConnection& connection) {
    return connection.integer("PRAGMA application_id") == 0 &&
           connection.integer("PRAGMA user_version") == 0 &&
           connection.integer("SELECT COUNT(*) FROM sqlite_schema") == 0;
}

void check_ours(SqliteConnection& connection) {
    if (connection.integer("PRAGMA application_id") != kApplicationId)
        throw SqliteError(SQLITE_NOTADB,
                          "a database of another program; name a file of its own for the ledger");
    const std::int64_t version = connection.integer("PRAGMA user_version");
    if (version > kSchemaVersion)
        throw SqliteError(SQLITE_NOTADB,
                          "written by a newer version (schema " + std::to_string(version) +
                              ", this version knows up to " + std::to_string(kSchemaVersion) +
                              "); install that version or name another file");
    if (version != kSchemaVersion)
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

// The ledger will hold names and addresses. Whoever made the empty file beforehand, as another
// user, has decided about its permissions: then this changes nothing.
void close_to_others(const std::string& path) {
    std::error_code is_not_ours;
    std::filesystem::permissions(path, std::filesystem::perms::others_all,
                                 std::filesystem::perm_options::remove, is_not_ours);
}

void make_tables(SqliteConnection& connection) {
    connection.execute("BEGIN IMMEDIATE");
    if (is_new(connection)) { // and no other process was faster
        connection.execute(kTables);
        connection.execute(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
        connection.execute(("PRAGMA user_version=" + std::to_string(kSchemaVersion)).c_str());
    }
    connection.execute("COMMIT");
}

} // namespace

void prepare_ledger_file(SqliteConnection& connection, const std::string& path) {
    const bool is_file = path != ":memory:";
    if (is_file && connection.is_read_only())
        throw SqliteError(SQLITE_READONLY, "the file cannot be written by this user");
    const bool is_fresh = is_new(connection);
    if (!is_fresh) check_ours(connection);
    if (is_fresh && is_file) close_to_others(path);
    connection.execute("PRAGMA page_size=4096"); // counts for a new file only
    if (const std::string mode = set_journal_mode(connection); is_file && mode != "wal")
        throw SqliteError(SQLITE_ERROR, "no write-ahead log on this file system; use a local disk");
    connection.execute("PRAGMA synchronous=FULL"); // a commit outlives a power cut
    connection.execute(
        "PRAGMA secure_delete=FAST"); // a cleared password leaves no bytes in its page
    if (is_fresh) make_tables(connection);
    check_ours(connection);
}

} // namespace segpay
