// Routing, the ledger's lists, decisions.
#include "operator_pages.hpp"

#include "entry_card.hpp"
#include "log.hpp"
#include "member_pages.hpp"
#include "secrets.hpp"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace nats_host {
namespace {

constexpr std::uint32_t kRowsPerPage = 50;
constexpr std::uint32_t kMaxCounted = 1'000;
constexpr std::size_t kTokenBytes = 16;
constexpr std::size_t kMaxNameBytes = 64; // of the deciding operator, see biller_decision

constexpr std::uint32_t kQuarantineStates = BILLER_STATES(BILLER_STATE_QUARANTINED) |
                                            BILLER_STATES(BILLER_STATE_CONFLICT) |
                                            BILLER_STATES(BILLER_STATE_UNKNOWN);
constexpr std::uint32_t kDeadLetterStates = BILLER_STATES(BILLER_STATE_DEAD_LETTER);
constexpr std::uint32_t kDecidedStates =
    BILLER_STATES(BILLER_STATE_RELEASED) | BILLER_STATES(BILLER_STATE_DISMISSED);

struct KeptPage {
    std::string_view path;
    std::string_view title;
    std::string_view explanation;
    std::uint32_t states;
};

constexpr std::array<KeptPage, 3> kKeptPages = {{
    {"/quarantine", "Quarantine",
     "Requests that did not reach a member: not believed, contradictory, or not understood. "
     "Release delivers one as it is, or with what you add to it; dismiss says that it is nothing.",
     kQuarantineStates},
    {"/dead-letters", "Dead letters",
     "Events that this host refused, or that were tried too often. Correct the cause, then "
     "redeliver.",
     kDeadLetterStates},
    {"/decided", "Decided", "What operators have released or dismissed, and who it was.",
     kDecidedStates},
}};

// A decision that an operator can make, and the states of the entries that it is for.
struct Decision {
    std::string_view name;
    std::string_view label;
    std::uint32_t value;
    std::uint32_t states;
    bool needs_event;
};

constexpr std::array<Decision, 3> kDecisions = {{
    {"redeliver", "Redeliver", BILLER_DECIDE_REDELIVER, kDeadLetterStates, true},
    {"release", "Release", BILLER_DECIDE_RELEASE, kQuarantineStates, false},
    {"dismiss", "Dismiss", BILLER_DECIDE_DISMISS, kQuarantineStates | kDeadLetterStates, false},
}};

std::string said_or_dash(const biller_bytes& bytes) {
    return bytes.size ? biller::text(bytes) : "–";
}

HttpResponse framed(const std::string& title, const Html& body, int status = 200) {
    Page content;
    content.title = title;
    content.navigation = link("/", "Overview") + link("/members", "Members") +
                         link("/events", "Events") + link("/quarantine", "Quarantine") +
                         link("/dead-letters", "Dead letters") + link("/decided", "Decided");
    content.body = body;
    content.status = status;
    return page(content);
}

Html decided_by(const biller_entry& entry) {
    if (entry.decided_by.size == 0) return {};
    return tag("decided by " + biller::text(entry.decided_by));
}

std::int64_t number_in(const Form& query, std::string_view name) {
    const std::string digits = field(query, name);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return std::max<std::int64_t>(number, 0);
}

// To the next page of the same list, of the same purchase and decided by the same operator.
Html older_link(std::size_t rows, std::uint64_t last_sequence, std::string_view path,
                const Form& query = {}) {
    if (rows < kRowsPerPage) return {};
    std::string href = std::string(path) + "?before=" + std::to_string(last_sequence);
    for (const char* name : {"purchase", "by"})
        if (const std::string value = field(query, name); !value.empty())
            href += std::string("&") + name + "=" + encode_component(value);
    return link(href, "Older");
}

std::string_view without_port(std::string_view host) {
    if (!host.empty() && host.front() == '[') return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

bool is_local_name(std::string_view host) {
    const std::string name(without_port(host));
    Poco::Net::IPAddress address;
    return name == "localhost" || Poco::Net::IPAddress::tryParse(name, address);
}

// Browsers send Origin with every POST; other programs must have the token.
bool is_own_origin(const HttpRequest& request) {
    const std::string_view origin = request.header("Origin");
    const std::string host(request.header("Host"));
    return origin.empty() || origin == "http://" + host || origin == "https://" + host;
}

// "7 quarantined", for all states that wait for a decision or a delivery.
Html waiting_entries(biller::Instance& biller) {
    std::vector<std::pair<std::string, int>> counts;
    biller_entry_query query = biller::entry_query(kQuarantineStates | kDeadLetterStates |
                                                   BILLER_STATES(BILLER_STATE_PENDING));
    query.limit = kMaxCounted;
    int total = 0;
    biller.entries(query, [&](const biller_entry& entry) {
        const std::string state = biller::text(entry.state_name);
        auto found = std::find_if(counts.begin(), counts.end(),
                                  [&](const auto& count) { return count.first == state; });
        if (found == counts.end()) found = counts.insert(counts.end(), {state, 0});
        ++found->second;
        ++total;
        return true;
    });
    std::vector<Row> rows;
    for (const auto& [state, count] : counts)
        rows.push_back({text(state), text(std::to_string(count))});
    Html html = table({"State", "Entries"}, rows, "Nothing waits.");
    if (total == static_cast<int>(kMaxCounted))
        html += "<p class=\"note\">Only the first entries were counted.</p>"_html;
    return html;
}

} // namespace

OperatorPages::OperatorPages(Database& database, biller::Instance& biller, Settings settings)
    : database_(database),
      biller_(biller),
      settings_(std::move(settings)),
      form_token_(random_hex(kTokenBytes)) {}

HttpResponse OperatorPages::answer(const HttpRequest& request) {
    if (!settings_.any_host_name && !is_local_name(request.header("Host")))
        return framed("Not under this name",
                      "<p>Reach these pages by address, or as localhost.</p>"_html, 403);
    const std::string& path = request.path;
    if (path == "/decide") return decide(request);
    if (!request.is_read()) return wrong_method("GET");
    if (path == kStylesheetPath) return stylesheet();
    const Form query = decode_form(request.query);
    if (path == "/") return overview();
    if (path == "/members") return members(query);
    if (path.starts_with("/members/")) return member(path.substr(sizeof "/members/" - 1));
    if (path == "/events") return events(query);
    return kept(query, path);
}

HttpResponse OperatorPages::overview() {
    Html body = "<p class=\"note\">"_html + text(settings_.notice) + "</p><h2>Waiting</h2>"_html +
                waiting_entries(biller_);
    body += database_.read([](Connection& db) { return overview_of_host(db); });
    return framed("Overview", body);
}

HttpResponse OperatorPages::members(const Form& query) {
    const Section section = database_.read([&](Connection& db) {
        return member_list(db, field(query, "q"), number_in(query, "before"));
    });
    return framed(section.title, section.body);
}

HttpResponse OperatorPages::member(const std::string& id) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc() || end != id.data() + id.size()) return not_found();
    const auto section = database_.read([&](Connection& db) { return member_history(db, number); });
    return section ? framed(section->title, section->body) : not_found();
}

