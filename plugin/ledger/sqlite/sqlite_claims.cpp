// Step 1.
#include "events/record.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/outstanding.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_statements.hpp"

#include <utility>

namespace segpay {

PreparedClaim SqliteLedger::prepare(const Arrival& arrival, TimeMs now) const {
    return {.event = arrival.event,
            .identity = arrival.identity,
            .now = now,
            .lease_end = now + TimeMs{lease_ms_},
            .record = to_record(arrival.event),
            .password = boxed(arrival.event.password)};
}

Claim SqliteLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const PreparedClaim prepared = prepare({event, identity}, now);
    Claim claim = transact("claiming an event", [&] {
        Claim made = add_or_meet(prepared);
        SEGPAY_FAILPOINT("claim.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("claim.after_commit");
    complete(claim, event, followers_);
    return claim;
}

std::vector<Claim> SqliteLedger::claim_all(std::span<const Arrival> arrivals, TimeMs now) {
    SEGPAY_FAILPOINT("claim_all.begin");
    std::vector<PreparedClaim> prepared;
    prepared.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        prepared.push_back(prepare(arrival, now));
    std::vector<Claim> claims = transact("claiming events", [&] {
        std::vector<Claim> made;
        made.reserve(prepared.size());
        for (const PreparedClaim& each : prepared)
            made.push_back(add_or_meet(each));
        SEGPAY_FAILPOINT("claim_all.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("claim_all.after_commit");
    for (std::size_t i = 0; i < claims.size(); ++i)
        complete(claims[i], arrivals[i].event, followers_);
    return claims;
}

Claim SqliteLedger::add_or_meet(const PreparedClaim& prepared) {
    const auto& [event, identity, now, lease_end, record, password, by] = prepared;
    const std::optional<Purchase> known = find_purchase(db_, event.purchase_id);
    Purchase memory = known.value_or(Purchase());
    memory.id = event.purchase_id;

    Claim claim;
    claim.key = recognised(memory, {event, identity}, now, repeat_window_ms_);
    // Who is on its way is known; and if one of the purchase is handed out, that one comes first.
    const bool is_first = !known || !has_queue(event.purchase_id);
    NewEntry entry;
    entry.key = claim.key;
    entry.event = &event;
    entry.record = record;
    entry.password = &password;
    entry.now = now;
    if (is_first) entry.lease_until_ms = lease_end;
    if (!insert(entry)) {
        claim = meet_again(prepared, std::move(claim));
        stays_outstanding(prepared, known, claim);
        return claim;
    }
    if (is_first && !password && handed_out_.has_room()) {
        handed_out_.add(entry.sequence, event.purchase_id, lease_end);
    } else {
        handed_out_.queue_grows();
        enqueue(db_, entry);
    }

    SEGPAY_FAILPOINT("claim.entry_written");
    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (is_first) claim.entry = new_entry(claim.key, entry.sequence, now, lease_end);
    claim.is_outstanding =
        remember_outstanding(memory, event, identity, claim.key, now, repeat_window_ms_);
    const bool is_awaited = opens_held(memory, event);
    memory = learned(std::move(memory), event);
    if (memory.id.empty() || memory == known) return claim;
    store_purchase(db_, known, memory);
    if (is_awaited) claim.has_freed = free_held(event, by, now);
    return claim;
}

// It was there before. Unless it is known to be done with, Segpay is answered with failure and
// comes again.
void SqliteLedger::stays_outstanding(const PreparedClaim& prepared,
                                     const std::optional<Purchase>& known, Claim& claim) {
    if (!known || !prepared.identity.has_epoch) return;
    Purchase memory = *known;
    if (claim.outcome != Claim::Outcome::duplicate &&
        remember_outstanding(memory, prepared.event, prepared.identity, claim.key, prepared.now,
                             repeat_window_ms_))
        store_purchase(db_, known, memory);
    claim.is_outstanding = is_outstanding(memory, claim.key);
}

void SqliteLedger::answered(std::span<const Answered> all) {
    SEGPAY_FAILPOINT("answered.begin");
    transact("noting what was answered", [&] {
        for (const auto& [purchase_id, key] : all) {
            const std::optional<Purchase> known = find_purchase(db_, purchase_id);
            if (!known) continue;
            Purchase memory = *known;
            if (forget_outstanding(memory, key)) store_purchase(db_, known, memory);
        }
        return true;
    });
}

// With the next number. False: the key is taken.
bool SqliteLedger::insert(NewEntry& entry) {
    if (numbered_in_ != writer_.transaction()) last_sequence_ = next_sequence(db_) - 1;
    numbered_in_ = writer_.transaction();
    entry.sequence = last_sequence_ + 1;
    const bool is_new = insert_entry(db_, entry);
    if (is_new) last_sequence_ = entry.sequence;
    return is_new;
}

// The key was there before.
Claim SqliteLedger::meet_again(const PreparedClaim& prepared, Claim claim) {
    const TimeMs now = prepared.now;
    struct {
        QueuePlace place;
        EntryState state;
        Essence essence;
        bool is_first;
        TimeMs lease_until;
    } stored{};
    const auto read = [&] {
        SqliteQuery row = db_.query(kFindByKey, claim.key);
        row.next();
        stored.place = {std::string(row.text(2)), row.integer(0)};
        stored.state = static_cast<EntryState>(row.integer(1));
        stored.essence.purchase_id = row.text(2);
        if (const auto currency = Currency::from_code(row.text(4)))
            stored.essence.amount = Money{row.integer(3), *currency};
        stored.is_first = !row.is_null(5);
        stored.lease_until = row.integer(6);
    };
    read();
    if (handed_out_.move(db_, stored.place.sequence)) read();
    if (auto message = contradiction(prepared.event, stored.essence)) {
        claim.outcome = Claim::Outcome::conflict;
        claim.message = std::move(*message);
    } else if (stored.state == EntryState::dead_letter) {
        claim.outcome = Claim::Outcome::dead_letter;
    } else if (stored.state != EntryState::pending) {
        claim.outcome = Claim::Outcome::duplicate;
    } else if (stored.lease_until > now) {
        claim.outcome = Claim::Outcome::in_flight;
    } else if (!stored.is_first) {
        claim.outcome = Claim::Outcome::queued;
    } else {
        claim.entry = hand_out(stored.place, now);
        if (!claim.entry) claim.outcome = Claim::Outcome::dead_letter;
    }
    return claim;
}

} // namespace segpay
