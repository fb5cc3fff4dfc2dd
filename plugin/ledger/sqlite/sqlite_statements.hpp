// The statements of the SQLite ledger, in the order in which an entry meets them.
//
// States stand as numbers, because a partial index serves only a query that repeats its condition
// literally: 1 pending, 2 settled, 3 dead letter, 4 quarantined, 5 conflict, 6 unknown, 7
// dismissed, 8 released. In the table of entries 1 does not occur: what is pending is in the queue,
// or handed out; who asks for it by state has it moved to the queue first.
#pragma once

#include "ledger/sqlite/sqlite_rows.hpp"

#include <string_view>

namespace segpay {

// Claim: (purchase), (key).
inline constexpr std::string_view kFindQueued = "SELECT 1 FROM queue WHERE purchase_id = ? LIMIT 1";
inline constexpr std::string_view kFindByKey =
    "SELECT keys.sequence, IIF(queue.sequence IS NULL, IFNULL(entries.state, 2), 1), "
    "keys.purchase_id, amount_minor, currency, next_attempt_at, lease_until "
    "FROM keys LEFT JOIN entries ON entries.sequence = keys.sequence "
    "LEFT JOIN queue ON queue.purchase_id = keys.purchase_id AND queue.sequence = keys.sequence "
    "WHERE keys.key = ?";

// What can be handed out: of a purchase (purchase, now), of all (now). Purchase and sequence.
inline constexpr std::string_view kFindNext =
    "SELECT purchase_id, sequence FROM queue WHERE purchase_id = ? AND next_attempt_at <= ? "
    "LIMIT 1";
inline constexpr std::string_view kFindDue =
    "SELECT purchase_id, sequence FROM queue INDEXED BY queue_due "
    "WHERE is_waiting = 1 AND next_attempt_at <= ? ORDER BY next_attempt_at, sequence LIMIT 1";

// The leases that have ended: (now). They can be handed out again; until that happens, who held
// one can still settle.
inline constexpr std::string_view kFirstLeaseEnd =
    "SELECT MIN(lease_until) FROM (SELECT lease_until FROM queue WHERE is_waiting = 0 "
    "UNION ALL SELECT lease_until FROM handed_out WHERE size > 0)";
inline constexpr std::string_view kEndLeases =
    "UPDATE queue SET is_waiting = 1 WHERE is_waiting = 0 AND lease_until <= ?";

// In what follows ?1 is the purchase and ?2 the sequence.
#define SEGPAY_IN_QUEUE " WHERE purchase_id = ?1 AND sequence = ?2 "
#define SEGPAY_IS_LEASED SEGPAY_IN_QUEUE "AND attempts = ?3 AND lease_until <> 0"

// (…, end of the lease)
inline constexpr std::string_view kHandOut =
    "UPDATE queue SET attempts = attempts + 1, next_attempt_at = ?3, lease_until = ?3, "
    "is_waiting = 0" SEGPAY_IN_QUEUE;
inline constexpr std::string_view kReadBySequence =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES " WHERE entries.sequence = ?";

// Settle: (…, attempts).
inline constexpr std::string_view kTakeOut = "DELETE FROM queue" SEGPAY_IS_LEASED;
// (…, attempts, next attempt)
inline constexpr std::string_view kPutOff =
    "UPDATE queue SET next_attempt_at = ?4, lease_until = 0, is_waiting = 1" SEGPAY_IS_LEASED;
// (sequence, message)
inline constexpr std::string_view kTellWhy = "UPDATE entries SET message = ?2 WHERE sequence = ?1";
// (sequence, attempts, now)
inline constexpr std::string_view kTellHowItWent =
    "UPDATE entries SET attempts = ?2, message = '', changed_at = ?3 WHERE sequence = ?1";
// The first half of becoming a dead letter; the other is kTakeOut: (…, attempts, message, now).
inline constexpr std::string_view kBury =
    "UPDATE entries SET state = 3, attempts = ?3, message = ?4, changed_at = ?5, "
    "password = (SELECT password FROM queue" SEGPAY_IN_QUEUE
    ") "
    "WHERE sequence = ?2 AND EXISTS(SELECT 1 FROM queue" SEGPAY_IS_LEASED ")";

// (…, attempts, now)
inline constexpr std::string_view kGiveBack =
    "UPDATE queue SET attempts = attempts - 1, next_attempt_at = ?4, lease_until = 0, "
    "is_waiting = 1" SEGPAY_IS_LEASED;

#undef SEGPAY_IS_LEASED

// Waits again when a dead letter was revived in front of it meanwhile: (…).
inline constexpr std::string_view kGiveWay =
    "UPDATE queue SET next_attempt_at = NULL" SEGPAY_IN_QUEUE
    "AND ?2 > (SELECT MIN(sequence) FROM queue "
    "WHERE purchase_id = ?1)";

#undef SEGPAY_IN_QUEUE

// The first of a purchase becomes the one that can be handed out, unless there is one:
// (purchase, now).
inline constexpr std::string_view kCallUp =
    "UPDATE queue SET next_attempt_at = ?2 WHERE purchase_id = ?1 "
    "AND sequence = (SELECT MIN(sequence) FROM queue WHERE purchase_id = ?1) AND NOT EXISTS "
    "(SELECT 1 FROM queue WHERE purchase_id = ?1 AND next_attempt_at IS NOT NULL)";

// The one that can be handed out no longer can, unless it is being delivered: (purchase, now).
inline constexpr std::string_view kStepBack =
    "UPDATE queue SET next_attempt_at = NULL, lease_until = 0, is_waiting = 1 "
    "WHERE purchase_id = ?1 AND next_attempt_at IS NOT NULL AND lease_until <= ?2";

// (member, how many; negative: all). The conditions are those of the index.
inline constexpr std::string_view kPurchasesOf =
    "SELECT " SEGPAY_PURCHASE_COLUMNS
    " FROM purchases INDEXED BY purchases_member "
    "WHERE member_id = ? AND member_id <> '' AND opened_by <> 0 "
    "ORDER BY opened_at DESC, id DESC LIMIT ?";

// (user name, how many; negative: all)
inline constexpr std::string_view kPurchasesNamed =
    "SELECT " SEGPAY_PURCHASE_COLUMNS
    " FROM purchases WHERE id IN (SELECT purchase_id FROM usernames WHERE username = ?) "
    "ORDER BY opened_at DESC, id DESC LIMIT ?";

inline constexpr std::string_view kIsHandedOut = "SELECT size > 0 FROM handed_out";
// (now)
inline constexpr std::string_view kHasEndedLease =
    "SELECT 1 FROM handed_out WHERE size > 0 AND lease_until <= ?";
inline constexpr std::string_view kCountPending =
    "SELECT COUNT(*) + (SELECT size FROM handed_out) FROM queue";
inline constexpr std::string_view kFirstDue =
    "SELECT MIN(due) FROM (SELECT next_attempt_at AS due FROM queue "
    "UNION ALL SELECT lease_until FROM handed_out WHERE size > 0)";

// Decisions. Of an entry by its key.
#define SEGPAY_BY_KEY "WHERE sequence = (SELECT sequence FROM keys WHERE key = ?1) "

// Reviving: (key, by, now), then by (sequence, when it is due) and (sequence).
inline constexpr std::string_view kRevive =
    "UPDATE entries SET state = 2, changed_at = ?3, decided_by = ?2, "
    "attempts_forgiven = attempts " SEGPAY_BY_KEY "AND state = 3 RETURNING sequence";
inline constexpr std::string_view kPutBack =
    "INSERT INTO queue(purchase_id, sequence, attempts, next_attempt_at, lease_until, is_waiting, "
    "password) SELECT purchase_id, sequence, attempts, ?2, 0, 1, password FROM entries "
    "WHERE sequence = ?1";
inline constexpr std::string_view kForgetPassword =
    "UPDATE entries SET password = NULL WHERE sequence = ?";
// (key, state, by, now)
inline constexpr std::string_view kClose =
    "UPDATE entries SET state = ?2, changed_at = ?4, decided_by = ?3, password = "
    "NULL " SEGPAY_BY_KEY "AND ((state = 3 AND ?2 = 7) OR (state IN (4, 5, 6) AND ?2 IN (7, 8)))";

#undef SEGPAY_BY_KEY

inline constexpr std::string_view kReadByKey =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM " SEGPAY_ENTRIES
    " WHERE entries.sequence = (SELECT sequence FROM keys WHERE key = ?)";
// All about one transaction: (stem, stem and the last ASCII character).
inline constexpr std::string_view kReadByStem =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM keys JOIN " SEGPAY_ENTRIES
    " WHERE entries.sequence = keys.sequence AND keys.key > ? AND keys.key < ? ORDER BY keys.key";

} // namespace segpay
