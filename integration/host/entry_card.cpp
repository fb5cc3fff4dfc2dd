// Names and values of an entry, the evidence folded away below them.
#include "entry_card.hpp"

#include "member_pages.hpp"
#include "members.hpp"

#include <biller.hpp>

#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace nats_host {
namespace {

constexpr std::string_view kHeldKeys = "segpay/held/";

using Facts = std::vector<std::pair<std::string, Html>>;

void say(Facts& facts, const char* name, const biller_bytes& value) {
    if (value.size) facts.emplace_back(name, text(biller::view(value)));
}

// A kept request as it came, a parameter a line.
Html request_lines(const biller_bytes& encoded) {
    if (encoded.size == 0) return {};
    std::string lines;
    try {
        for (const auto& [name, value] : decode_fields(biller::view(encoded)))
            lines.append(name).append(" = ").append(value).append("\n");
    } catch (const BadRequest&) {
        lines = biller::text(encoded);
    }
    return "<details><summary>The request</summary><pre>"_html + text(lines) +
           "</pre></details>"_html;
}

// A link, if it is a member of this host.
Html member_named(Connection& db, const biller_event& event) {
    const std::string_view name = biller::view(event.member_id);
    if (event.partner.size) return text(name) + text(" of ") + text(biller::view(event.partner));
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    return is_number && find_member(db, id) ? member_link(id) : text(name);
}

void say_event(Facts& facts, Connection& db, const biller_event& event) {
    say(facts, "Purchase", event.purchase_id);
    say(facts, "Transaction", event.transaction_id);
    say(facts, "Takes back", event.related_transaction_id);
    if (event.member_id.size) facts.emplace_back("Member", member_named(db, event));
    say(facts, "Affiliate", event.affiliate);
    say(facts, "Session", event.session);
    say(facts, "Site", event.site);
    say(facts, "Join option", event.option);
    if (event.occurred_at_ms)
        facts.emplace_back("Took place (UTC)", text(time_text(event.occurred_at_ms / 1000)));
}

Html what_it_is(const biller_entry& entry) {
    if (!entry.event) return text("no event that could be delivered");
    const biller_event& event = *entry.event;
    Html html = text(biller::view(event.kind_name));
    if (event.amount.currency[0]) html += text(" of " + amount_text(event.amount));
    return html + text(" ") + remarks(event);
}

Html decision_of(const biller_entry& entry) {
    return text(biller::text(entry.state_name) + " by " + biller::text(entry.decided_by) + ", " +
                time_text(entry.changed_at_ms / 1000) + " (UTC)");
}

Html waiting_note(const biller_entry& entry, int waiting) {
    if (is_held(entry) && entry.event)
        return "<p class=\"note\">Decided together with the sale that opened its purchase: "_html +
               link("/quarantine?purchase=" +
                        encode_component(biller::view(entry.event->purchase_id)),
                    "see that") +
               ".</p>"_html;
    if (waiting == 0) return {};
    return "<p class=\"note\">"_html +
           text(waiting == 1 ? "One later request of this purchase waits"
                             : std::to_string(waiting) + " later requests of this purchase wait") +
           text(" for this decision.") + "</p>"_html;
}

} // namespace

std::string amount_text(const biller_money& money) {
    if (money.currency[0] == '\0') return "–";
    return money_text(money.minor, money.currency, money.exponent);
}

Html remarks(const biller_event& event) {
    Html html;
    if (event.test == BILLER_YES) html += tag("test");
    if (event.standin == BILLER_YES) html += tag("stand-in");
    if (event.approved == BILLER_NO) html += tag("declined");
    html += reason({biller::text(event.reason_code), biller::text(event.reason_text),
                    biller::text(event.reason_family)});
    if (event.by.size) html += text("by " + biller::text(event.by) + " ");
    if (event.program.size) html += tag("program " + biller::text(event.program));
    if (event.partner.size) html += tag("partner " + biller::text(event.partner));
    for (std::size_t i = 0; i < event.warning_count; ++i)
        html += tag(biller::view(event.warnings[i]));
    return html;
}

bool is_held(const biller_entry& entry) { return biller::view(entry.key).starts_with(kHeldKeys); }

Html entry_card(Connection& db, const biller_entry& entry, int waiting, const Html& actions) {
    const bool is_kept =
        entry.state == BILLER_STATE_QUARANTINED || entry.state == BILLER_STATE_CONFLICT ||
        entry.state == BILLER_STATE_UNKNOWN || entry.state == BILLER_STATE_DISMISSED;
    Facts facts;
    say(facts, "Why", entry.message);
    facts.emplace_back(is_kept ? "Would have been" : "Is", what_it_is(entry));
    if (entry.event) say_event(facts, db, *entry.event);
    facts.emplace_back("First arrived (UTC)", text(time_text(entry.received_at_ms / 1000)));
    if (entry.attempts) facts.emplace_back("Attempts", text(std::to_string(entry.attempts)));
    if (entry.decided_by.size) facts.emplace_back("Decided", decision_of(entry));
    say(facts, "Key", entry.key);
    Html tags = tag(biller::view(entry.state_name));
    if (is_held(entry)) tags += tag("waits for another");
    return "<article>\n<p>"_html + tags + "</p>\n"_html + nats_host::facts(facts) +
           waiting_note(entry, waiting) + request_lines(entry.request) + actions +
           "</article>\n"_html;
}

} // namespace nats_host
