// Step 1, for any number of claims at once.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/outstanding.hpp"
#include "ledger/stored_ledger.hpp"

namespace segpay {

PreparedClaim StoredLedger::prepare(const Arrival& arrival, TimeMs now) const {
    return {.event = arrival.event,
            .identity = arrival.identity,
            .now = now,
            .record = to_record(arrival.event),
            .password = boxed(arrival.event.password)};
}

Claim StoredLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    const Arrival arrival{event, identity};
    return std::move(claim_all({&arrival, 1}, now).front());
}

std::vector<Claim> StoredLedger::claim_all(std::span<const Arrival> arrivals, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    std::vector<PreparedClaim> prepared;
    prepared.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        prepared.push_back(prepare(arrival, now));
    std::vector<Claim> claims(prepared.size());
    std::vector<ClaimToMake> to_make;
    for (std::size_t i = 0; i < prepared.size(); ++i)
        to_make.push_back({&prepared[i], &claims[i]});
    commit_claims(std::move(to_make));
    SEGPAY_FAILPOINT("claim.after_commit");
    for (std::size_t i = 0; i < claims.size(); ++i)
        complete(claims[i], arrivals[i].event, followers_);
    return claims;
}

// Of one purchase or one fact, each finds what those before it have changed.
void StoredLedger::make_claims(std::vector<ClaimToMake> claims) {
    while (!claims.empty()) {
        std::set<std::string_view> met;
        std::vector<ClaimToMake> distinct, rest;
        for (const ClaimToMake& claim : claims) {
            const PreparedClaim& prepared = *claim.prepared;
            const std::string& purchase = prepared.event.purchase_id;
            const bool is_purchase_new = purchase.empty() || met.insert(purchase).second;
            const bool is_fact_new = met.insert(prepared.identity.key_prefix).second;
            (is_purchase_new && is_fact_new ? distinct : rest).push_back(claim);
        }
        make_distinct_claims(distinct);
        claims = std::move(rest);
    }
    SEGPAY_FAILPOINT("claim.before_commit");
}

Claim StoredLedger::claim_inside(const Arrival& arrival, std::string_view by, TimeMs now) {
    PreparedClaim prepared = prepare(arrival, now);
    prepared.by = by;
    Claim claim;
    const ClaimToMake to_make[] = {{&prepared, &claim}};
    make_distinct_claims(to_make);
    return claim;
}

// Those whose keys are there meet their entries, the others are new.
void StoredLedger::make_distinct_claims(std::span<const ClaimToMake> claims) {
    Keys ids, keys;
    for (const ClaimToMake& claim : claims)
        if (const std::string& id = claim.prepared->event.purchase_id; !id.empty())
            ids.push_back(id);
    ByKey<StoredPurchase> purchases = lock_purchases(ids);
    std::vector<PurchaseState> states;
    for (const auto& [prepared, made] : claims) {
        Purchase purchase = purchases[prepared->event.purchase_id].purchase;
        *made = {}; // it may have been made before, in a transaction that failed
        made->key = recognised(purchase, {prepared->event, prepared->identity}, prepared->now,
                               repeat_window_ms_);
        keys.push_back(made->key);
        states.push_back(purchase.state);
    }
    const ByKey<StoredEntry> stored = stored_entries(keys);
    std::vector<ClaimToMake> fresh;
    std::vector<PurchaseState> fresh_states;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto& [prepared, made] = claims[i];
        const auto found = stored.find(made->key);
        if (found == stored.end()) {
            fresh.push_back(claims[i]);
            fresh_states.push_back(states[i]);
        } else {
            meet(*prepared, found->second, purchases[prepared->event.purchase_id], *made);
        }
    }
    if (!fresh.empty()) add(fresh, fresh_states, purchases);
}

// Whose keys are not there. The first of its queue is leased at once.
void StoredLedger::add(std::span<const ClaimToMake> claims, std::span<const PurchaseState> states,
                       ByKey<StoredPurchase>& purchases) {
    Keys known;
    for (const ClaimToMake& claim : claims)
        if (const std::string& id = claim.prepared->event.purchase_id; purchases[id].version != 0)
            known.push_back(id); // a pending event implies a row of its purchase
    const KeySet behind = with_queue(known);
    std::vector<NewEntry> entries;
    for (const auto& [prepared, made] : claims) {
        const Event& event = prepared->event;
        NewEntry& entry = entries.emplace_back();
        entry.key = made->key;
        entry.event = &event;
        entry.record = prepared->record;
        entry.password = prepared->password;
        entry.place = purchases[event.purchase_id].version + 1;
        entry.now = prepared->now;
        if (!behind.contains(event.purchase_id)) entry.lease_until = entry.now + lease_ms();
    }
    insert_entries(entries);
    SEGPAY_FAILPOINT("claim.entry_written");

    std::vector<StoredPurchase> changed;
    std::vector<ClaimToMake> awaited;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto& [prepared, made] = claims[i];
        const Event& event = prepared->event;
        const bool is_leased = entries[i].lease_until.has_value();
        made->outcome = is_leased ? Claim::Outcome::leased : Claim::Outcome::queued;
        if (is_leased) made->entry = new_entry(entries[i]);
        if (event.purchase_id.empty()) continue;
        StoredPurchase& stored = changed.emplace_back(purchases[event.purchase_id]);
        stored.purchase.id = event.purchase_id;
        stored.purchase.state = states[i];
        made->is_outstanding = remember_outstanding(stored.purchase, event, prepared->identity,
                                                    made->key, prepared->now, repeat_window_ms_);
        if (opens_held(stored.purchase, event)) awaited.push_back(claims[i]);
        stored.purchase = learned(std::move(stored.purchase), event);
    }
    write_purchases(changed);
    for (const auto& [sale, made] : awaited)
        made->has_freed = free_held(sale->event, sale->by, sale->now);
}

// The key is there. Unless the event is known to be done with, Segpay is answered with failure and
// sends it again.
void StoredLedger::meet(const PreparedClaim& prepared, const StoredEntry& stored,
                        StoredPurchase known, Claim& made) {
    made.outcome = outcome_of(stored, prepared.event, prepared.now, made.message);
    if (known.version != 0 && prepared.identity.has_epoch) {
        if (made.outcome != Claim::Outcome::duplicate &&
            remember_outstanding(known.purchase, prepared.event, prepared.identity, made.key,
                                 prepared.now, repeat_window_ms_))
            write_purchases({&known, 1});
        made.is_outstanding = is_outstanding(known.purchase, made.key);
    }
    if (made.outcome != Claim::Outcome::leased) return;
    // Whatever its next attempt: Segpay itself asks again.
    made.entry = lease_and_read({stored.sequence, stored.essence.purchase_id}, false, prepared.now);
    if (!made.entry) made.outcome = Claim::Outcome::dead_letter;
}

StoredPurchase StoredLedger::lock_purchase(const std::string& id) {
    if (id.empty()) return {};
    ByKey<StoredPurchase> found = lock_purchases({id});
    return found.empty() ? StoredPurchase() : std::move(found.begin()->second);
}

void StoredLedger::answered(std::span<const Answered> all) {
    SEGPAY_FAILPOINT("answered.begin");
    transact("noting what was answered", [&] {
        for (const auto& [purchase_id, key] : all) {
            StoredPurchase known = lock_purchase(purchase_id);
            if (known.version != 0 && forget_outstanding(known.purchase, key))
                write_purchases({&known, 1});
        }
    });
}

} // namespace segpay
