// One place per table where the order of its columns is spelled out.
#include "ledger/sqlite/sqlite_rows.hpp"

#include "ledger/outstanding.hpp"
#include "ledger/packing.hpp"

#include <array>
#include <stdexcept>
#include <tuple>

#include <sqlite3.h>

namespace segpay {

namespace {

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

constexpr std::string_view kFindPurchase =
    "SELECT " SEGPAY_PURCHASE_COLUMNS " FROM purchases WHERE id = ?";
constexpr std::string_view kAddPurchase =
    "INSERT INTO purchases(" SEGPAY_PURCHASE_COLUMNS ") VALUES(?, ?, ?, ?, ?)";
constexpr std::string_view kChangePurchase =
    "UPDATE purchases SET member_id = ?2, opened_by = ?3, opened_at = ?4, memory = ?5 "
    "WHERE id = ?1";
constexpr std::string_view kChangeMemory = "UPDATE purchases SET memory = ?2 WHERE id = ?1";

constexpr std::string_view kAddUsername =
    "INSERT INTO usernames(username, purchase_id) VALUES(?, ?)";
constexpr std::string_view kDropUsername =
    "DELETE FROM usernames WHERE username = ? AND purchase_id = ?";

// What of a purchase is packed, in this order; sqlite_schema.cpp packs the same once more, in SQL,
// and unpacks the user name.
constexpr std::array kPackedTexts = {&Purchase::option,
                                     &Purchase::site,
                                     &Purchase::session,
                                     &Purchase::affiliate,
                                     &Purchase::username,
                                     &Purchase::trans_guid,
                                     &Purchase::opening_transaction,
                                     &Purchase::partner,
                                     &Purchase::card_type,
                                     &Purchase::held_by};

std::string packed(const Purchase& purchase) {
    Packer packer;
    packer.put(static_cast<std::int64_t>(purchase.eticket.package));
    packer.put(static_cast<std::int64_t>(purchase.eticket.price_point));
    packer.put(std::int64_t{purchase.state.has_access});
    packer.put(std::int64_t{purchase.state.renews});
    packer.put(std::int64_t{purchase.state.access_epoch});
    packer.put(std::int64_t{purchase.state.renewal_epoch});
    packer.put(purchase.converted_at_ms);
    packer.put(purchase.ended_at_ms);
    packer.put(std::int64_t{purchase.is_unpaid});
    for (const auto text : kPackedTexts)
        packer.put(purchase.*text);
    packer.put(outstanding_text(purchase.outstanding));
    return packer.bytes();
}

void unpack(std::string_view bytes, Purchase& purchase) {
    Unpacker unpacker(bytes);
    const auto count = [&] { return static_cast<std::uint32_t>(unpacker.number()); };
    purchase.eticket.package = static_cast<std::uint64_t>(unpacker.number());
    purchase.eticket.price_point = static_cast<std::uint64_t>(unpacker.number());
    purchase.state.has_access = count() != 0;
    purchase.state.renews = count() != 0;
    purchase.state.access_epoch = count();
    purchase.state.renewal_epoch = count();
    purchase.converted_at_ms = unpacker.number();
    purchase.ended_at_ms = unpacker.number();
    purchase.is_unpaid = count() != 0;
    for (const auto text : kPackedTexts)
        purchase.*text = unpacker.text();
    purchase.outstanding = outstanding_from(unpacker.text());
}

} // namespace

Purchase read_purchase(const SqliteQuery& row) {
    Purchase purchase;
    purchase.id = row.text(0);
    purchase.member_id = row.text(1);
    purchase.opened_by = static_cast<EventKind>(row.integer(2));
    purchase.opened_at_ms = row.integer(3);
    try {
        unpack(row.text(4), purchase);
    } catch (const std::runtime_error&) { // its words say less
        throw SqliteError(SQLITE_CORRUPT,
                          "what is known of purchase " + purchase.id + " cannot be read");
    }
    return purchase;
}

std::optional<Purchase> find_purchase(SqliteConnection& connection, std::string_view id) {
    SqliteQuery row = connection.query(kFindPurchase, id);
    if (!row.next()) return std::nullopt;
    return read_purchase(row);
}

namespace {

void store_username(SqliteConnection& connection, std::string_view before,
                    const Purchase& purchase) {
    if (before == purchase.username) return;
    if (!before.empty()) connection.change(kDropUsername, before, purchase.id);
    if (!purchase.username.empty()) connection.change(kAddUsername, purchase.username, purchase.id);
}

} // namespace

// What is not named stays in its index, on a page that need not be written.
void store_purchase(SqliteConnection& connection, const std::optional<Purchase>& known,
                    const Purchase& purchase) {
    const std::string memory = packed(purchase);
    const auto columns = [](const Purchase& p) {
        return std::tie(p.member_id, p.opened_by, p.opened_at_ms);
    };
    if (known && columns(*known) == columns(purchase))
        connection.change(kChangeMemory, purchase.id, memory);
    else
        connection.change(known ? kChangePurchase : kAddPurchase, purchase.id, purchase.member_id,
                          static_cast<std::int64_t>(purchase.opened_by), purchase.opened_at_ms,
                          memory);
    store_username(connection, known ? known->username : std::string_view(), purchase);
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
    const bool is_pending = entry.state == EntryState::pending; // its password is in the queue
    const EntryState state = is_pending ? EntryState::settled : entry.state;
    const auto& password = entry.password && !is_pending ? *entry.password : kNoPassword;
    connection.change(kInsertEntry, entry.sequence, entry.key, static_cast<std::int64_t>(state),
                      kind, event.purchase_id, event.member_id, entry.now,
                      entry.lease_until_ms ? 1 : 0, record, password, entry.request, entry.message);
    return true;
}

void enqueue(SqliteConnection& connection, const NewEntry& entry) {
    connection.change(kEnqueue, entry.event->purchase_id, entry.sequence,
                      entry.lease_until_ms ? 1 : 0, entry.lease_until_ms,
                      entry.lease_until_ms.value_or(0), !entry.lease_until_ms, *entry.password);
}

} // namespace segpay
