// What an operator decides about dead letters and kept requests: the members of Biller that
// redeliver, release and dismiss.
#include "biller.hpp"
#include "kept_key.hpp"
#include "ledger/failpoint.hpp"
#include "values/word.hpp"

namespace segpay {

namespace {

Refused not_found(std::string_view key) {
    return {Refused::Cause::not_found, "there is no entry \"" + clean_text(key) + "\""};
}

Refused wrong_state(const Entry& entry, std::string_view wanted) {
    return {Refused::Cause::wrong_state, "entry \"" + entry.key + "\" is " +
                                             std::string(state_name(entry.state)) + ", not " +
                                             std::string(wanted)};
}

bool is_kept(const Entry& entry) {
    return entry.state == EntryState::quarantined || entry.state == EntryState::conflict ||
           entry.state == EntryState::unknown;
}

} // namespace

Refused Biller::redeliver(std::string_view key, std::string_view by, Deliver where,
                          Report& report) {
    const std::optional<Entry> entry = ledger_->entry(key);
    if (!entry) return not_found(key);
    if (!entry->event && entry->state == EntryState::dead_letter)
        return {Refused::Cause::wrong_state, "there is nothing to deliver: " + entry->message};
    SEGPAY_FAILPOINT("redeliver.begin");
    if (!ledger_->revive(key, by, host_.now())) return wrong_state(*entry, "dead_letter");
    SEGPAY_FAILPOINT("redeliver.revived");
    if (where == Deliver::here) deliver_purchase(entry->event->purchase_id, report);
    return {};
}

Refused Biller::release(std::string_view key, std::string_view by, Deliver where, Report& report) {
    const std::optional<Entry> entry = ledger_->entry(key);
    if (!entry) return not_found(key);
    if (!is_kept(*entry)) return wrong_state(*entry, "quarantined, conflict or unknown");
    Refused refused = tell_kept(*entry, where, report);
    if (refused.cause != Refused::Cause::none) return refused;
    SEGPAY_FAILPOINT("release.told");
    // It is closed last: the operator of a host that dies before is asked again, and nobody is ever
    // asked about what is held by an entry that is closed.
    for (const Entry& held : held_by(*entry)) {
        const std::optional<Entry> with_password = ledger_->entry(held.key);
        if (!with_password) continue;
        const Refused later = tell_kept(*with_password, where, report);
        if (later.cause == Refused::Cause::none)
            ledger_->close(held.key, EntryState::released, by, host_.now());
        else
            host_.log(LogLevel::warning, held.key + " stays in quarantine: " + later.message);
    }
    SEGPAY_FAILPOINT("release.held_told");
    ledger_->close(key, EntryState::released, by, host_.now());
    SEGPAY_FAILPOINT("release.end");
    return {};
}

// The event of a kept request is claimed and delivered, or left to be.
Refused Biller::tell_kept(const Entry& entry, Deliver where, Report& report) {
    Reading reading;
    (void)reading.form.read(entry.request, kNoLimits);
    if (auto contradiction = read_postback(reading.form, names_, reading.postback))
        return {Refused::Cause::wrong_state, contradiction->message};
    Translation& translation = reading.translation;
    reading.memory = recall(reading.postback, *ledger_);
    translate(reading.postback, config_, reading.memory, host_.now(), Trust::released, translation);
    if (translation.outcome != Translation::Outcome::event)
        return {Refused::Cause::wrong_state,
                "it still cannot be told to the host: " + translation.reason};
    if (entry.event) translation.event.password = entry.event->password.reveal();
    // What contradicts an earlier event is told beside it, under a key of its own.
    if (entry.state == EntryState::conflict)
        translation.identity.stem +=
            "/" + digest_of(kept_parameters(reading.form, names_)).substr(0, 8);

    const Event event = event_of(translation.event);
    const Claim claim = ledger_->claim(event, translation.identity, host_.now());
    if (claim.outcome == Claim::Outcome::conflict)
        return {Refused::Cause::wrong_state, claim.message};
    SEGPAY_FAILPOINT("release.claimed");
    if (where == Deliver::elsewhere) {
        if (claim.outcome == Claim::Outcome::leased) ledger_->give_back(*claim.entry, host_.now());
        SEGPAY_FAILPOINT("give_back.end");
        return {};
    }
    if (claim.outcome == Claim::Outcome::leased) {
        std::string why;
        count(deliver(*claim.entry, why), report);
    }
    deliver_purchase(event.purchase_id, report);
    return {};
}

Refused Biller::dismiss(std::string_view key, std::string_view by) {
    const std::optional<Entry> entry = ledger_->entry(key);
    if (!entry) return not_found(key);
    constexpr std::string_view kWanted = "a dead letter or a kept request";
    if (!is_kept(*entry) && entry->state != EntryState::dead_letter)
        return wrong_state(*entry, kWanted);
    SEGPAY_FAILPOINT("dismiss.begin");
    for (const Entry& held : held_by(*entry)) // first, for the same reason as in release()
        ledger_->close(held.key, EntryState::dismissed, by, host_.now());
    SEGPAY_FAILPOINT("dismiss.held_closed");
    if (!ledger_->close(key, EntryState::dismissed, by, host_.now()))
        return wrong_state(*entry, kWanted);
    SEGPAY_FAILPOINT("dismiss.end");
    return {};
}

std::vector<Entry> Biller::held_by(const Entry& entry) {
    std::vector<Entry> held;
    if (!entry.event || !is_sale(entry.event->kind) || is_held_key(entry.key)) return held;
    EntryQuery query;
    query.states = 1u << static_cast<unsigned>(EntryState::quarantined);
    query.purchase_id = entry.event->purchase_id;
    ledger_->entries(query, [&](const Entry& kept) {
        // Access may have been asked for before the sale: that was doubted for the same reason.
        const bool is_early = kept.event && kept.event->kind == EventKind::member_enable;
        if (is_early || is_held_key(kept.key)) held.push_back(kept);
        return true;
    });
    return held;
}

} // namespace segpay
