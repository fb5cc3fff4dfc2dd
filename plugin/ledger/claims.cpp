// An entry and a claim, made whole.
#include "ledger/claims.hpp"

namespace segpay {

Entry new_entry(const std::string& key, std::int64_t sequence, TimeMs now, TimeMs lease_end) {
    Entry entry;
    entry.sequence = static_cast<std::uint64_t>(sequence);
    entry.key = key;
    entry.attempts = 1;
    entry.received_at_ms = entry.changed_at_ms = now;
    entry.next_attempt_at_ms = lease_end;
    return entry;
}

void complete(Claim& claim, const Event& event, Followers& followers) {
    if (claim.outcome == Claim::Outcome::queued) followers.note(event.purchase_id);
    if (!claim.entry) return;
    if (!claim.entry->event) { // it is new
        claim.entry->event = event;
        claim.entry->event->key = claim.key;
    }
    // Stored only if there is a key; but the postback that came again may have brought it.
    if (claim.entry->event->password.is_empty()) claim.entry->event->password = event.password;
}

} // namespace segpay
