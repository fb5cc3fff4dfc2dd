// An operator's decisions on dead letters and kept requests: redeliver, release, dismiss.
#include "events/kept_key.hpp"
#include "inbox/inbox.hpp"
#include "ledger/failpoint.hpp"
#include "values/word.hpp"

namespace segpay {

namespace {

Refused not_found(std::string_view key) {
    return {Refused::Cause::not_found, "there is no entry \"" + clean_text(key) + "\""};
}

constexpr std::string_view kKept = "quarantined, conflict or unknown";
constexpr std::string_view kOpen = "a dead letter or a kept request";

Refused wrong_state(std::string_view key, EntryState state, std::string_view wanted) {
    return {Refused::Cause::wrong_state, "entry \"" + clean_text(key) + "\" is " +
                                             std::string(state_name(state)) + ", not " +
                                             std::string(wanted)};
}

std::optional<Refused> refusal_of(const Decision& decision, std::string_view key,
                                  std::string_view wanted) {
    switch (decision.outcome) {
        case Decision::Outcome::not_found:
            return not_found(key);
        case Decision::Outcome::wrong_state:
            return wrong_state(key, decision.state, wanted);
        case Decision::Outcome::done:
        case Decision::Outcome::conflict:
            break;
    }
    return std::nullopt;
}

} // namespace

Refused Inbox::redeliver(std::string_view key, std::string_view by, Deliver where, Round& round) {
    const std::optional<Entry> entry = ledger_.entry(key);
    if (!entry) return not_found(key);
    if (!entry->event && entry->state == EntryState::dead_letter)
        return {Refused::Cause::wrong_state, "there is nothing to deliver: " + entry->message};
    SEGPAY_FAILPOINT("redeliver.begin");
    if (!ledger_.requeue(key, by, host_.now()))
        return wrong_state(key, entry->state, "dead_letter");
    SEGPAY_FAILPOINT("redeliver.requeued");
    if (where == Deliver::here) add_next(round, entry->event->purchase_id);
    return {};
}

Refused Inbox::release(std::string_view key, std::string_view by, Deliver where, Round& round,
                       std::string_view says) {
    const std::optional<Entry> entry = ledger_.entry(key);
    if (!entry) return not_found(key);
    if (!is_kept(entry->state)) return wrong_state(key, entry->state, kKept);
    Reading reading;
    if (auto why = reader_.read_kept(*entry, says, ledger_, Trust::released, reading))
        return {Refused::Cause::wrong_state, why->message};
    // An event that contradicts an earlier one is delivered as well, under a key of its own.
    Identity& identity = reading.translation.identity;
    if (entry->state == EntryState::conflict)
        identity.key_prefix +=
            "/" + digest_of(kept_parameters(reading.form, account_.names())).substr(0, 8);

    const Event event = event_of(reading.translation.event);
    const Decision decision = ledger_.release(key, {event, identity}, by, host_.now());
    if (decision.outcome == Decision::Outcome::conflict)
        return {Refused::Cause::wrong_state, decision.claim.message};
    if (auto refused = refusal_of(decision, key, kKept)) return *std::move(refused);
    SEGPAY_FAILPOINT("release.decided");

    const std::optional<Entry>& leased = decision.claim.entry;
    if (where == Deliver::elsewhere) {
        if (leased) leave(*leased);
        return {};
    }
    if (leased)
        add(round, *leased);
    else
        add_next(round, event.purchase_id);
    return {};
}

// Leaves the event to another host. If the ledger fails, it is due when its lease ends.
void Inbox::leave(const Entry& leased) {
    try {
        ledger_.give_back(leased, host_.now());
    } catch (const LedgerError& failure) {
        host_.log(LogLevel::error, failure.what());
    }
}

Refused Inbox::dismiss(std::string_view key, std::string_view by) {
    const Decision decision = ledger_.dismiss(key, by, host_.now());
    return refusal_of(decision, key, kOpen).value_or(Refused{});
}

} // namespace segpay
