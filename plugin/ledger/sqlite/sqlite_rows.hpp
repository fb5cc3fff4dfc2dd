// Entries and purchases to rows of an SQLite ledger, purchases back. Knows columns, no statement's
// purpose.
#pragma once

#include "ledger/entry_row.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <optional>
#include <string_view>

namespace segpay {

// What read_entry expects to be selected, in this order, and from where.
#define SEGPAY_ENTRY_COLUMNS                                                                 \
    "entries.sequence, entries.key, IIF(queue.sequence IS NULL, entries.state, 1), record, " \
    "request, message, decided_by, IFNULL(queue.attempts, entries.attempts), received_at, "  \
    "changed_at, next_attempt_at, IFNULL(queue.password, entries.password), attempts_forgiven"
#define SEGPAY_ENTRIES                                                    \
    "entries LEFT JOIN queue ON queue.purchase_id = entries.purchase_id " \
    "AND queue.sequence = entries.sequence"

#define SEGPAY_PURCHASE_COLUMNS "id, member_id, opened_by, opened_at, memory"

// Throws SqliteError when what is known of it is damaged.
Purchase read_purchase(const SqliteQuery& row);
std::optional<Purchase> find_purchase(SqliteConnection& connection, std::string_view id);
// `known`: as it is stored; none: it is not there yet.
void store_purchase(SqliteConnection& connection, const std::optional<Purchase>& known,
                    const Purchase& purchase);

// An entry that is to be inserted.
struct NewEntry {
    std::int64_t sequence = 0;
    std::string_view key;
    EntryState state = EntryState::pending;
    const Event* event = nullptr;
    std::string_view record; // of the event, if there is one
    std::string_view request;
    std::string_view message;
    const std::optional<Blob>* password = nullptr; // none: there is none
    std::optional<TimeMs> lease_until_ms;          // none: it is not handed out
    TimeMs now = 0;
};

// The sequence of an entry that is inserted now.
std::int64_t next_sequence(SqliteConnection& connection);
// False: the key is taken, and nothing was changed. What is pending has to be handed out or to be
// put into the queue as well.
bool insert_entry(SqliteConnection& connection, const NewEntry& entry);
void enqueue(SqliteConnection& connection, const NewEntry& entry);

} // namespace segpay
