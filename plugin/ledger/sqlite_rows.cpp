// One place per table where the order of its columns is spelled out.
#include "ledger/sqlite_rows.hpp"

#include "events/record.hpp"

#include <stdexcept>
#include <utility>

namespace segpay {

namespace {

enum EntryColumn : int {
    kSequence,
    kKey,
    kState,
    kRecord,
    kRequest,
    kMessage,
    kDecidedBy,
    kAttempts,
    kReceivedAt,
    kChangedAt,
    kNextAttemptAt,
    kPassword,
    kAttemptsForgiven,
};

constexpr std::string_view kNextSequence = "SELECT IFNULL(MAX(sequence), 0) + 1 FROM entries";
constexpr std::string_view kInsertKey =
    "INSERT INTO keys(key, sequence, purchase_id, amount_minor, currency) VALUES(?, ?, ?, ?, ?) "
    "ON CONFLICT(key) DO NOTHING";
constexpr std::string_view kInsertEntry =
    "INSERT INTO entries(sequence, key, state, kind, purchase_id, member_id, received_at, "
    "changed_at, attempts, record, password, request, message) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12)";
constexpr std::string_view kEnqueue =
    "INSERT INTO queue(purchase_id, sequence, attempts, next_attempt_at, lease_until, is_waiting, "
    "password) VALUES(?, ?, ?, ?, ?, ?, ?)";

#define SEGPAY_PURCHASE_VALUES \
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
constexpr std::string_view kAddPurchase =
    "INSERT INTO purchases(" SEGPAY_PURCHASE_COLUMNS ") " SEGPAY_PURCHASE_VALUES;
constexpr std::string_view kWritePurchase =
    "INSERT OR REPLACE INTO purchases(" SEGPAY_PURCHASE_COLUMNS ") " SEGPAY_PURCHASE_VALUES;
#undef SEGPAY_PURCHASE_VALUES

void put_purchase(SqliteConnection& connection, std::string_view sql, const Purchase& purchase) {
    connection.change(sql, purchase.id, static_cast<std::int64_t>(purchase.opened_by),
                      purchase.eticket.package, purchase.eticket.price_point, purchase.option,
                      purchase.site, purchase.member_id, purchase.session, purchase.affiliate,
                      purchase.username, purchase.trans_guid, purchase.state.has_access,
                      purchase.state.renews, purchase.state.access_epoch,
                      purchase.state.renewal_epoch, purchase.opening_transaction, purchase.partner,
                      purchase.card_type, purchase.opened_at_ms, purchase.converted_at_ms,
                      purchase.ended_at_ms, purchase.is_unpaid, purchase.held_by);
}

// None when the record is damaged. Every event that is stored has a kind.
std::optional<Event> read_event(const SqliteQuery& row, const SecretBox* box) {
    Event event;
    try {
        event = from_record(row.text(kRecord));
    } catch (const std::runtime_error&) { // its words could quote the event
        return std::nullopt;
    }
    if (event.kind == EventKind::unknown) return std::nullopt;
    event.key = row.text(kKey);
    if (box && !row.is_null(kPassword))
        if (auto password = box->open(row.blob(kPassword))) event.password = std::move(*password);
    return event;
}

} // namespace

Entry read_entry(const SqliteQuery& row, const SecretBox* box) {
    Entry entry;
    entry.sequence = static_cast<std::uint64_t>(row.integer(kSequence));
    entry.key = row.text(kKey);
    entry.state = static_cast<EntryState>(row.integer(kState));
    entry.request = row.text(kRequest);
    entry.message = row.text(kMessage);
    entry.decided_by = row.text(kDecidedBy);
    entry.attempts = static_cast<std::uint32_t>(row.integer(kAttempts));
    entry.attempts_forgiven = static_cast<std::uint32_t>(row.integer(kAttemptsForgiven));
    entry.received_at_ms = row.integer(kReceivedAt);
    entry.changed_at_ms = row.integer(kChangedAt);
    entry.next_attempt_at_ms = row.integer(kNextAttemptAt);
    if (row.is_null(kRecord)) return entry;
    entry.event = read_event(row, box);
    if (!entry.event) tell_damage(entry);
    return entry;
}

void tell_damage(Entry& entry) {
    const std::string damage = "the event of entry " + std::to_string(entry.sequence) + " (" +
                               entry.key + ") cannot be read: its record is damaged";
    if (entry.message.find(damage) != std::string::npos) return;
    if (!entry.message.empty()) entry.message += "; ";
    entry.message += damage;
}

Purchase read_purchase(const SqliteQuery& row) {
    int column = 0;
    const auto text = [&] { return std::string(row.text(column++)); };
    const auto number = [&] { return static_cast<std::uint64_t>(row.integer(column++)); };
    Purchase purchase;
    purchase.id = text();
    purchase.opened_by = static_cast<EventKind>(number());
    purchase.eticket.package = number();
    purchase.eticket.price_point = number();
    purchase.option = text();
    purchase.site = text();
    purchase.member_id = text();
    purchase.session = text();
    purchase.affiliate = text();
    purchase.username = text();
    purchase.trans_guid = text();
    purchase.state.has_access = number() != 0;
    purchase.state.renews = number() != 0;
    purchase.state.access_epoch = static_cast<std::uint32_t>(number());
    purchase.state.renewal_epoch = static_cast<std::uint32_t>(number());
    purchase.opening_transaction = text();
    purchase.partner = text();
    purchase.card_type = text();
    purchase.opened_at_ms = row.integer(column++);
    purchase.converted_at_ms = row.integer(column++);
    purchase.ended_at_ms = row.integer(column++);
    purchase.is_unpaid = number() != 0;
    purchase.held_by = text();
    return purchase;
}

void add_purchase(SqliteConnection& connection, const Purchase& purchase) {
    put_purchase(connection, kAddPurchase, purchase);
}

void write_purchase(SqliteConnection& connection, const Purchase& purchase) {
    put_purchase(connection, kWritePurchase, purchase);
}

std::int64_t next_sequence(SqliteConnection& connection) {
    return connection.integer(kNextSequence);
}

bool insert_entry(SqliteConnection& connection, const NewEntry& entry) {
    static const Event kNone;
    const Event& event = entry.event ? *entry.event : kNone;
    std::optional<std::int64_t> kind, minor;
    std::optional<std::string_view> record, currency;
    if (entry.event) {
        kind = static_cast<std::int64_t>(event.kind);
        record = entry.record;
    }
    if (event.amount) {
        minor = event.amount->minor;
        currency = event.amount->currency.code();
    }
    if (connection.change(kInsertKey, entry.key, entry.sequence, event.purchase_id, minor,
                          currency) == 0)
        return false;

    static const std::optional<Blob> kNoPassword;
    const std::optional<Blob>& password = entry.password ? *entry.password : kNoPassword;
    const bool is_pending = entry.state == EntryState::pending;
    const EntryState state = is_pending ? EntryState::settled : entry.state;
    const int attempts = entry.lease_until_ms ? 1 : 0;
    connection.change(kInsertEntry, entry.sequence, entry.key, static_cast<std::int64_t>(state),
                      kind, event.purchase_id, event.member_id, entry.now, attempts, record,
                      is_pending ? kNoPassword : password, entry.request, entry.message);
    if (is_pending)
        connection.change(kEnqueue, event.purchase_id, entry.sequence, attempts,
                          entry.lease_until_ms, entry.lease_until_ms.value_or(0),
                          !entry.lease_until_ms, password);
    return true;
}

} // namespace segpay
