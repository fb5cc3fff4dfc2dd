// One place per table where the order of its columns is spelled out.
#include "ledger/mariadb/mysql_rows.hpp"

#include "ledger/outstanding.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <vector>

namespace segpay::mysql {

namespace {

// The unique key decides, and says so by the number of rows: 1 won, 0 lost. INSERT IGNORE would
// also cut off what is too long, without a word.
constexpr std::string_view kInsertEntry =
    "INSERT INTO segpay_entries(event_key, state, kind, purchase_id, place, member_id, "
    "transaction_id, amount_minor, currency, received_at, changed_at, record, password, request, "
    "message, decided_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "
    "ON DUPLICATE KEY UPDATE event_key = event_key";

// Both with the same parameters; a row that is not there has version 0.
constexpr std::string_view kInsertPurchase =
    "INSERT INTO segpay_purchases(opened_by, package, price_point, join_option, site, member_id, "
    "session, affiliate, username, trans_guid, has_access, renews, access_epoch, renewal_epoch, "
    "opening_transaction, partner, card_type, opened_at, converted_at, ended_at, is_unpaid, "
    "held_by, outstanding, id, version) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? + 1) "
    "ON DUPLICATE KEY UPDATE id = id";
constexpr std::string_view kUpdatePurchase =
    "UPDATE segpay_purchases SET opened_by = ?, package = ?, price_point = ?, join_option = ?, "
    "site = ?, member_id = ?, session = ?, affiliate = ?, username = ?, trans_guid = ?, "
    "has_access = ?, renews = ?, access_epoch = ?, renewal_epoch = ?, opening_transaction = ?, "
    "partner = ?, card_type = ?, opened_at = ?, converted_at = ?, ended_at = ?, is_unpaid = ?, "
    "held_by = ?, outstanding = ?, version = version + 1 WHERE id = ? AND version = ?";

using Text = std::optional<std::string_view>;

Text said(const std::string& text) { return text.empty() ? Text() : Text(text); }

} // namespace

StoredPurchase read_purchase(const MysqlQuery& row) {
    int column = 0;
    const auto text = [&] { return std::string(row.text(column++)); };
    const auto number = [&] { return static_cast<std::uint64_t>(row.integer(column++)); };
    StoredPurchase stored;
    Purchase& purchase = stored.memory;
    purchase.id = text();
    stored.version = row.integer(column++);
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
    purchase.outstanding = outstanding_from(text());
    return stored;
}

namespace {

// The parameters of kInsertPurchase and kUpdatePurchase; they borrow.
auto values_of(const Purchase& memory, std::int64_t version, const std::string& outstanding) {
    return std::to_array<MysqlValue>({static_cast<std::int64_t>(memory.opened_by),
                                      memory.eticket.package,
                                      memory.eticket.price_point,
                                      memory.option,
                                      memory.site,
                                      memory.member_id,
                                      memory.session,
                                      memory.affiliate,
                                      memory.username,
                                      memory.trans_guid,
                                      memory.state.has_access,
                                      memory.state.renews,
                                      memory.state.access_epoch,
                                      memory.state.renewal_epoch,
                                      memory.opening_transaction,
                                      memory.partner,
                                      memory.card_type,
                                      memory.opened_at_ms,
                                      memory.converted_at_ms,
                                      memory.ended_at_ms,
                                      memory.is_unpaid,
                                      memory.held_by,
                                      outstanding,
                                      memory.id,
                                      version});
}

// Those of kInsertEntry; they borrow.
auto values_of(const NewEntry& entry) {
    std::optional<std::int64_t> kind, minor;
    Text purchase, member, transaction, currency, record;
    if (const Event* event = entry.event) {
        kind = static_cast<std::int64_t>(event->kind);
        purchase = said(event->purchase_id);
        member = said(event->member_id);
        transaction = said(event->transaction_id);
        if (event->amount) {
            minor = event->amount->minor;
            currency = event->amount->currency.code();
        }
        record = entry.record;
    }
    return std::to_array<MysqlValue>({entry.key, static_cast<std::int64_t>(entry.state), kind,
                                      purchase, entry.place, member, transaction, minor, currency,
                                      entry.now, entry.now, record, entry.password, entry.request,
                                      entry.message});
}

void need_all(std::int64_t changed, std::size_t wanted) {
    if (changed != static_cast<std::int64_t>(wanted))
        throw MysqlError::conflict("somebody else was faster");
}

} // namespace

void write_purchase(MysqlConnection& connection, const Purchase& memory, std::int64_t version) {
    const std::string outstanding = outstanding_text(memory.outstanding);
    need_all(connection.change_with(version == 0 ? kInsertPurchase : kUpdatePurchase,
                                    values_of(memory, version, outstanding)),
             1);
}

void write_purchases(MysqlConnection& connection, std::span<const StoredPurchase> purchases) {
    for (const bool is_new : {true, false}) {
        std::vector<MysqlValue> values;
        std::deque<std::string> outstanding;
        std::size_t count = 0;
        for (const StoredPurchase& purchase : purchases) {
            if ((purchase.version == 0) != is_new) continue;
            outstanding.push_back(outstanding_text(purchase.memory.outstanding));
            std::ranges::copy(values_of(purchase.memory, purchase.version, outstanding.back()),
                              std::back_inserter(values));
            ++count;
        }
        if (count == 0) continue;
        need_all(connection.change_all(is_new ? kInsertPurchase : kUpdatePurchase, values), count);
    }
}

std::optional<std::int64_t> insert_entry(MysqlConnection& connection, const NewEntry& entry) {
    if (connection.change_with(kInsertEntry, values_of(entry)) != 1) return std::nullopt;
    return connection.last_row();
}

void insert_entries(MysqlConnection& connection, std::span<const NewEntry> entries) {
    std::vector<MysqlValue> values;
    for (const NewEntry& entry : entries)
        std::ranges::copy(values_of(entry), std::back_inserter(values));
    need_all(connection.change_all(kInsertEntry, values), entries.size());
}

} // namespace segpay::mysql
