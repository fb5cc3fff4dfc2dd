// The tables, step by step from schema to schema, the two numbers in the file's header that tell
// whose file it is, and the pragmas.
#include "ledger/sqlite/sqlite_schema.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/ledger.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <sqlite3.h>

namespace segpay {

namespace {

constexpr std::int64_t kApplicationId = 0x53506c67; // "SPlg"

// What makes a ledger of one schema into one of the next. A new file takes every step, so that it
// is no other than one that grew old. What was released stays as it is.
constexpr std::array kSteps = {
    // 1: the inbox and the memory.
    R"sql(
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
)sql",

    // 2: when a purchase was opened, paid and ended, and for whom. Older entries still tell it, by
    // the time at which they came; card types are in their records alone and stay unknown. Numbers
    // of kinds are those of EventKind; an entry with a request was kept, and taught nothing.
    R"sql(
ALTER TABLE purchases ADD COLUMN opening_transaction TEXT NOT NULL DEFAULT '';
ALTER TABLE purchases ADD COLUMN partner TEXT NOT NULL DEFAULT '';
ALTER TABLE purchases ADD COLUMN card_type TEXT NOT NULL DEFAULT '';
ALTER TABLE purchases ADD COLUMN opened_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purchases ADD COLUMN converted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purchases ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purchases ADD COLUMN is_unpaid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purchases ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
ALTER TABLE purchases DROP COLUMN standin_transaction; -- the entries tell it

UPDATE purchases SET
  opening_transaction = IFNULL((
    SELECT transaction_id FROM entries
    WHERE purchase_id = purchases.id AND kind = opened_by AND request = ''
    ORDER BY sequence LIMIT 1), ''),
  opened_at = IFNULL((
    SELECT MIN(received_at) FROM entries
    WHERE purchase_id = purchases.id AND kind = opened_by AND request = ''), 0),
  converted_at = IFNULL((
    SELECT MIN(received_at) FROM entries
    WHERE purchase_id = purchases.id AND kind IN (7, 10) AND request = ''), 0),
  ended_at = IIF(has_access, 0, IFNULL((
    SELECT MAX(received_at) FROM entries
    WHERE purchase_id = purchases.id AND kind = 21 AND request = ''), 0));

UPDATE purchases SET is_unpaid = IFNULL((
  SELECT kind NOT IN (17, 18) FROM entries
  WHERE purchase_id = purchases.id AND request = '' AND (
    (kind = 19 AND transaction_id = opening_transaction) OR
    (kind IN (13, 15, 16, 17, 18) AND instr(
      '&' || record || '&', '&related_transaction_id=' || opening_transaction || '&')) OR
    (kind IN (17, 18) AND NOT instr('&' || record, '&related_transaction_id=')))
  ORDER BY sequence DESC LIMIT 1), 0)
WHERE opening_transaction <> '';

CREATE INDEX purchases_member ON purchases(member_id, opened_at)
  WHERE member_id <> '' AND opened_by <> 0;
)sql",