HttpResponse OperatorPages::events(const Form& query) {
    biller_entry_query wanted = biller::entry_query(BILLER_STATES_ALL);
    wanted.newest_first = BILLER_YES;
    wanted.limit = kRowsPerPage;
    wanted.after = static_cast<std::uint64_t>(number_in(query, "before"));
    std::vector<Row> rows;
    std::uint64_t last = 0;
    database_.read([&](Connection& db) {
        biller_.entries(wanted, [&](const biller_entry& entry) {
            last = entry.sequence;
            Html ours = text("–"); // its member here, once this host has applied it
            Rows applied = db.query("SELECT member FROM applied_events WHERE key = ?1",
                                    biller::view(entry.key));
            if (applied.next())
                ours = applied.is_null(0) ? text("applied") : member_link(applied.integer(0));
            Row row = {text(time_text(entry.received_at_ms / 1000)),
                       tag(biller::view(entry.state_name))};
            if (const biller_event* event = entry.event)
                row.insert(
                    row.end(),
                    {word(biller::view(event->kind_name)), text(said_or_dash(event->purchase_id)),
                     text(said_or_dash(event->transaction_id)), text(amount_text(event->amount)),
                     ours,
                     remarks(*event) + decided_by(entry) + text(biller::view(entry.message))});
            else
                row.insert(row.end(), {text("–"), text("–"), text("–"), text("–"), ours,
                                       decided_by(entry) + text(biller::view(entry.message))});
            rows.push_back(std::move(row));
            return true;
        });
    });
    return framed("Events", table({"Arrived (UTC)", "State", "Kind", "Purchase", "Transaction",
                                   "Amount", "Member", "Remarks"},
                                  rows, "Nothing has arrived yet.") +
                                older_link(rows.size(), last, "/events"));
}

HttpResponse OperatorPages::kept(const Form& query, const std::string& path) {
    const auto* kind = std::find_if(kKeptPages.begin(), kKeptPages.end(),
                                    [&](const KeptPage& each) { return each.path == path; });
    if (kind == kKeptPages.end()) return not_found();
    const std::string purchase = field(query, "purchase");
    biller_entry_query wanted = biller::entry_query(kind->states);
    wanted.newest_first = BILLER_YES;
    wanted.limit = kRowsPerPage;
    wanted.after = static_cast<std::uint64_t>(number_in(query, "before"));
    if (!purchase.empty()) wanted.purchase_id = biller::bytes(purchase);
    std::map<std::string, int> held;
    if (kind->states & kQuarantineStates) held = held_by_purchase();

    Html cards;
    std::size_t count = 0;
    std::uint64_t last = 0;
    database_.read([&](Connection& db) {
        biller_.entries(wanted, [&](const biller_entry& entry) {
            ++count;
            last = entry.sequence;
            int waiting = 0;
            if (entry.event && !is_held(entry))
                if (const auto found = held.find(biller::text(entry.event->purchase_id));
                    found != held.end())
                    waiting = found->second;
            cards += entry_card(db, entry, waiting, buttons(entry, path, field(query, "by")));
            return true;
        });
    });
    if (cards.empty()) cards = "<p class=\"note\">Nothing here.</p>"_html;
    return framed(std::string(kind->title), "<p class=\"note\">"_html + text(kind->explanation) +
                                                "</p>"_html + cards +
                                                older_link(count, last, path, query));
}

