// The order of the fields, once for each direction.
#include "ledger/sqlite/sqlite_errands.hpp"

#include "events/record.hpp"
#include "ledger/claims.hpp"

#include <utility>

namespace segpay {

Mark::Mark(const Entry& entry, TimeMs when)
    : place{entry.event.value().purchase_id, static_cast<std::int64_t>(entry.sequence)},
      attempts(entry.attempts),
      received_at(entry.received_at_ms),
      now(when) {}

void MarkErrand::ask(Packer& packer) const {
    packer.put(static_cast<std::int64_t>(ErrandKind::mark));
    packer.put(mark_.place.purchase_id);
    packer.put(mark_.place.sequence);
    packer.put(std::int64_t{mark_.attempts});
    packer.put(mark_.received_at);
    packer.put(mark_.now);
}

Mark unpack_mark(Unpacker& unpacker) {
    Mark mark;
    mark.place.purchase_id = unpacker.text();
    mark.place.sequence = unpacker.number();
    mark.attempts = static_cast<std::uint32_t>(unpacker.number());
    mark.received_at = unpacker.number();
    mark.now = unpacker.number();
    return mark;
}

void ClaimErrand::ask(Packer& packer) const {
    const Identity& identity = prepared_.identity;
    packer.put(static_cast<std::int64_t>(ErrandKind::claim));
    packer.put(prepared_.now);
    packer.put(prepared_.lease_end);
    packer.put(identity.stem);
    packer.put(static_cast<std::int64_t>(identity.access));
    packer.put(static_cast<std::int64_t>(identity.renewal));
    packer.put(std::int64_t{identity.has_epoch});
    packer.put(prepared_.record);
    packer.put(std::int64_t{prepared_.password.has_value()});
    if (prepared_.password) packer.put(prepared_.password->bytes);
}

AskedClaim::AskedClaim(Unpacker& unpacker)
    : now_(unpacker.number()), lease_end_(unpacker.number()) {
    identity_.stem = unpacker.text();
    identity_.access = static_cast<Change>(unpacker.number());
    identity_.renewal = static_cast<Change>(unpacker.number());
    identity_.has_epoch = unpacker.number() != 0;
    record_ = unpacker.text();
    event_ = from_record(record_);
    if (unpacker.number() != 0) password_ = Blob{std::string(unpacker.text())};
}

PreparedClaim AskedClaim::prepared() const {
    return {event_, identity_, now_, lease_end_, record_, password_, true};
}

void pack(Packer& packer, const Claim& claim) {
    const bool is_left = claim.outcome == Claim::Outcome::leased && !claim.entry;
    packer.put(std::int64_t{is_left});
    if (is_left) return;
    packer.put(static_cast<std::int64_t>(claim.outcome));
    packer.put(claim.key);
    packer.put(claim.message);
    packer.put(std::int64_t{claim.is_outstanding});
    packer.put(std::int64_t{claim.has_freed});
    if (!claim.entry) return;
    packer.put(static_cast<std::int64_t>(claim.entry->sequence));
    packer.put(claim.entry->received_at_ms);
    packer.put(claim.entry->next_attempt_at_ms);
}

bool ClaimErrand::hear(Unpacker& answer) {
    if (answer.number() != 0) return false;
    Claim claim;
    claim.outcome = static_cast<Claim::Outcome>(answer.number());
    claim.key = answer.text();
    claim.message = answer.text();
    claim.is_outstanding = answer.number() != 0;
    claim.has_freed = answer.number() != 0;
    if (claim.outcome == Claim::Outcome::leased) {
        const std::int64_t sequence = answer.number();
        const TimeMs now = answer.number();
        claim.entry = new_entry(claim.key, sequence, now, answer.number());
    }
    claim_ = std::move(claim);
    return true;
}

} // namespace segpay
