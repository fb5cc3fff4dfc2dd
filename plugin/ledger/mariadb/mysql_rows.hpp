// Entries and purchases to rows of a MariaDB ledger, purchases back. Knows columns, no statement's
// purpose.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/mariadb/mysql_handle.hpp"
#include "ledger/stored_ledger.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace segpay::mysql {

// As EntryColumn says, and from where.
#define SEGPAY_MYSQL_ENTRY_COLUMNS                                                       \
    "e.sequence, e.event_key, e.state, e.record, e.request, e.message, e.decided_by, "   \
    "COALESCE(q.attempts, e.attempts), e.received_at, e.changed_at, q.next_attempt_at, " \
    "e.password, e.attempts_forgiven"
#define SEGPAY_MYSQL_ENTRIES "segpay_entries e LEFT JOIN segpay_queue q ON q.sequence = e.sequence"

// As PurchaseColumn says, and behind them the number of the row's last change.
#define SEGPAY_MYSQL_PURCHASE_COLUMNS \
    "id, member_id, username, opened_by, opened_at, record, version"

// Adds the values of a row for MysqlConnection::change_all(). They are borrowed.
template <class... Values>
void add_row(std::vector<MysqlValue>& rows, const Values&... values) {
    (rows.push_back(MysqlValue(values)), ...);
}

// Throws MysqlError when what is known of it is damaged.
StoredPurchase read_stored_purchase(const MysqlQuery& row);

// Writes each with the next version. Throws MysqlError::conflict when a row is not as it was read.
void write_purchases(MysqlConnection& connection, std::span<const StoredPurchase> purchases);

// All of them, and none was there before; else throws MysqlError::conflict. Leaves their sequences.
void insert_entries(MysqlConnection& connection, std::span<const NewEntry> entries);

// Of what is pending among them, with their sequences: in the queues of their purchases, leased to
// `owner`.
void enqueue(MysqlConnection& connection, std::span<const NewEntry> entries, std::int64_t owner);

} // namespace segpay::mysql