// How many entries of each purchase wait for the decision about its opening sale.
std::map<std::string, int> OperatorPages::held_by_purchase() {
    std::map<std::string, int> held;
    biller_entry_query query = biller::entry_query(kQuarantineStates);
    query.newest_first = BILLER_YES;
    query.limit = kMaxCounted;
    biller_.entries(query, [&](const biller_entry& entry) {
        if (entry.event && is_held(entry)) ++held[biller::text(entry.event->purchase_id)];
        return true;
    });
    return held;
}

// None for an entry that is decided, or waits for the decision about another one.
Html OperatorPages::buttons(const biller_entry& entry, const std::string& back,
                            const std::string& by) const {
    Html choices;
    for (const Decision& decision : kDecisions) {
        if (!(decision.states & BILLER_STATES(entry.state)) || is_held(entry)) continue;
        if (decision.needs_event && !entry.event) continue;
        choices +=
            "<button name=\"decision\" value=\""_html + text(decision.name) +
            (decision.value == BILLER_DECIDE_DISMISS ? "\" class=\"quiet\">"_html : "\">"_html) +
            text(decision.label) + "</button>"_html;
    }
    if (choices.empty()) return {};
    if (kQuarantineStates & BILLER_STATES(entry.state))
        choices =
            "<input name=\"says\" placeholder=\"purchaseid=123\""
            " aria-label=\"What the request lacks, or says twice: name=value\">"_html +
            choices;
    return "<form class=\"actions\" method=\"post\" action=\"/decide\">"
           "<input type=\"hidden\" name=\"token\" value=\""_html +
           text(form_token_) + "\"><input type=\"hidden\" name=\"key\" value=\""_html +
           text(biller::view(entry.key)) + "\"><input type=\"hidden\" name=\"back\" value=\""_html +
           text(back) +
           "\"><input name=\"by\" required maxlength=\"64\" placeholder=\"Your name\""
           " aria-label=\"Who decides\" value=\""_html +
           text(by) + "\">"_html + choices + "</form>"_html;
}

HttpResponse OperatorPages::decide(const HttpRequest& request) {
    if (request.method != "POST") return wrong_method("POST");
    if (request.body.size() > kMaxBodyBytes) throw BadRequest("The form is too long.");
    const Form form = decode_form(request.body);
    if (!is_own_origin(request) || !is_same_token(field(form, "token"), form_token_))
        return framed("Not from here",
                      "<p>This form is not of this page, or older than this process. Go back, "
                      "reload, and press again.</p>"_html,
                      403);
    const std::string by = field(form, "by");
    if (by.empty() || by.size() > kMaxNameBytes)
        throw BadRequest("Say who decides, in at most 64 bytes.");
    const std::string name = field(form, "decision");
    const auto* decision = std::find_if(kDecisions.begin(), kDecisions.end(),
                                        [&](const Decision& each) { return each.name == name; });
    if (decision == kDecisions.end()) throw BadRequest("There is no such decision.");
    const std::string wanted_back = field(form, "back");
    const std::string back = (wanted_back == "/dead-letters" ? wanted_back : "/quarantine") +
                             "?by=" + encode_component(by);
    try {
        const std::string key = field(form, "key");
        const bool is_release = decision->value == BILLER_DECIDE_RELEASE;
        const std::string says = is_release ? field(form, "says") : std::string();
        const biller_report report = biller_.decide(decision->value, key, by, false, says);
        log(Level::info, by + " decided: " + name + " " + key);
        const std::string_view outcome =
            decision->value == BILLER_DECIDE_DISMISS ? "It is dismissed."
            : report.delivered != 0                  ? "It was delivered, and the host applied it."
            : report.dead_letters != 0               ? "The host refused it again."
                                                     : "It will be delivered soon.";
        return framed(
            "Done", "<p>"_html + text(outcome) + "</p><p>"_html + link(back, "Back") + "</p>"_html);
    } catch (const biller::Error& failure) {
        return framed(
            "Not done",
            "<p>"_html + text(failure.what()) + "</p><p>"_html + link(back, "Back") + "</p>"_html,
            failure.status() == BILLER_STATUS_NOT_FOUND ? 404 : 409);
    }
}

} // namespace nats_host