    // 3: what is on its way stands apart, and an entry is written once. The keys stand apart, too:
    // they stay when the rest of an entry is forgotten.
    R"sql(
CREATE TABLE keys(
  key          TEXT PRIMARY KEY,
  sequence     INTEGER NOT NULL, -- of its entry, which may be forgotten
  purchase_id  TEXT NOT NULL,    -- '': none
  amount_minor INTEGER,
  currency     TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO keys
  SELECT key, sequence, IFNULL(purchase_id, ''), amount_minor, currency FROM entries ORDER BY key;

CREATE TABLE queue(
  purchase_id     TEXT NOT NULL, -- '': of none; then nothing comes before it or after it
  sequence        INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  next_attempt_at INTEGER,          -- null: not the first of its purchase
  lease_until     INTEGER NOT NULL, -- 0: nobody was handed the entry
  is_waiting      INTEGER NOT NULL, -- 0: handed out, and not looked at since
  password        BLOB,             -- encrypted
  PRIMARY KEY(purchase_id, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO queue
  SELECT IFNULL(purchase_id, ''), sequence, attempts, next_attempt_at, lease_until, 1, password
  FROM entries WHERE state = 1;
CREATE INDEX queue_due ON queue(next_attempt_at) WHERE is_waiting = 1;

ALTER TABLE entries RENAME TO old_entries;
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
  password        BLOB,                -- of a dead letter and of a kept request: encrypted
  request         TEXT NOT NULL DEFAULT '',
  message         TEXT NOT NULL DEFAULT '',
  decided_by      TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO entries
  SELECT sequence, key, IIF(state = 1, 2, state), kind, IFNULL(purchase_id, ''),
    IFNULL(member_id, ''), received_at, changed_at, attempts, attempts_forgiven, record,
    IIF(state = 1, NULL, password), request, message, decided_by
  FROM old_entries ORDER BY sequence;
DROP TABLE old_entries; -- and its indexes
CREATE INDEX entries_unsettled ON entries(sequence) WHERE state <> 2;

CREATE TABLE purchase_entries(
  purchase_id TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  PRIMARY KEY(purchase_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE upkeep( -- one row
  indexed_up_to   INTEGER NOT NULL, -- in purchase_entries
  forgotten_up_to INTEGER NOT NULL  -- whatever is old enough
) STRICT;
INSERT INTO upkeep VALUES(0, 0);
)sql",

    // 4: what was handed out as it was claimed stands in one row. Of a purchase what nobody looks
    // for is packed, as sqlite_rows.cpp packs it.
    R"sql(
CREATE TABLE handed_out( -- one row
  version     INTEGER NOT NULL, -- grows with each change
  size        INTEGER NOT NULL, -- how many
  lease_until INTEGER NOT NULL, -- the end of the first of their leases; 0: there is none
  entries     TEXT NOT NULL     -- packed: sequence, end of its lease, purchase
) STRICT;
INSERT INTO handed_out VALUES(0, 0, 0, '');

ALTER TABLE purchases RENAME TO old_purchases;
CREATE TABLE purchases(
  id        TEXT PRIMARY KEY,
  member_id TEXT NOT NULL,    -- '': not known
  opened_by INTEGER NOT NULL, -- the kind of the sale; 0: not opened yet
  opened_at INTEGER NOT NULL,
  memory    TEXT NOT NULL     -- packed
) STRICT, WITHOUT ROWID;
INSERT INTO purchases
  SELECT id, member_id, opened_by, opened_at,
    package || ',' || price_point || ',' || has_access || ',' || renews || ',' ||
    access_epoch || ',' || renewal_epoch || ',' || converted_at || ',' || ended_at || ',' ||
    is_unpaid || ',' ||
    length(CAST(option AS BLOB)) || ':' || option ||
    length(CAST(site AS BLOB)) || ':' || site ||
    length(CAST(session AS BLOB)) || ':' || session ||
    length(CAST(affiliate AS BLOB)) || ':' || affiliate ||
    length(CAST(username AS BLOB)) || ':' || username ||
    length(CAST(trans_guid AS BLOB)) || ':' || trans_guid ||
    length(CAST(opening_transaction AS BLOB)) || ':' || opening_transaction ||
    length(CAST(partner AS BLOB)) || ':' || partner ||
    length(CAST(card_type AS BLOB)) || ':' || card_type ||
    length(CAST(held_by AS BLOB)) || ':' || held_by
  FROM old_purchases ORDER BY id;
DROP TABLE old_purchases; -- and its index
CREATE INDEX purchases_member ON purchases(member_id, opened_at)
  WHERE member_id <> '' AND opened_by <> 0;
)sql",

    // 5: what was not answered with success is packed behind all else; and what operators are told
    // once.
    R"sql(
UPDATE purchases SET memory = memory || '0:';
CREATE TABLE notices(
  name    TEXT PRIMARY KEY,
  told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",

    // 6: whose user name it is. In the memory it stands behind nine numbers and four texts.
    R"sql(
CREATE TABLE usernames(
  username    TEXT NOT NULL, -- never empty
  purchase_id TEXT NOT NULL,
  PRIMARY KEY(username, purchase_id)
) STRICT, WITHOUT ROWID;
INSERT INTO usernames
  SELECT username, id FROM (
    SELECT id, (
      WITH RECURSIVE walk(step, rest) AS (
        SELECT 0, CAST(memory AS BLOB)
        UNION ALL
        SELECT step + 1, IIF(step < 9,
          substr(rest, instr(rest, x'2C') + 1),
          substr(rest, instr(rest, x'3A') + 1 +
            CAST(CAST(substr(rest, 1, instr(rest, x'3A') - 1) AS TEXT) AS INTEGER)))
        FROM walk WHERE step < 13)
      SELECT CAST(substr(rest, instr(rest, x'3A') + 1,
        CAST(CAST(substr(rest, 1, instr(rest, x'3A') - 1) AS TEXT) AS INTEGER)) AS TEXT)
      FROM walk WHERE step = 13) AS username
    FROM purchases)
  WHERE username <> '';
)sql"};
static_assert(kSteps.size() == kSchemaVersion);

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

// The ledger will hold names and addresses. Whoever made the empty file beforehand, as another
// user, has decided about its permissions: then this changes nothing.
void close_to_others(const std::string& path) {
    std::error_code is_not_ours;
    std::filesystem::permissions(path, std::filesystem::perms::others_all,
                                 std::filesystem::perm_options::remove, is_not_ours);
}

// Another process may have been faster: what counts is what is found inside the transaction.
void take_missing_steps(SqliteConnection& connection) {
    SEGPAY_FAILPOINT("open.begin");
    connection.execute("BEGIN IMMEDIATE");
    if (is_new(connection))
        connection.execute(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
    else
        check_ours(connection);
    const auto version = static_cast<std::size_t>(connection.integer("PRAGMA user_version"));
    for (std::size_t step = version; step < kSteps.size(); ++step) {
        connection.execute(kSteps[step]);
        SEGPAY_FAILPOINT("open.step");
    }
    connection.execute(("PRAGMA user_version=" + std::to_string(kSchemaVersion)).c_str());
    SEGPAY_FAILPOINT("open.before_commit");
    connection.execute("COMMIT");
    SEGPAY_FAILPOINT("open.after_commit");
}

// A log whose last sync failed is read as if it had not, and Linux never writes again what it
// failed to write: what is committed behind it would be lost with the power. So nothing is: the log
// is written once more and synced, then copied, and it begins anew. Where others are at work there
// was somebody before us who did it, and nobody waits.
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

void prepare_ledger_file(SqliteConnection& connection, const std::string& path) {
    const bool is_file = path != kInMemory;
    if (is_file && connection.is_read_only())
        throw SqliteError(SQLITE_READONLY, "the file cannot be written by this user");
    const bool is_fresh = is_new(connection);
    if (!is_fresh) check_ours(connection);
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
    if (connection.integer("PRAGMA user_version") != kSchemaVersion) take_missing_steps(connection);
    check_ours(connection);
}

} // namespace segpay
