// The statements of the SQLite ledger, in the order in which an entry meets them.
//
// States stand as numbers, because a partial index serves only a query that repeats its condition
// literally: 1 pending, 2 settled, 3 dead letter, 4 quarantined, 5 conflict, 6 unknown, 7
// dismissed, 8 released. In the table of entries 1 does not occur: what is pending is in the queue.
#pragma once

#include "ledger/sqlite/sqlite_rows.hpp"

#include <string_view>

namespace segpay {

// Claim: (key), with the columns of StoredEntryColumn; an entry that was purged is settled.
inline constexpr std::string_view kFindStored =
    "SELECT keys.sequence, IIF(queue.sequence IS NULL, IFNULL(entries.state, 2), 1), "
    "keys.purchase_id, amount_minor, currency, next_attempt_at, lease_until "
    "FROM keys LEFT JOIN entries ON entries.sequence = keys.sequence "
    "LEFT JOIN queue ON queue.purchase_id = keys.purchase_id AND queue.sequence = keys.sequence "
    "WHERE keys.key = ?";
// (purchase)
inline constexpr std::string_view kFindQueued = "SELECT 1 FROM queue WHERE purchase_id = ? LIMIT 1";

// In what follows ?1 is the purchase and ?2 the sequence.
#define SEGPAY_IN_QUEUE " WHERE purchase_id = ?1 AND sequence = ?2 "
#define SEGPAY_IS_LEASED SEGPAY_IN_QUEUE "AND attempts = ?3 AND lease_until <> 0"
// At ?4; but behind what was requeued in front of it.
#define SEGPAY_UNLESS_BEHIND                     \
    "IIF(?2 > (SELECT MIN(sequence) FROM queue " \
    "WHERE purchase_id = ?1 AND ?1 <> ''), NULL, ?4), "

// (…, end of the lease)
inline constexpr std::string_view kLease =
    "UPDATE queue SET attempts = attempts + 1, next_attempt_at = ?3, "
    "lease_until = ?3" SEGPAY_IN_QUEUE;
// (…, attempts, now)
inline constexpr std::string_view kEndLease =
    "UPDATE queue SET attempts = attempts - 1, next_attempt_at = " SEGPAY_UNLESS_BEHIND
    "lease_until = 0" SEGPAY_IS_LEASED;
// (…)
inline constexpr std::string_view kDropFromQueue = "DELETE FROM queue" SEGPAY_IN_QUEUE;

// The mark. (…, attempts)
inline constexpr std::string_view kLeaveQueue = "DELETE FROM queue" SEGPAY_IS_LEASED;
// (sequence, state, attempts, message, now): of a dead letter, and of what took its time.
inline constexpr std::string_view kWriteOutcome =
    "UPDATE entries SET state = ?2, attempts = ?3, message = ?4, changed_at = ?5 "
    "WHERE sequence = ?1";
// (sequence)
inline constexpr std::string_view kForgetPassword =
    "UPDATE entries SET password = NULL WHERE sequence = ? AND password IS NOT NULL";
// (…, attempts, next attempt)
inline constexpr std::string_view kStayInQueue =
    "UPDATE queue SET next_attempt_at = " SEGPAY_UNLESS_BEHIND "lease_until = 0" SEGPAY_IS_LEASED;
// (sequence, message)
inline constexpr std::string_view kSetMessage =
    "UPDATE entries SET message = ?2 WHERE sequence = ?1";

#undef SEGPAY_UNLESS_BEHIND
#undef SEGPAY_IS_LEASED
#undef SEGPAY_IN_QUEUE

// The first of a purchase can be leased, unless another one can: (purchase, now).
inline constexpr std::string_view kPromote =
    "UPDATE queue SET next_attempt_at = ?2 WHERE purchase_id = ?1 "
    "AND sequence = (SELECT MIN(sequence) FROM queue WHERE purchase_id = ?1) AND NOT EXISTS "
    "(SELECT 1 FROM queue WHERE purchase_id = ?1 AND next_attempt_at IS NOT NULL)";
// The one that can be leased no longer can, unless it is leased: (purchase, now).
inline constexpr std::string_view kStepBack =
    "UPDATE queue SET next_attempt_at = NULL, lease_until = 0 "
    "WHERE purchase_id = ?1 AND next_attempt_at IS NOT NULL AND lease_until <= ?2";

// Decisions. Of an entry by its key.
#define SEGPAY_BY_KEY "WHERE sequence = (SELECT sequence FROM keys WHERE key = ?1) "

// (key, by, now), then (sequence, when it is due).
inline constexpr std::string_view kRequeueEntry =
    "UPDATE entries SET state = 2, changed_at = ?3, decided_by = ?2, "
    "attempts_forgiven = attempts " SEGPAY_BY_KEY "AND state = 3";
inline constexpr std::string_view kRequeue =
    "INSERT INTO queue(purchase_id, sequence, attempts, next_attempt_at, lease_until) "
    "SELECT purchase_id, sequence, attempts, ?2, 0 FROM entries WHERE sequence = ?1";
// (key, state, by, now)
inline constexpr std::string_view kClose =
    "UPDATE entries SET state = ?2, changed_at = ?4, decided_by = ?3, password = "
    "NULL " SEGPAY_BY_KEY "AND ((state = 3 AND ?2 = 7) OR (state IN (4, 5, 6) AND ?2 IN (7, 8)))";

#undef SEGPAY_BY_KEY

// What is kept for a purchase and not decided: (purchase).
inline constexpr std::string_view kKeptFor =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES
    " WHERE entries.purchase_id = ? AND entries.purchase_id <> '' AND entries.state = 4 "
    "ORDER BY entries.sequence";
// (what, now)
inline constexpr std::string_view kAddNotice =
    "INSERT INTO notices(name, noted_at) VALUES(?, ?) ON CONFLICT(name) DO NOTHING";

// Purge: (before, how many), then by (sequence). The next entry's sequence is reckoned from the
// last one, which stays.
inline constexpr std::string_view kFindOld =
    "SELECT sequence FROM entries INDEXED BY entries_done "
    "WHERE state IN (2, 7, 8) AND received_at < ?1 "
    "AND sequence < (SELECT MAX(sequence) FROM entries) "
    "AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.purchase_id = entries.purchase_id "
    "AND queue.sequence = entries.sequence) LIMIT ?2";
inline constexpr std::string_view kPurge = "DELETE FROM entries WHERE sequence = ?";

} // namespace segpay
