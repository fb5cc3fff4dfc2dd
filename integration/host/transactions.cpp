// The transaction table, and the balance of tokens over the rows of one sale.
#include "transactions.hpp"

#include "members.hpp"

namespace nats_host {
namespace {

struct Sale {
    std::optional<std::int64_t> member;
    std::string currency;
    std::int64_t price = 0;
    std::int64_t tokens = 0;
};

// A stand-in sale and its decline share an id; what takes a sale back has an id of its own.
Sale sale_of(Connection& db, const std::string& id) {
    Rows rows = db.query(
        "SELECT min(member), max(currency), coalesce(sum(amount_minor), 0),"
        " coalesce(sum(tokens_sold), 0)"
        " FROM transactions WHERE id = ?1 AND related IS NULL AND direction = 1",
        id);
    rows.next(); // an aggregate always has a row
    Sale sale;
    if (!rows.is_null(0)) sale.member = rows.integer(0);
    sale.currency = rows.text(1);
    sale.price = rows.integer(2);
    sale.tokens = rows.integer(3);
    return sale;
}

// Less what was brought again. Who takes money back without saying how much, takes all of it.
std::int64_t taken_back(Connection& db, const std::string& id, const Sale& sale) {
    Rows rows = db.query(
        "SELECT coalesce(sum(CASE WHEN amount_minor IS NULL OR currency <> ?2 THEN -direction * ?3"
        " ELSE -amount_minor END), 0) FROM transactions"
        " WHERE related = ?1 OR (id = ?1 AND related IS NULL AND direction = -1)",
        id, sale.currency, sale.price);
    rows.next();
    return rows.integer(0);
}

std::int64_t tokens_given(Connection& db, const std::string& id) {
    Rows rows = db.query(
        "SELECT coalesce(sum(tokens), 0) FROM transactions"
        " WHERE related = ?1 OR (id = ?1 AND related IS NULL)",
        id);
    rows.next();
    return rows.integer(0);
}

void settle_tokens(Connection& db, const std::string& id, std::int64_t event) {
    Sale sale = sale_of(db, id);
    if (!sale.member || sale.tokens == 0) return;
    if (sale.price == 0) sale.price = 1; // nobody said; any part of it is all of it
    const bool is_paid = taken_back(db, id, sale) < sale.price;
    const std::int64_t change = (is_paid ? sale.tokens : 0) - tokens_given(db, id);
    if (change == 0) return;
    add_tokens(db, *sale.member, change);
    db.execute("UPDATE transactions SET tokens = ?2 WHERE event = ?1", event, change);
}

} // namespace

void store_transaction(Connection& db, const Transaction& transaction) {
    const Transaction& t = transaction;
    std::optional<std::int64_t> amount = t.amount_minor;
    if (amount && t.direction == Direction::back) *amount = -*amount;
    db.execute(
        "INSERT INTO transactions (event, id, related, subscription, member, site, kind,"
        " amount_minor, currency, exponent, direction, approved, test, standin, tokens_sold,"
        " tokens, occurred_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, ?16)",
        t.event, t.id, t.related, t.subscription, t.member, t.site, t.kind, amount, t.currency,
        t.exponent, static_cast<std::int64_t>(t.direction), t.direction != Direction::declined,
        t.is_test, t.is_standin, t.tokens_sold, t.occurred_at);
    if (const auto& sale = t.related ? t.related : t.id) settle_tokens(db, *sale, t.event);
}

} // namespace nats_host
