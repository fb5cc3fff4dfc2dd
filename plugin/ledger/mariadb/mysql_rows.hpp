// Entries and purchases to rows of a MariaDB ledger, purchases back. Knows columns, no statement's
// purpose.
#pragma once

#include "ledger/entry_row.hpp"
#include "ledger/ledger.hpp"
#include "ledger/mariadb/mysql_handle.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace segpay::mysql {

// What read_entry expects to be selected, in this order, and from where.
#define SEGPAY_MYSQL_ENTRY_COLUMNS                                                       \
    "e.sequence, e.event_key, e.state, e.record, e.request, e.message, e.decided_by, "   \
    "COALESCE(q.attempts, e.attempts), e.received_at, e.changed_at, q.next_attempt_at, " \
    "e.password, e.attempts_forgiven"
#define SEGPAY_MYSQL_ENTRIES "segpay_entries e LEFT JOIN segpay_queue q ON q.sequence = e.sequence"

#define SEGPAY_MYSQL_PURCHASE_COLUMNS                                                         \
    "id, version, opened_by, package, price_point, join_option, site, member_id, session, "   \
    "affiliate, username, trans_guid, has_access, renews, access_epoch, renewal_epoch, "      \
    "opening_transaction, partner, card_type, opened_at, converted_at, ended_at, is_unpaid, " \
    "held_by, outstanding"

// A purchase with the number of its row's last change; 0: there is no row.
struct StoredPurchase {
    Purchase memory;
    std::int64_t version = 0;
};

StoredPurchase read_purchase(const MysqlQuery& row);

// Writes the memory with the next version. Throws MysqlError::conflict when the row is not as it
// was read.
void write_purchase(MysqlConnection& connection, const Purchase& memory, std::int64_t version);

// The same for several, each with the version that was read.
void write_purchases(MysqlConnection& connection, std::span<const StoredPurchase> purchases);

// An entry that is to be inserted.
struct NewEntry {
    std::string_view key;
    EntryState state = EntryState::pending;
    const Event* event = nullptr;
    std::int64_t place = 0;
    std::string_view record; // of the event, if there is one
    std::string_view request;
    std::string_view message;
    std::optional<std::string> password;
    TimeMs now = 0;
};

// All of them, and none was there before; else throws MysqlError::conflict.
void insert_entries(MysqlConnection& connection, std::span<const NewEntry> entries);

// Its sequence; none: the key is taken, and nothing was changed.
std::optional<std::int64_t> insert_entry(MysqlConnection& connection, const NewEntry& entry);

} // namespace segpay::mysql
