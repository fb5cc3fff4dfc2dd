// The host's tables. Ids of subscriptions and transactions are written as NATS writes them, with
// the biller's name in front: SEGPAY:26346680. Money is in minor units, time is Unix seconds.
#include "schema.hpp"

#include <stdexcept>
#include <string>

namespace nats_host {
namespace {

constexpr int kVersion = 4;

constexpr const char* kTables = R"sql(
CREATE TABLE sites (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('membership', 'token'))
);

CREATE TABLE join_options (
    id             TEXT PRIMARY KEY,
    site           TEXT NOT NULL REFERENCES sites (id),
    position       INTEGER NOT NULL, -- in lists
    name           TEXT NOT NULL,
    price          TEXT NOT NULL,    -- as customers read it; the biller has the charge
    initial_days   INTEGER NOT NULL, -- 0: access has no end of its own
    recurring_days INTEGER NOT NULL, -- 0: does not renew
    tokens         INTEGER NOT NULL,
    chooses_price  INTEGER NOT NULL  -- 1: the customer names the amount
);

-- One login at one site. A customer of two sites is two members, the later one with a parent.
-- `pending` is a sign-up without a payment; it reserves no user name.
CREATE TABLE members (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site          TEXT NOT NULL REFERENCES sites (id),
    parent_member INTEGER REFERENCES members (id),
    foreign_id    TEXT,    -- the id in the biller's events, when this host did not give it
    partner       TEXT,    -- the merchant who gave it, and through whom this one came
    -- Not IN: SQLite would fill a table with the three of them for each row that it writes.
    status        TEXT NOT NULL CHECK (status = 'pending' OR status = 'active' OR status = 'ended'),
    username      TEXT COLLATE NOCASE,
    password      TEXT,    -- a hash, see secrets.hpp
    email         TEXT,
    name          TEXT,
    session       TEXT,    -- of tracking, as put on the link
    nats_code     TEXT,    -- as it came with the visitor
    affiliate     TEXT,    -- that is credited
    tokens        INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
);
CREATE UNIQUE INDEX members_username ON members (username, site) WHERE status <> 'pending';
CREATE INDEX members_parent ON members (parent_member) WHERE parent_member IS NOT NULL;
CREATE INDEX members_foreign ON members (foreign_id) WHERE foreign_id IS NOT NULL;

-- A purchase of the biller at one site. Access and renewal are facts of the subscription; a member
-- is active while one of theirs has access. NULL: unknown yet. One purchase can serve two
-- sites: tokens bought by one click with the card of a one-time purchase come under its id.
CREATE TABLE subscriptions (
    number     INTEGER PRIMARY KEY,
    id         TEXT NOT NULL,
    site       TEXT REFERENCES sites (id),
    member     INTEGER REFERENCES members (id),
    option     TEXT,
    access     INTEGER,
    renewing   INTEGER,
    trial      INTEGER,
    paid_until INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (id, site)
);
CREATE INDEX subscriptions_member ON subscriptions (member);

-- The applied events, one row each. A row is also an idempotency key: the effect of the
-- event is in the tables above, because both were committed together.
CREATE TABLE applied_events (
    number         INTEGER PRIMARY KEY, -- order of arrival here
    key            TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL,
    subscription   TEXT,    -- subscriptions.id
    transaction_id TEXT,    -- a stand-in sale and its decline share one
    member         INTEGER REFERENCES members (id),
    access         INTEGER, -- 1: this event opened access, 0: it ended it, NULL: neither
    reason_code    TEXT,    -- why declined, refunded, cancelled
    reason_text    TEXT,
    reason_family  TEXT,
    redelivery     INTEGER NOT NULL,
    occurred_at    INTEGER NOT NULL,
    applied_at     INTEGER NOT NULL,
    -- The event's money; direction is NULL when there is none.
    related        TEXT,    -- the transaction that is taken back
    sale           TEXT,    -- transaction that sold tokens, or that is taken back
    site           TEXT,
    amount_minor   INTEGER, -- NULL: the biller did not say
    currency       TEXT,
    exponent       INTEGER,
    direction      INTEGER, -- of the money: 1 in, -1 back, 0 declined
    approved       INTEGER NOT NULL,
    test           INTEGER NOT NULL,
    standin        INTEGER NOT NULL,
    tokens_sold    INTEGER NOT NULL, -- that belong to this sale
    tokens         INTEGER NOT NULL  -- by which this row changed the member's
);
CREATE INDEX applied_events_member ON applied_events (member);
CREATE INDEX applied_events_sale ON applied_events (sale) WHERE sale IS NOT NULL;
CREATE INDEX applied_events_of_nobody ON applied_events (subscription) WHERE member IS NULL;

-- The events with money. Income is the sum of amount_minor over rows that are approved and
-- no test: what is taken back is negative, what was declined is not approved.
CREATE VIEW transactions AS
    SELECT number AS event, key, transaction_id AS id, related, subscription, member, site, kind,
        amount_minor, currency, exponent, direction, approved, test, standin, tokens_sold, tokens,
        occurred_at, reason_code, reason_text, reason_family
    FROM applied_events WHERE direction IS NOT NULL;
)sql";

std::int64_t schema_version(Connection& db) {
    Rows rows = db.query("PRAGMA user_version");
    return rows.next() ? rows.integer(0) : 0;
}

} // namespace

void prepare_schema(Database& database) {
    database.write([](Connection& db) {
        const std::int64_t version = schema_version(db);
        if (version == kVersion) return;
        if (version != 0)
            throw std::runtime_error("host.sqlite has schema version " + std::to_string(version) +
                                     ", this nats-host knows only " + std::to_string(kVersion) +
                                     "; give it another folder with --data");
        db.script(kTables + ("PRAGMA user_version = " + std::to_string(kVersion)));
    });
}

} // namespace nats_host
