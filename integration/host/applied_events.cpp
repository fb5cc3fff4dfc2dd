// The table of events, and the balance of tokens over the rows of one sale.
#include "applied_events.hpp"

#include "members.hpp"

#include <ctime>

namespace nats_host {
namespace {

struct Sale {
    std::optional<std::int64_t> member;
    std::string currency;
    std::int64_t price = 0;
    std::int64_t tokens = 0;
};

// A sale counts once, whatever events report it: a stand-in sale and its decline share an id.
Sale sale_of(Connection& db, std::string_view id) {
    Rows rows = db.query(
        "SELECT min(member), max(currency), coalesce(sum(amount_minor), 0),"
        " coalesce(sum(tokens_sold), 0)"
        " FROM applied_events WHERE sale = ?1 AND related IS NULL AND direction = 1",
        id);
    rows.next(); // an aggregate always has a row
    Sale sale;
    if (!rows.is_null(0)) sale.member = rows.integer(0);
    sale.currency = rows.text(1);
    sale.price = rows.integer(2);
    sale.tokens = rows.integer(3);
    return sale;
}

// Less what was restored. A refund without an amount takes back the full price.
std::int64_t taken_back(Connection& db, std::string_view id, const Sale& sale) {
    Rows rows = db.query(
        "SELECT coalesce(sum(CASE WHEN amount_minor IS NULL OR currency <> ?2 THEN -direction * ?3"
        " ELSE -amount_minor END), 0) FROM applied_events"
        " WHERE sale = ?1 AND (related IS NOT NULL OR direction = -1)",
        id, sale.currency, sale.price);
    rows.next();
    return rows.integer(0);
}

std::int64_t tokens_given(Connection& db, std::string_view id) {
    Rows rows = db.query("SELECT coalesce(sum(tokens), 0) FROM applied_events WHERE sale = ?1", id);
    rows.next();
    return rows.integer(0);
}

// `number`: the row that records the change of the member's tokens.
void settle_tokens(Connection& db, std::string_view id, std::int64_t number) {
    Sale sale = sale_of(db, id);
    if (!sale.member || sale.tokens == 0) return;
    if (sale.price == 0) sale.price = 1; // no amount given; any part of it is all of it
    const bool is_paid = taken_back(db, id, sale) < sale.price;
    const std::int64_t change = (is_paid ? sale.tokens : 0) - tokens_given(db, id);
    if (change == 0) return;
    add_tokens(db, *sale.member, change);
    db.execute("UPDATE applied_events SET tokens = ?2 WHERE number = ?1", number, change);
}

// The sale whose tokens the event may move: the one it takes back or restores, or itself.
std::optional<std::string_view> sale_in(const AppliedEvent& event, const Transaction& money) {
    if (money.related) return money.related;
    const bool is_plain = money.direction != Direction::back && money.tokens_sold == 0;
    return is_plain ? std::nullopt : event.transaction;
}

} // namespace

bool is_applied(Connection& db, std::string_view key) {
    return db.query("SELECT 1 FROM applied_events WHERE key = ?1", key).next();
}

void store_applied_event(Connection& db, const AppliedEvent& event) {
    const AppliedEvent& e = event;
    const Transaction money = event.money.value_or(Transaction{});
    std::optional<std::string_view> sale;
    std::optional<std::int64_t> amount = money.amount_minor;
    std::optional<std::int64_t> direction;
    if (event.money) {
        sale = sale_in(event, money);
        if (amount && money.direction == Direction::back) *amount = -*amount;
        direction = static_cast<std::int64_t>(money.direction);
    }
    db.execute(
        "INSERT INTO applied_events (key, kind, subscription, transaction_id, member, access,"
        " reason_code, reason_text, reason_family, redelivery, occurred_at, applied_at, related,"
        " sale, site, amount_minor, currency, exponent, direction, approved, test, standin,"
        " tokens_sold, tokens)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20, ?21, ?22, ?23, 0)",
        e.key, e.kind, e.subscription, e.transaction, e.member, e.access, e.reason_code,
        e.reason_text, e.reason_family, e.is_redelivery, e.occurred_at, std::time(nullptr),
        money.related, sale, money.site, amount, money.currency, money.exponent, direction,
        direction.value_or(0) != 0, money.is_test, money.is_standin, money.tokens_sold);
    if (sale) settle_tokens(db, *sale, db.last_id());
}

} // namespace nats_host
