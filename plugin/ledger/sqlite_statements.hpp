// The statements of the SQLite ledger, in the order in which an entry meets them.
//
// States stand as numbers, because a partial index serves only a query that repeats its condition
// literally: 1 pending, 2 settled, 3 dead letter, 4 quarantined, 5 conflict, 6 unknown, 7
// dismissed, 8 released.
#pragma once

#include "ledger/sqlite_rows.hpp"

#include <string_view>

namespace segpay {

// Claim: (purchase), (purchase), (key).
inline constexpr std::string_view kFindPurchase =
    "SELECT " SEGPAY_PURCHASE_COLUMNS " FROM purchases WHERE id = ?";
inline constexpr std::string_view kFindQueued =
    "SELECT 1 FROM entries INDEXED BY entries_pending WHERE state = 1 AND purchase_id = ? LIMIT 1";
inline constexpr std::string_view kFindByKey =
    "SELECT sequence, state, purchase_id, amount_minor, currency, next_attempt_at, lease_until "
    "FROM entries WHERE key = ?";

// What can be handed out: of a purchase (purchase, now), of all (now).
inline constexpr std::string_view kFindNext =
    "SELECT sequence FROM entries INDEXED BY entries_pending "
    "WHERE state = 1 AND purchase_id = ? AND next_attempt_at <= ? LIMIT 1";
inline constexpr std::string_view kFindDue =
    "SELECT sequence FROM entries INDEXED BY entries_due WHERE next_attempt_at IS NOT NULL "
    "AND next_attempt_at <= ? ORDER BY next_attempt_at, sequence LIMIT 1";

// (sequence, end of the lease)
inline constexpr std::string_view kHandOut =
    "UPDATE entries SET attempts = attempts + 1, next_attempt_at = ?2, lease_until = ?2 "
    "WHERE sequence = ?1";
inline constexpr std::string_view kReadBySequence =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM entries WHERE sequence = ?";

// (sequence, attempts, state, message, next attempt, now)
inline constexpr std::string_view kSettle =
    "UPDATE entries SET state = ?3, message = ?4, next_attempt_at = ?5, lease_until = 0, "
    "changed_at = CASE state WHEN ?3 THEN changed_at ELSE ?6 END, "
    "password = CASE ?3 WHEN 2 THEN NULL ELSE password END "
    "WHERE sequence = ?1 AND attempts = ?2 AND state = 1 AND lease_until <> 0";

// (sequence, attempts, now)
inline constexpr std::string_view kGiveBack =
    "UPDATE entries SET attempts = attempts - 1, next_attempt_at = ?3, lease_until = 0 "
    "WHERE sequence = ?1 AND attempts = ?2 AND state = 1 AND lease_until <> 0";

// The queue that the entry ?1 is in, or has just left.
#define SEGPAY_QUEUE                              \
    "INDEXED BY entries_pending WHERE state = 1 " \
    "AND purchase_id = (SELECT purchase_id FROM entries WHERE sequence = ?1) "

// Waits again when a dead letter was revived in front of it meanwhile: (sequence).
inline constexpr std::string_view kGiveWay =
    "UPDATE entries SET next_attempt_at = NULL WHERE sequence = ?1 "
    "AND ?1 > (SELECT MIN(sequence) FROM entries " SEGPAY_QUEUE ")";

// The first becomes the one that can be handed out, unless there is one: (sequence, now).
inline constexpr std::string_view kCallUp =
    "UPDATE entries SET next_attempt_at = ?2 "
    "WHERE sequence = (SELECT MIN(sequence) FROM entries " SEGPAY_QUEUE
    ") "
    "AND NOT EXISTS (SELECT 1 FROM entries " SEGPAY_QUEUE "AND next_attempt_at IS NOT NULL)";

// The one that can be handed out no longer can, unless it is being delivered: (sequence, now).
inline constexpr std::string_view kStepBack =
    "UPDATE entries SET next_attempt_at = NULL, lease_until = 0 WHERE sequence IN "
    "(SELECT sequence FROM entries " SEGPAY_QUEUE
    "AND next_attempt_at IS NOT NULL AND lease_until <= ?2)";

#undef SEGPAY_QUEUE

// (member, how many; negative: all). The conditions are those of the index.
inline constexpr std::string_view kPurchasesOf =
    "SELECT " SEGPAY_PURCHASE_COLUMNS
    " FROM purchases INDEXED BY purchases_member "
    "WHERE member_id = ? AND member_id <> '' AND opened_by <> 0 "
    "ORDER BY opened_at DESC, id DESC LIMIT ?";

inline constexpr std::string_view kCountPending =
    "SELECT COUNT(*) FROM entries INDEXED BY entries_pending WHERE state = 1";
inline constexpr std::string_view kFirstDue =
    "SELECT MIN(next_attempt_at) FROM entries INDEXED BY entries_due "
    "WHERE next_attempt_at IS NOT NULL";

// Decisions: (key, by, now), (key, state, by, now).
inline constexpr std::string_view kRevive =
    "UPDATE entries SET state = 1, changed_at = ?3, decided_by = ?2, attempts_forgiven = attempts, "
    "next_attempt_at = CASE WHEN purchase_id IS NULL THEN ?3 END WHERE key = ?1 AND state = 3 "
    "RETURNING sequence";
inline constexpr std::string_view kClose =
    "UPDATE entries SET state = ?2, changed_at = ?4, decided_by = ?3, password = NULL "
    "WHERE key = ?1 AND ((state = 3 AND ?2 = 7) OR (state IN (4, 5, 6) AND ?2 IN (7, 8)))";

inline constexpr std::string_view kReadByKey =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM entries WHERE key = ?";
// All about one transaction: (stem, stem and the last ASCII character), by the index of the keys.
inline constexpr std::string_view kReadByStem =
    "SELECT " SEGPAY_ENTRY_COLUMNS " FROM entries WHERE key > ? AND key < ?";

} // namespace segpay
