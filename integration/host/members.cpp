// The member table.
#include "members.hpp"

#include <array>

namespace nats_host {
namespace {

#define SELECT_MEMBER                                                                       \
    "SELECT id, site, parent_member, foreign_id, status, username, password, email, name, " \
    "session,"                                                                              \
    " nats_code, affiliate, tokens, created_at, partner FROM members "

std::optional<std::string> optional_text(const Rows& rows, int column) {
    if (rows.is_null(column)) return std::nullopt;
    return rows.text(column);
}

template <class... Values>
std::optional<Member> first_member(Connection& db, Sql select, const Values&... values) {
    Rows rows = db.query(select, values...);
    if (!rows.next()) return std::nullopt;
    Member member;
    member.id = rows.integer(0);
    member.site = rows.text(1);
    if (!rows.is_null(2)) member.parent = rows.integer(2);
    member.foreign_id = optional_text(rows, 3);
    member.status = rows.text(4);
    member.username = optional_text(rows, 5);
    member.password = optional_text(rows, 6);
    member.email = optional_text(rows, 7);
    member.name = optional_text(rows, 8);
    member.session = optional_text(rows, 9);
    member.nats_code = optional_text(rows, 10);
    member.affiliate = optional_text(rows, 11);
    member.tokens = rows.integer(12);
    member.created_at = rows.integer(13);
    member.partner = optional_text(rows, 14);
    return member;
}

bool is_free_for(Connection& db, const Member& member, const std::string& username) {
    return !db.query(
                  "SELECT 1 FROM members WHERE username = ?1 AND site = ?2 AND id <> ?3"
                  " AND status <> 'pending'",
                  username, member.site, member.id)
                .next();
}

} // namespace

std::int64_t create_member(Connection& db, const Member& member) {
    db.execute(
        "INSERT INTO members (site, parent_member, foreign_id, status, username, password, email,"
        " name, session, nats_code, affiliate, tokens, created_at, partner)"
        " VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        member.site, member.parent, member.foreign_id, member.username, member.password,
        member.email, member.name, member.session, member.nats_code, member.affiliate,
        member.tokens, member.created_at, member.partner);
    return db.last_id();
}

void forget_pending_member(Connection& db, std::int64_t id) {
    db.execute(
        "DELETE FROM members WHERE id = ?1 AND status = 'pending'"
        " AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE member = ?1)",
        id);
}

std::optional<Member> find_member(Connection& db, std::int64_t id) {
    return first_member(db, SELECT_MEMBER "WHERE id = ?1", id);
}

std::optional<Member> find_foreign_member(Connection& db, std::string_view foreign_id) {
    return first_member(
        db, SELECT_MEMBER "WHERE foreign_id = ?1 AND partner IS NULL ORDER BY id LIMIT 1",
        foreign_id);
}

std::optional<Member> find_relative(Connection& db, const Member& member, std::string_view site) {
    if (member.site == site) return member;
    return first_member(
        db, SELECT_MEMBER "WHERE (id = ?1 OR parent_member = ?1) AND site = ?2 ORDER BY id LIMIT 1",
        member.parent.value_or(member.id), site);
}

bool is_name_taken(Connection& db, std::string_view username, std::string_view site) {
    return db
        .query(
            "SELECT 1 FROM members WHERE username = ?1 AND (?2 = '' OR site = ?2)"
            " AND status <> 'pending'",
            username, site)
        .next();
}

bool settle_login(Connection& db, const Member& member, const Login& login) {
    const std::optional<std::string> email = member.email ? member.email : login.email;
    const std::optional<std::string> wanted = login.username ? login.username : member.username;
    std::optional<std::string> chosen = wanted;
    if (wanted) {
        const std::string with_id = *wanted + "-" + std::to_string(member.id);
        for (const std::string& candidate : {*wanted, email.value_or(with_id), with_id}) {
            chosen = candidate;
            if (is_free_for(db, member, candidate)) break;
        }
    }
    const bool is_changed = chosen != member.username || login.password || email != member.email ||
                            (login.name && !member.name);
    if (is_changed)
        db.execute(
            "UPDATE members SET username = ?1, password = coalesce(?2, password), email = ?3,"
            " name = coalesce(name, ?4) WHERE id = ?5",
            chosen, login.password, email, login.name, member.id);
    return chosen == wanted;
}

void refresh_status(Connection& db, std::int64_t id) {
    std::string_view status = "pending";
    {
        Rows access = db.query("SELECT max(access) FROM subscriptions WHERE member = ?1", id);
        if (access.next() && !access.is_null(0)) status = access.integer(0) ? "active" : "ended";
    }
    db.execute("UPDATE members SET status = ?2 WHERE id = ?1 AND status <> ?2", id, status);
}

void add_tokens(Connection& db, std::int64_t id, std::int64_t tokens) {
    db.execute("UPDATE members SET tokens = tokens + ?2 WHERE id = ?1", id, tokens);
}

} // namespace nats_host
