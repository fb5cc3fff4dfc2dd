// Hooks that recover, list entries, and carry out an operator's decision.
#include "entry/hooks.hpp"
#include "wire/redaction.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr std::size_t kMaxOperatorBytes = 64;

uint32_t stopped_unless(bool is_finished) {
    return is_finished ? BILLER_STATUS_OK : BILLER_STATUS_STOPPED;
}

void hand_over_report(biller_instance& opened, const Report& done, biller_report* room) {
    if (!room) return;
    Waiting waiting{BILLER_NOT_COUNTED, 0};
    try {
        waiting = opened.ledger->waiting();
    } catch (const LedgerError&) { // the deliveries stand; only the counts are missing
    }
    auto report = sized<biller_report>();
    report.delivered = done.delivered;
    report.deferred = done.deferred;
    report.dead_letters = done.dead_letters;
    report.pending = static_cast<uint32_t>(std::min<std::uint64_t>(waiting.pending, UINT32_MAX));
    report.next_attempt_at_ms = waiting.next_attempt_at_ms;
    hand_over(report, room);
}

uint32_t hand_over_entry(const Entry& found, const biller_entry_sink& sink) {
    const std::string request = redacted_form(found.request);
    auto entry = sized<biller_entry>();
    entry.state = static_cast<uint32_t>(found.state);
    entry.sequence = found.sequence;
    entry.state_name = bytes(state_name(found.state));
    entry.key = bytes(found.key);
    entry.received_at_ms = found.received_at_ms;
    entry.changed_at_ms = found.changed_at_ms;
    entry.attempts = found.attempts;
    entry.next_attempt_at_ms = found.state == EntryState::pending ? found.next_attempt_at_ms : 0;
    entry.message = bytes_or_none(found.message);
    entry.decided_by = bytes_or_none(found.decided_by);
    entry.request = bytes_or_none(request);
    const auto hand_over = [&] { return sink.entry(sink.context, &entry); };
    if (!found.event) return call_out(hand_over);
    const EventView event(*found.event, found.key, found.attempts);
    entry.event = event.get();
    return call_out(hand_over);
}

uint32_t status_of(const Refused& refused) {
    switch (refused.cause) {
        case Refused::Cause::none:
            return BILLER_STATUS_OK;
        case Refused::Cause::not_found:
            return BILLER_STATUS_NOT_FOUND;
        case Refused::Cause::wrong_state:
            return BILLER_STATUS_STATE;
    }
    return BILLER_STATUS_INTERNAL;
}

} // namespace

uint32_t recover(biller_instance* instance, uint32_t limit, biller_report* report,
                 biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        const Report done = opened.inbox.recover(limit);
        hand_over_report(opened, done, report);
        return BILLER_STATUS_OK;
    });
}

uint32_t entries(biller_instance* instance, const biller_entry_query* query,
                 const biller_entry_sink* sink, biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        require(query && has_callback(sink, &biller_entry_sink::entry),
                "query, sink or sink->entry is NULL");
        const biller_entry_query given = adopted(query);
        EntryQuery wanted;
        wanted.states = given.states;
        wanted.after = given.after;
        wanted.limit = given.limit;
        wanted.newest_first = given.newest_first == BILLER_YES;
        wanted.purchase_id = std::string(view(given.purchase_id));
        wanted.member_id = std::string(view(given.member_id));
        bool is_finished = true;
        opened.ledger->entries(wanted, [&](const Entry& entry) {
            is_finished = hand_over_entry(entry, *sink) != BILLER_STOP;
            return is_finished;
        });
        return stopped_unless(is_finished);
    });
}

void carry_out(biller_instance& opened, const biller_decision* decision, Round& round) {
    require(decision != nullptr, "decision is NULL");
    const biller_decision given = adopted(decision);
    const std::string_view by = view(given.by);
    require(!by.empty() && by.size() <= kMaxOperatorBytes, "by must be 1 to 64 bytes");
    const auto where = given.leave_to_host == BILLER_YES ? Deliver::elsewhere : Deliver::here;
    const std::string_view says = view(given.says);
    require(says.empty() || given.decision == BILLER_DECIDE_RELEASE,
            "says is for BILLER_DECIDE_RELEASE");
    require(says.size() <= kMaxRequestBytes, "says is longer than a request may be");
    Refused refused;
    switch (given.decision) {
        case BILLER_DECIDE_REDELIVER:
            refused = opened.inbox.redeliver(view(given.key), by, where, round);
            break;
        case BILLER_DECIDE_RELEASE:
            refused = opened.inbox.release(view(given.key), by, where, round, says);
            break;
        case BILLER_DECIDE_DISMISS:
            refused = opened.inbox.dismiss(view(given.key), by);
            break;
        default:
            require(false, "decision is not one of BILLER_DECIDE_*");
    }
    if (refused.cause != Refused::Cause::none) throw Stop{status_of(refused), refused.message};
}

uint32_t decide(biller_instance* instance, const biller_decision* decision, biller_report* report,
                biller_reason* reason) {
    return in_instance(instance, reason, [&](biller_instance& opened) -> uint32_t {
        Round round(opened.inbox.host().now());
        carry_out(opened, decision, round);
        opened.inbox.deliver_all(round);
        hand_over_report(opened, round.report(), report);
        return BILLER_STATUS_OK;
    });
}

} // namespace segpay
