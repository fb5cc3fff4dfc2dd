// The tables, step by step from schema to schema. Several may take the same step at once, and a
// change of tables ends a transaction: so every statement can be repeated.
#include "ledger/mariadb/mysql_schema.hpp"

#include "ledger/failpoint.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include <errmsg.h>

namespace segpay {

namespace {

constexpr char kApplication[] = "nats-segpay ledger";

constexpr char kMakeMeta[] = R"sql(
CREATE TABLE IF NOT EXISTS segpay_meta(
  id          TINYINT NOT NULL PRIMARY KEY CHECK (id = 1),
  application VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version     INT NOT NULL             -- of the schema; 0: the tables are being made
) ENGINE=InnoDB
)sql";

// What makes a ledger of one schema into one of the next, a change of tables each. A new one takes
// every step. A step that was released stays as it is. Times are Unix time in milliseconds.
const MysqlStep kSteps[] = {
    // 1
    {
        R"sql(
CREATE TABLE IF NOT EXISTS segpay_entries(
  sequence        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_key       VARBINARY(255) NOT NULL,
  state           TINYINT NOT NULL,          -- EntryState; 0: purged but for its key
  kind            SMALLINT,                  -- null: a request without a meaning
  purchase_id     VARBINARY(255),
  place           BIGINT NOT NULL DEFAULT 0, -- in the order of its purchase
  member_id       BLOB,
  amount_minor    BIGINT,
  currency        VARBINARY(3),
  received_at     BIGINT NOT NULL,
  changed_at      BIGINT NOT NULL,
  attempts        INT UNSIGNED NOT NULL DEFAULT 0, -- pending: those before it was queued
  attempts_forgiven INT UNSIGNED NOT NULL DEFAULT 0, -- those before an operator's last decision
  record          MEDIUMBLOB,                -- the event, without its password
  password        BLOB,                      -- encrypted; null once settled
  request         MEDIUMBLOB NOT NULL,
  message         MEDIUMBLOB NOT NULL,
  decided_by      BLOB NOT NULL,
  UNIQUE KEY entries_key(event_key),
  KEY entries_state(state, received_at),
  KEY entries_purchase(purchase_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4
)sql",
        R"sql(
CREATE TABLE IF NOT EXISTS segpay_queue(
  sequence        BIGINT NOT NULL PRIMARY KEY,
  purchase_id     VARBINARY(255),
  place           BIGINT NOT NULL,
  attempts        INT UNSIGNED NOT NULL,     -- grows with each lease
  next_attempt_at BIGINT,                    -- null: another of the purchase comes first
  lease_until     BIGINT NOT NULL,           -- 0: it is not leased
  owner           BIGINT NOT NULL,           -- to which writer; 0: to none
  KEY queue_purchase(purchase_id, place),
  KEY queue_due(next_attempt_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4
)sql",
        R"sql(
CREATE TABLE IF NOT EXISTS segpay_purchases(
  id        VARBINARY(255) NOT NULL PRIMARY KEY,
  version   BIGINT NOT NULL,                 -- grows with every change of the row
  member_id BLOB NOT NULL,
  username  BLOB NOT NULL,
  opened_by SMALLINT NOT NULL,               -- the kind of the sale; 0: not opened yet
  opened_at BIGINT NOT NULL,
  record    MEDIUMBLOB NOT NULL,             -- all else
  KEY purchases_member(member_id(64), opened_at),
  KEY purchases_username(username(64), opened_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4
)sql",
        R"sql(
CREATE TABLE IF NOT EXISTS segpay_writers(
  writer     BIGINT NOT NULL PRIMARY KEY,
  last       BIGINT NOT NULL,                -- number of its last transaction; < 0: it runs
  written_at BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
)sql",
        R"sql(
CREATE TABLE IF NOT EXISTS segpay_notices(   -- what operators hear of once
  name     VARBINARY(255) NOT NULL PRIMARY KEY,
  noted_at BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
)sql",
    },
};

using Rows = std::vector<std::vector<std::string>>;

Rows names_of_tables(MysqlConnection& connection) {
    return connection.rows(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_name LIKE 'segpay\\_%'");
}

bool is_among(const Rows& rows, std::string_view name) {
    return std::ranges::any_of(rows, [&](const auto& row) { return row.at(0) == name; });
}

[[noreturn]] void refuse(const std::string& why) { throw MysqlError(CR_UNKNOWN_ERROR, why); }

// False: there is no ledger yet. The table that says whose they are is always made first.
bool is_there(MysqlConnection& connection, const std::string& database) {
    const Rows tables = names_of_tables(connection);
    if (is_among(tables, "segpay_meta")) return true;
    if (tables.empty()) return false;
    refuse("database " + database + " has a table " + tables[0].at(0) +
           " of another program; name a database of its own for the ledger");
}

// None: the front end that makes it has not written it yet.
std::optional<int> version_of(MysqlConnection& connection, const std::string& database,
                              std::size_t newest) {
    Rows rows;
    try {
        rows = connection.rows("SELECT application, version FROM segpay_meta WHERE id = 1");
    } catch (const MysqlError& error) {
        if (error.kind() != MysqlError::Kind::other) throw;
        refuse("table segpay_meta of database " + database +
               " is not that of a ledger, or cannot be read: " + error.what());
    }
    if (rows.empty()) return std::nullopt;
    if (rows[0].at(0) != kApplication)
        refuse("table segpay_meta of database " + database +
               " is another program's; name a database of its own for the ledger");
    const int version = std::stoi(rows[0].at(1));
    if (version > static_cast<int>(newest))
        refuse("written by a newer version (schema " + rows[0].at(1) +
               ", this version knows up to " + std::to_string(newest) +
               "); install that version or name another database");
    if (version < 0)
        refuse("schema " + rows[0].at(1) + " was never released; the ledger is damaged");
    return version;
}

// Changes of tables by several at once can be each other's victims.
void repeat(MysqlConnection& connection, const std::string& sql) {
    using namespace std::chrono_literals;
    constexpr int kMaxTries = 10;
    for (int tries = 1;; ++tries) {
        try {
            connection.execute(sql);
            return;
        } catch (const MysqlError& error) {
            if (error.kind() != MysqlError::Kind::conflict || tries == kMaxTries) throw;
        }
        std::this_thread::sleep_for(tries * 10ms);
    }
}

void take_missing_steps(MysqlConnection& connection, int version, MysqlSteps steps) {
    for (std::size_t step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
        for (const char* statement : steps[step]) {
            SEGPAY_FAILPOINT("open.step");
            repeat(connection, statement);
        }
        SEGPAY_FAILPOINT("open.tables_made");
        repeat(connection, "UPDATE segpay_meta SET version = " + std::to_string(step + 1) +
                               " WHERE id = 1 AND version = " + std::to_string(step));
        SEGPAY_FAILPOINT("open.step_taken");
    }
}

} // namespace

MysqlSteps mysql_steps() { return kSteps; }

void prepare_ledger_tables(MysqlConnection& connection, const std::string& database,
                           MysqlSteps steps) {
    SEGPAY_FAILPOINT("open.begin");
    std::optional<int> version;
    if (is_there(connection, database)) version = version_of(connection, database, steps.size());
    if (!version) {
        repeat(connection, kMakeMeta);
        SEGPAY_FAILPOINT("open.meta_made");
        repeat(connection, std::string("INSERT INTO segpay_meta VALUES (1, '") + kApplication +
                               "', 0) ON DUPLICATE KEY UPDATE id = id");
        version = version_of(connection, database, steps.size());
    }
    if (!version) refuse("table segpay_meta of database " + database + " has lost its row");
    take_missing_steps(connection, *version, steps);
}

} // namespace segpay
