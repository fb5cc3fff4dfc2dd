// The statements of the MariaDB ledger, in the order in which an entry meets them.
//
// States stand as numbers: 0 purged but for its key, 1 pending, 2 settled, 3 dead letter, 4
// quarantined, 5 conflict, 6 unknown, 7 dismissed, 8 released. Whether a change took place is
// known by the number of rows: so each of them changes something whenever its condition holds.
#pragma once

#include "ledger/mariadb/mysql_rows.hpp"

#include <string_view>

namespace segpay::mysql {

// (end of the lease, the same, owner, sequence, not after, now)
inline constexpr std::string_view kLease =
    "UPDATE segpay_queue SET attempts = attempts + 1, next_attempt_at = ?, lease_until = ?, "
    "owner = ? WHERE sequence = ? AND next_attempt_at <= ? AND lease_until <= ?";

// The mark. The lease: (sequence, attempts, owner).
#define SEGPAY_MYSQL_LEASE "WHERE sequence = ? AND attempts = ? AND owner = ? AND lease_until <> 0"
inline constexpr std::string_view kTouchPurchase = // (purchase)
    "UPDATE segpay_purchases SET version = version + 1 WHERE id = ?";
inline constexpr std::string_view kLeaveQueue = // (the lease)
    "DELETE FROM segpay_queue " SEGPAY_MYSQL_LEASE;
inline constexpr std::string_view kStayInQueue = // (next attempt, the lease)
    "UPDATE segpay_queue SET next_attempt_at = ?, lease_until = 0, owner = 0 " SEGPAY_MYSQL_LEASE;
inline constexpr std::string_view kEndLease = // (next attempt, the lease)
    "UPDATE segpay_queue SET attempts = attempts - 1, next_attempt_at = ?, lease_until = 0, "
    "owner = 0 " SEGPAY_MYSQL_LEASE;
#undef SEGPAY_MYSQL_LEASE

inline constexpr std::string_view kDropFromQueue = // (sequence)
    "DELETE FROM segpay_queue WHERE sequence = ?";

// (state, message, attempts, now, state, sequence)
inline constexpr std::string_view kWriteOutcome =
    "UPDATE segpay_entries SET state = ?, message = ?, attempts = ?, changed_at = ?, "
    "password = IF(? = 2, NULL, password) WHERE sequence = ?";
inline constexpr std::string_view kSetMessage = // (message, sequence)
    "UPDATE segpay_entries SET message = ? WHERE sequence = ?";

// The queue that the entry is in, or has just left, as far as it counts: the one that can be
// leased, if there is one, or else the first. (purchase)
inline constexpr std::string_view kFindHead =
    "SELECT sequence, next_attempt_at FROM segpay_queue WHERE purchase_id = ? "
    "ORDER BY next_attempt_at IS NULL, place LIMIT 1";
// (now, sequence)
inline constexpr std::string_view kPromote =
    "UPDATE segpay_queue SET next_attempt_at = ? WHERE sequence = ? AND next_attempt_at IS NULL";
// Behind what was requeued in front of it: (sequence).
inline constexpr std::string_view kGiveWay =
    "UPDATE segpay_queue q JOIN segpay_queue earlier ON earlier.purchase_id = q.purchase_id "
    "AND earlier.place < q.place SET q.next_attempt_at = NULL WHERE q.sequence = ?";
// The one that can be leased no longer can, unless it is leased: (purchase, now).
inline constexpr std::string_view kStepBack =
    "UPDATE segpay_queue SET next_attempt_at = NULL, lease_until = 0, owner = 0 "
    "WHERE purchase_id = ? AND next_attempt_at IS NOT NULL AND lease_until <= ?";

// What is kept for a purchase and not decided: (purchase).
inline constexpr std::string_view kKeptFor =
    "SELECT " SEGPAY_MYSQL_ENTRY_COLUMNS " FROM " SEGPAY_MYSQL_ENTRIES
    " WHERE e.purchase_id = ? AND e.state = 4 ORDER BY e.sequence";
inline constexpr std::string_view kLockEntry = // (key)
    "SELECT state FROM segpay_entries WHERE event_key = ? AND state <> 0 FOR UPDATE";
inline constexpr std::string_view kAddNotice = // (what, now)
    "INSERT INTO segpay_notices(name, noted_at) VALUES(?, ?) "
    "ON DUPLICATE KEY UPDATE name = name";

// Decisions: (by, now, key), then (due, sequence); (state, now, by, key, state, state).
inline constexpr std::string_view kRequeueEntry =
    "UPDATE segpay_entries SET state = 1, decided_by = ?, changed_at = ?, "
    "attempts_forgiven = attempts WHERE event_key = ? AND state = 3";
inline constexpr std::string_view kRequeue =
    "INSERT INTO segpay_queue(sequence, purchase_id, place, attempts, next_attempt_at, "
    "lease_until, owner) SELECT sequence, purchase_id, place, attempts, ?, 0, 0 "
    "FROM segpay_entries WHERE sequence = ?";
inline constexpr std::string_view kClose =
    "UPDATE segpay_entries SET state = ?, changed_at = ?, decided_by = ?, password = NULL "
    "WHERE event_key = ? AND ((state = 3 AND ? = 7) OR (state IN (4, 5, 6) AND ? IN (7, 8)))";

// Purge: (before, how many), then by (sequence). What is done with keeps its row and its key, in a
// state of its own.
inline constexpr std::string_view kFindOld =
    "SELECT sequence FROM segpay_entries "
    "WHERE state IN (2, 7, 8) AND received_at < ? LIMIT ?";
inline constexpr std::string_view kPurge =
    "UPDATE segpay_entries SET state = 0, record = NULL, password = NULL, request = '', "
    "message = '', decided_by = '', member_id = NULL WHERE sequence = ? AND state IN (2, 7, 8)";

} // namespace segpay::mysql
