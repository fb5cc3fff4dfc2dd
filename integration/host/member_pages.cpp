// Queries and tables.
#include "member_pages.hpp"

#include "members.hpp"

#include <vector>

namespace nats_host {
namespace {

constexpr int kRowsPerPage = 50;

std::string or_dash(const std::string& value) { return value.empty() ? "–" : value; }

Html said_or_dash(const std::optional<std::string>& value) {
    return text(value ? or_dash(*value) : "–");
}

Html yes_no_unsaid(const Rows& rows, int column) {
    if (rows.is_null(column)) return text("not said");
    return text(rows.integer(column) ? "yes" : "no");
}

// Columns minor, currency, exponent from `first` on.
Html money(const Rows& rows, int first) {
    if (rows.is_null(first)) return text("–");
    return text(money_text(rows.integer(first), rows.text(first + 1), rows.integer(first + 2)));
}

Html subscriptions_of(Connection& db, std::int64_t member) {
    Rows rows = db.query(
        "SELECT s.id, coalesce(sites.name, '–'), coalesce(o.name, s.option, '–'), s.access,"
        " s.renewing, s.trial, coalesce(s.paid_until, 0) FROM subscriptions s"
        " LEFT JOIN sites ON sites.id = s.site LEFT JOIN join_options o ON o.id = s.option"
        " WHERE s.member = ?1 ORDER BY s.number",
        member);
    std::vector<Row> cells;
    while (rows.next())
        cells.push_back({text(rows.text(0)), text(rows.text(1)), text(rows.text(2)),
                         yes_no_unsaid(rows, 3), yes_no_unsaid(rows, 4), yes_no_unsaid(rows, 5),
                         text(time_text(rows.integer(6)))});
    return table(
        {"Subscription", "Site", "Option", "Access", "Renews", "Trial", "Paid until (UTC)"}, cells,
        "No subscription yet.");
}

Html transactions_of(Connection& db, std::int64_t member) {
    Rows rows = db.query(
        "SELECT occurred_at, kind, coalesce(id, '–'), coalesce(subscription, '–'), amount_minor,"
        " currency, exponent, approved, test, standin, coalesce(related, ''), tokens,"
        " reason_code, reason_text, reason_family FROM transactions"
        " WHERE member = ?1 ORDER BY occurred_at, event",
        member);
    std::vector<Row> cells;
    while (rows.next()) {
        Html remarks;
        if (rows.integer(7) == 0) remarks += tag("declined");
        if (rows.integer(8) != 0) remarks += tag("test");
        if (rows.integer(9) != 0) remarks += tag("stand-in");
        if (!rows.text(10).empty()) remarks += text("of " + rows.text(10) + " ");
        remarks += reason({rows.text(12), rows.text(13), rows.text(14)});
        if (const std::int64_t tokens = rows.integer(11); tokens != 0)
            remarks += tag((tokens > 0 ? "+" : "") + std::to_string(tokens) + " tokens");
        cells.push_back({text(time_text(rows.integer(0))), word(rows.text(1)), text(rows.text(2)),
                         text(rows.text(3)), money(rows, 4), remarks});
    }
    return table({"Time (UTC)", "Kind", "Transaction", "Subscription", "Amount", "Remarks"}, cells,
                 "No transactions yet.");
}

Html events_of(Connection& db, std::int64_t member) {
    Rows rows = db.query(
        "SELECT applied_at, kind, coalesce(subscription, '–'), coalesce(transaction_id, '–'),"
        " redelivery, key, access, reason_code, reason_text, reason_family FROM applied_events"
        " WHERE member = ?1 ORDER BY number",
        member);
    std::vector<Row> cells;
    while (rows.next()) {
        Html remarks;
        if (!rows.is_null(6)) remarks += tag(rows.integer(6) ? "opened access" : "ended access");
        if (rows.integer(4)) remarks += tag("redelivery");
        remarks += reason({rows.text(7), rows.text(8), rows.text(9)});
        cells.push_back({text(time_text(rows.integer(0))), word(rows.text(1)), text(rows.text(2)),
                         text(rows.text(3)), text(rows.text(5)), remarks});
    }
    return table({"Applied (UTC)", "Kind", "Subscription", "Transaction", "Key", "Remarks"}, cells,
                 "No events yet.");
}

Html children_of(Connection& db, std::int64_t member) {
    Rows rows = db.query(
        "SELECT m.id, sites.name FROM members m JOIN sites ON sites.id = m.site"
        " WHERE m.parent_member = ?1 ORDER BY m.id",
        member);
    Html html;
    while (rows.next()) {
        if (!html.empty()) html += text(", ");
        html += member_link(rows.integer(0)) + text(" at " + rows.text(1));
    }
    return html.empty() ? text("–") : html;
}

} // namespace

Html member_link(std::int64_t id) {
    return link("/members/" + std::to_string(id), std::to_string(id));
}

Html reason(const Reason& reason) {
    Html html;
    if (!reason.code.empty()) html += tag(reason.code);
    if (!reason.family.empty()) html += tag(reason.family);
    if (!reason.words.empty()) html += text(reason.words + " ");
    return html;
}

Html overview_of_host(Connection& db) {
    std::vector<Row> members;
    Rows by_site = db.query(
        "SELECT s.name, sum(m.status = 'active'), sum(m.status = 'ended'),"
        " sum(m.status = 'pending') FROM sites s LEFT JOIN members m ON m.site = s.id"
        " GROUP BY s.id ORDER BY s.id");
    while (by_site.next())
        members.push_back({text(by_site.text(0)), text(std::to_string(by_site.integer(1))),
                           text(std::to_string(by_site.integer(2))),
                           text(std::to_string(by_site.integer(3)))});
    std::vector<Row> income;
    Rows by_currency = db.query(
        "SELECT sum(amount_minor), currency, exponent, count(*), test FROM transactions"
        " WHERE approved = 1 AND currency IS NOT NULL GROUP BY test, currency, exponent"
        " ORDER BY test, currency");
    while (by_currency.next())
        income.push_back({money(by_currency, 0), text(std::to_string(by_currency.integer(3))),
                          by_currency.integer(4) ? tag("test") : text("real")});
    return "<h2>Members</h2>"_html +
           table({"Site", "Active", "Ended", "Pending"}, members, "No sites.") +
           "<h2>Income</h2>"_html +
           table({"Sum", "Transactions", "Money"}, income, "No transactions yet.");
}

Section member_list(Connection& db, const std::string& search, std::int64_t before) {
    Rows rows = db.query(
        "SELECT m.id, coalesce(m.username, ''), coalesce(m.email, ''), sites.name, m.status,"
        " coalesce(m.affiliate, ''), m.created_at FROM members m JOIN sites ON sites.id = m.site"
        " WHERE (?1 = 0 OR m.id < ?1) AND (?2 = '' OR substr(m.username, 1, length(?2)) = ?2"
        " COLLATE NOCASE OR substr(m.email, 1, length(?2)) = ?2 COLLATE NOCASE)"
        " ORDER BY m.id DESC LIMIT ?3",
        before, search, kRowsPerPage);
    std::vector<Row> cells;
    std::int64_t last = 0;
    while (rows.next()) {
        last = rows.integer(0);
        cells.push_back({member_link(last), text(or_dash(rows.text(1))),
                         text(or_dash(rows.text(2))), text(rows.text(3)), text(rows.text(4)),
                         text(or_dash(rows.text(5))), text(time_text(rows.integer(6)))});
    }
    Section section;
    section.title = "Members";
    section.body =
        "<form class=\"actions\" action=\"/members\"><input name=\"q\" value=\""_html +
        text(search) +
        "\" aria-label=\"User name or e-mail\" placeholder=\"Name, e-mail\">"
        "<button>Search</button></form>\n"_html +
        table({"Id", "User name", "E-mail", "Site", "Status", "Affiliate", "Since (UTC)"}, cells,
              "No members.");
    if (cells.size() == kRowsPerPage)
        section.body += link(
            "/members?before=" + std::to_string(last) + "&q=" + encode_component(search), "Older");
    return section;
}

std::optional<Section> member_history(Connection& db, std::int64_t id) {
    const std::optional<Member> member = find_member(db, id);
    if (!member) return std::nullopt;
    Section section;
    section.title = "Member " + std::to_string(id);
    section.body =
        facts({{"Status", text(member->status)},
               {"Site", text(member->site)},
               {"User name", said_or_dash(member->username)},
               {"Name", said_or_dash(member->name)},
               {"E-mail", said_or_dash(member->email)},
               {"Tokens", text(std::to_string(member->tokens))},
               {"Affiliate", said_or_dash(member->affiliate)},
               {"NATS code", said_or_dash(member->nats_code)},
               {"Session", said_or_dash(member->session)},
               {"Came through", member->parent ? member_link(*member->parent) : text("–")},
               {"Also a member", children_of(db, id)},
               {"Partner", said_or_dash(member->partner)},
               {"Id elsewhere", said_or_dash(member->foreign_id)},
               {"Since (UTC)", text(time_text(member->created_at))}}) +
        "<h2>Subscriptions</h2>"_html + subscriptions_of(db, id) + "<h2>Transactions</h2>"_html +
        transactions_of(db, id) + "<h2>Events</h2>"_html + events_of(db, id);
    return section;
}

} // namespace nats_host
