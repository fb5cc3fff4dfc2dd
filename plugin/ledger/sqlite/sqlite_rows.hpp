// Entries and purchases to rows of an SQLite ledger, purchases back. Knows columns, no statement's
// purpose.
#pragma once

#include "ledger/claims.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <optional>
#include <string_view>

namespace segpay {

// As EntryColumn says, and from where.
#define SEGPAY_ENTRY_COLUMNS                                                                 \
    "entries.sequence, entries.key, IIF(queue.sequence IS NULL, entries.state, 1), record, " \
    "request, message, decided_by, IFNULL(queue.attempts, entries.attempts), received_at, "  \
    "changed_at, next_attempt_at, password, attempts_forgiven"
#define SEGPAY_ENTRIES                                                    \
    "entries LEFT JOIN queue ON queue.purchase_id = entries.purchase_id " \
    "AND queue.sequence = entries.sequence"

// As PurchaseColumn says.
#define SEGPAY_PURCHASE_COLUMNS "id, member_id, username, opened_by, opened_at, record"

// Throws SqliteError when what is known of it is damaged.
Purchase read_purchase(const SqliteQuery& row);

// `before`: as it is stored; null: it is not there yet.
void write_purchase(SqliteConnection& connection, const Purchase* before, const Purchase& purchase);

// Sets its sequence, the next one; what is pending stands in the queue as well. Throws SqliteError
// when the key is taken.
void insert_entry(SqliteConnection& connection, NewEntry& entry);

} // namespace segpay
