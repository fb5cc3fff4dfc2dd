// The statements of the MariaDB ledger, in the order in which an entry meets them.
//
// States stand as numbers: 0 forgotten but for its key, 1 pending, 2 settled, 3 dead letter, 4
// quarantined, 5 conflict, 6 unknown, 7 dismissed, 8 released. Whether a change took place is told
// by the number of rows: so each of them changes something whenever its condition holds.
#pragma once

#include "ledger/mariadb/mysql_rows.hpp"

#include <string_view>

namespace segpay::mysql {

// Claim: (purchase), (purchase), (key).
inline constexpr std::string_view kFindPurchase =
    "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS " FROM segpay_purchases WHERE id = ?";
inline constexpr std::string_view kLockPurchase =
    "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS " FROM segpay_purchases WHERE id = ? FOR UPDATE";
inline constexpr std::string_view kFindByKey =
    "SELECT e.sequence, e.state, e.purchase_id, e.amount_minor, e.currency, q.next_attempt_at, "
    "q.lease_until FROM " SEGPAY_MYSQL_ENTRIES " WHERE e.event_key = ?";

// (sequence, purchase, place, attempts, next attempt, end of the lease, owner)
inline constexpr std::string_view kQueue =
    "INSERT INTO segpay_queue(sequence, purchase_id, place, attempts, next_attempt_at, "
    "lease_until, owner) VALUES(?, ?, ?, ?, ?, ?, ?)";

// What can be handed out: of a purchase (purchase, now), of all (now).
inline constexpr std::string_view kFindNext =
    "SELECT sequence FROM segpay_queue WHERE purchase_id = ? AND next_attempt_at <= ? LIMIT 1";
inline constexpr std::string_view kFindDue =
    "SELECT sequence FROM segpay_queue WHERE next_attempt_at <= ? "
    "ORDER BY next_attempt_at, sequence LIMIT 1";

// (end of the lease, the same, owner, sequence, not before, now)
inline constexpr std::string_view kHandOut =
    "UPDATE segpay_queue SET attempts = attempts + 1, next_attempt_at = ?, lease_until = ?, "
    "owner = ? WHERE sequence = ? AND next_attempt_at <= ? AND lease_until <= ?";
inline constexpr std::string_view kReadBySequence =
    "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES " WHERE e.sequence = ?";

// The mark. The lease: (sequence, attempts, owner).
#define SEGPAY_MYSQL_LEASE "WHERE sequence = ? AND attempts = ? AND owner = ? AND lease_until <> 0"
inline constexpr std::string_view kTouchPurchase = // (purchase)
    "UPDATE segpay_purchases SET version = version + 1 WHERE id = ?";
inline constexpr std::string_view kLeaveQueue = // (the lease)
    "DELETE FROM segpay_queue " SEGPAY_MYSQL_LEASE;
inline constexpr std::string_view kStayInQueue = // (next attempt, the lease)
    "UPDATE segpay_queue SET next_attempt_at = ?, lease_until = 0, owner = 0 " SEGPAY_MYSQL_LEASE;
inline constexpr std::string_view kGiveBack = // (next attempt, the lease)
    "UPDATE segpay_queue SET attempts = attempts - 1, next_attempt_at = ?, lease_until = 0, "
    "owner = 0 " SEGPAY_MYSQL_LEASE;
#undef SEGPAY_MYSQL_LEASE

// (state, message, attempts, now, state, sequence)
inline constexpr std::string_view kSettle =
    "UPDATE segpay_entries SET state = ?, message = ?, attempts = ?, changed_at = ?, "
    "password = IF(? = 2, NULL, password) WHERE sequence = ?";
inline constexpr std::string_view kSetMessage = // (message, sequence)
    "UPDATE segpay_entries SET message = ? WHERE sequence = ?";

// The queue that the entry is in, or has just left, as far as it counts: the one that can be handed
// out, if there is one, or else the first. (purchase)
inline constexpr std::string_view kFindHead =
    "SELECT sequence, next_attempt_at FROM segpay_queue WHERE purchase_id = ? "
    "ORDER BY next_attempt_at IS NULL, place LIMIT 1";
// (now, sequence)
inline constexpr std::string_view kCallUp =
    "UPDATE segpay_queue SET next_attempt_at = ? WHERE sequence = ? AND next_attempt_at IS NULL";
// Waits again when a dead letter was revived in front of it meanwhile: (sequence).
inline constexpr std::string_view kGiveWay =
    "UPDATE segpay_queue q JOIN segpay_queue earlier ON earlier.purchase_id = q.purchase_id "
    "AND earlier.place < q.place SET q.next_attempt_at = NULL WHERE q.sequence = ?";
// The one that can be handed out no longer can, unless it is being delivered: (purchase, now).
inline constexpr std::string_view kStepBack =
    "UPDATE segpay_queue SET next_attempt_at = NULL, lease_until = 0, owner = 0 "
    "WHERE purchase_id = ? AND next_attempt_at IS NOT NULL AND lease_until <= ?";
inline constexpr std::string_view kPlaceOf = // (sequence)
    "SELECT purchase_id, place, attempts FROM segpay_entries WHERE sequence = ?";

// (member, how many). The order of the second index.
inline constexpr std::string_view kPurchasesOf =
    "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS
    " FROM segpay_purchases WHERE member_id = ? AND member_id <> '' AND opened_by <> 0 "
    "ORDER BY opened_at DESC, id DESC LIMIT ?";

// (user name, how many). The third index.
inline constexpr std::string_view kPurchasesNamed =
    "SELECT " SEGPAY_MYSQL_PURCHASE_COLUMNS
    " FROM segpay_purchases WHERE username = ? AND username <> '' "
    "ORDER BY opened_at DESC, id DESC LIMIT ?";

inline constexpr std::string_view kWaiting =
    "SELECT COUNT(*), MIN(next_attempt_at) FROM segpay_queue";

// What is kept for a purchase and not decided: (purchase).
inline constexpr std::string_view kKeptFor =
    "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
    " WHERE e.purchase_id = ? AND e.state = 4 ORDER BY e.sequence";
inline constexpr std::string_view kLockEntry = // (key)
    "SELECT state FROM segpay_entries WHERE event_key = ? AND state <> 0 FOR UPDATE";
inline constexpr std::string_view kNotice = // (what, now)
    "INSERT INTO segpay_notices(name, told_at) VALUES(?, ?) "
    "ON DUPLICATE KEY UPDATE name = name";

// Decisions: (by, now, key), (state, now, by, key, state, state).
inline constexpr std::string_view kRevive =
    "UPDATE segpay_entries SET state = 1, decided_by = ?, changed_at = ?, "
    "attempts_forgiven = attempts WHERE event_key = ? AND state = 3";
inline constexpr std::string_view kClose =
    "UPDATE segpay_entries SET state = ?, changed_at = ?, decided_by = ?, password = NULL "
    "WHERE event_key = ? AND ((state = 3 AND ? = 7) OR (state IN (4, 5, 6) AND ? IN (7, 8)))";

inline constexpr std::string_view kReadByKey =
    "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
    " WHERE e.event_key = ? AND e.state <> 0";
// All about one transaction: (stem, stem and the last ASCII character), by the index of the keys.
inline constexpr std::string_view kReadByStem =
    "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
    " WHERE e.event_key > ? AND e.event_key < ? ORDER BY e.event_key";

// Upkeep: (state, how many), (state, last sequence, before).
inline constexpr std::string_view kFindOldest =
    "SELECT sequence, received_at FROM segpay_entries WHERE state = ? ORDER BY sequence LIMIT ?";
inline constexpr std::string_view kForget =
    "UPDATE segpay_entries SET state = 0, record = NULL, password = NULL, request = '', "
    "message = '', decided_by = '', member_id = NULL WHERE state = ? AND sequence <= ? "
    "AND received_at < ?";

} // namespace segpay::mysql
