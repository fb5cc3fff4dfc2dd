// An entry and a claim, made whole.
#include "ledger/claims.hpp"

#include "events/kept_key.hpp"

#include <utility>

namespace segpay {

namespace {

std::optional<Decision> refused(const std::optional<Entry>& entry, bool is_open) {
    if (entry && is_open) return std::nullopt;
    Decision decision;
    decision.outcome = entry ? Decision::Outcome::wrong_state : Decision::Outcome::not_found;
    if (entry) decision.state = entry->state;
    return decision;
}

} // namespace

Claim::Outcome outcome_of(const StoredEntry& stored, const Event& event, TimeMs now,
                          std::string& message) {
    if (auto contradicts = contradiction(event, stored.essence)) {
        message = std::move(*contradicts);
        return Claim::Outcome::conflict;
    }
    if (stored.state == EntryState::dead_letter) return Claim::Outcome::dead_letter;
    if (stored.state != EntryState::pending) return Claim::Outcome::duplicate;
    if (stored.lease_until > now) return Claim::Outcome::in_flight;
    return stored.is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
}

Entry new_entry(const NewEntry& added) {
    Entry entry;
    entry.sequence = static_cast<std::uint64_t>(added.sequence);
    entry.key = added.key;
    entry.attempts = 1;
    entry.received_at_ms = entry.changed_at_ms = added.now;
    entry.next_attempt_at_ms = added.lease_until.value();
    return entry;
}

void complete(Claim& claim, const Event& event, Followers& followers) {
    if (claim.outcome == Claim::Outcome::queued || claim.has_freed)
        followers.note(event.purchase_id);
    if (!claim.entry) return;
    if (!claim.entry->event) { // it is new
        claim.entry->event = event;
        claim.entry->event->key = claim.key;
    }
    // Stored only if there is a key; but the postback that came again may have brought it.
    if (claim.entry->event->password.is_empty()) claim.entry->event->password = event.password;
}

bool is_undecided_sale(const Entry& entry) {
    return entry.state == EntryState::quarantined && !is_held_key(entry.key) && entry.event &&
           is_sale(entry.event->kind) && !entry.event->is_later_sale;
}

Fate fate_of(const Entry& kept, const Event& opening) {
    if (kept.state != EntryState::quarantined || !kept.event) return Fate::stays;
    if (is_held_key(kept.key)) return Fate::follows;
    // Access may have been asked for before the sale: that was doubted for the same reason.
    if (kept.event->kind == EventKind::member_enable) return Fate::follows;
    const bool is_of_sale = kept.event->transaction_id == opening.transaction_id;
    return is_undecided_sale(kept) && is_of_sale ? Fate::is_sale : Fate::stays;
}

std::optional<Decision> not_to_release(const std::optional<Entry>& entry) {
    return refused(entry, entry && is_kept(entry->state));
}

std::optional<Decision> not_to_dismiss(const std::optional<Entry>& entry) {
    return refused(entry,
                   entry && (is_kept(entry->state) || entry->state == EntryState::dead_letter));
}

} // namespace segpay
