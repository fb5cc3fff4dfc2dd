// Claims in the MariaDB ledger: what is new, what was met before, and who is handed it.
#include "events/record.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/mariadb/mysql_ledger.hpp"
#include "ledger/mariadb/mysql_statements.hpp"
#include "ledger/memory.hpp"
#include "ledger/outstanding.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace segpay::mysql {

namespace {

constexpr TimeMs kAnyTime = INT64_MAX;

} // namespace

Prepared MysqlLedger::prepare(const Arrival& arrival, TimeMs now) const {
    return {.event = arrival.event,
            .identity = arrival.identity,
            .now = now,
            .record = to_record(arrival.event),
            .password = boxed(arrival.event.password)};
}

Claim MysqlLedger::claim(const Event& event, const Identity& identity, TimeMs now) {
    SEGPAY_FAILPOINT("claim.begin");
    const Prepared prepared = prepare({event, identity}, now);
    Claim claim;
    transact_together("claiming an event", [&] {
        gathered_.claims.push_back({&prepared, &claim});
    });
    SEGPAY_FAILPOINT("claim.after_commit");
    complete(claim, event, followers_);
    return claim;
}

std::vector<Claim> MysqlLedger::claim_all(std::span<const Arrival> arrivals, TimeMs now) {
    SEGPAY_FAILPOINT("claim_all.begin");
    std::vector<Prepared> prepared;
    prepared.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        prepared.push_back(prepare(arrival, now));
    std::vector<Claim> claims(prepared.size());
    transact_together("claiming events", [&] {
        for (std::size_t i = 0; i < prepared.size(); ++i)
            gathered_.claims.push_back({&prepared[i], &claims[i]});
        do_gathered();
        SEGPAY_FAILPOINT("claim_all.before_commit");
    });
    SEGPAY_FAILPOINT("claim_all.after_commit");
    for (std::size_t i = 0; i < claims.size(); ++i)
        complete(claims[i], arrivals[i].event, followers_);
    return claims;
}

// Other front ends on this server wait until this transaction is over. A row that is not there
// cannot be locked: then whoever writes it second begins again.
StoredPurchase MysqlLedger::locked_purchase(const std::string& id) {
    if (id.empty()) return {};
    MysqlQuery row = writer().query(kLockPurchase, id);
    return row.next() ? read_purchase(row) : StoredPurchase();
}

// It was there before. Unless it is known to be done with, Segpay is answered with failure and
// comes again.
Claim MysqlLedger::meet(const Prepared& prepared, StoredPurchase known, std::string key) {
    Claim claim;
    claim.key = std::move(key);
    claim = meet_again(prepared.event, std::move(claim), prepared.now);
    if (known.version == 0) return claim;
    if (claim.outcome != Claim::Outcome::duplicate &&
        remember_outstanding(known.memory, prepared.event, prepared.identity, claim.key,
                             prepared.now, repeat_window_ms_))
        write_purchase(writer(), known.memory, known.version);
    claim.is_outstanding = is_outstanding(known.memory, claim.key);
    return claim;
}

void MysqlLedger::answered(std::span<const Answered> all) {
    SEGPAY_FAILPOINT("answered.begin");
    transact("noting what was answered", [&] {
        for (const auto& [purchase_id, key] : all) {
            StoredPurchase known = locked_purchase(purchase_id);
            if (known.version != 0 && forget_outstanding(known.memory, key))
                write_purchase(writer(), known.memory, known.version);
        }
        return true;
    });
}

// Whoever is the first of its queue is leased at once.
Claim MysqlLedger::added(const NewEntry& entry, std::int64_t sequence, bool is_first) const {
    Claim claim;
    claim.key = entry.key;
    claim.outcome = is_first ? Claim::Outcome::leased : Claim::Outcome::queued;
    if (is_first)
        claim.entry = new_entry(claim.key, sequence, entry.now, entry.now + TimeMs{lease_ms_});
    return claim;
}

void MysqlLedger::write_claims(std::vector<GatheredClaim> claims) {
    // Of one purchase or one fact, each sees what those before it have changed.
    while (!claims.empty()) {
        std::set<std::string_view> met;
        std::vector<GatheredClaim> distinct, rest;
        for (const GatheredClaim& claim : claims) {
            const auto& [event, identity, now, record, password, by] = *claim.prepared;
            const bool is_purchase_new =
                event.purchase_id.empty() || met.insert(event.purchase_id).second;
            const bool is_stem_new = met.insert(identity.stem).second;
            (is_purchase_new && is_stem_new ? distinct : rest).push_back(claim);
        }
        write_distinct_claims(distinct);
        claims = std::move(rest);
    }
    SEGPAY_FAILPOINT("claim.before_commit");
}

// Those whose keys are there are met again, the others are new.
void MysqlLedger::write_distinct_claims(std::span<const GatheredClaim> claims) {
    Keys ids, keys;
    for (const GatheredClaim& claim : claims)
        if (const std::string& id = claim.prepared->event.purchase_id; !id.empty())
            ids.push_back(id);
    ByKey<StoredPurchase> purchases = locked_purchases(writer(), ids);
    for (const auto& [prepared, made] : claims) {
        Purchase memory = purchases[prepared->event.purchase_id].memory;
        made->key = recognised(memory, {prepared->event, prepared->identity}, prepared->now,
                               repeat_window_ms_);
        keys.push_back(made->key);
    }
    const ByKey<std::int64_t> old = sequences_of(writer(), keys);
    std::vector<GatheredClaim> fresh;
    for (const GatheredClaim& claim : claims) {
        const auto& [prepared, made] = claim;
        if (!old.contains(made->key)) {
            fresh.push_back(claim);
            continue;
        }
        *made = meet(*prepared, purchases[prepared->event.purchase_id], made->key);
    }
    if (!fresh.empty()) add_all(fresh, purchases);
}

// Whose keys were not there. If one of them is there by now, everything is done again.
void MysqlLedger::add_all(std::span<const GatheredClaim> claims,
                          const ByKey<StoredPurchase>& purchases) {
    std::vector<NewEntry> entries;
    Keys keys, old_purchases;
    for (const auto& [prepared, made] : claims) {
        const auto& [event, identity, now, record, password, by] = *prepared;
        const std::int64_t version = purchases.find(event.purchase_id)->second.version;
        entries.push_back({.key = made->key,
                           .event = &event,
                           .place = version + 1,
                           .record = record,
                           .request = {},
                           .message = {},
                           .password = password,
                           .now = now});
        keys.push_back(made->key);
        if (version != 0) old_purchases.push_back(event.purchase_id);
    }
    insert_entries(writer(), entries);
    SEGPAY_FAILPOINT("claim.entry_written");

    const ByKey<std::int64_t> sequences = sequences_of(writer(), keys);
    const auto behind = with_queue(writer(), old_purchases);
    std::vector<MysqlValue> rows;
    std::vector<StoredPurchase> changed;
    std::vector<GatheredClaim> awaited;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto& [prepared, made] = claims[i];
        const Event& event = prepared->event;
        const auto written = sequences.find(made->key);
        if (written == sequences.end())
            throw MysqlError::conflict("the entry is not there any more");
        const std::int64_t sequence = written->second;
        const bool is_first = !behind.contains(event.purchase_id);
        Claim claim = added(entries[i], sequence, is_first);
        const TimeMs lease_end = is_first ? claim.entry->next_attempt_at_ms : 0;
        std::ranges::copy(queue_row(sequence, event.purchase_id, entries[i].place, is_first ? 1 : 0,
                                    is_first ? std::optional(lease_end) : std::nullopt, lease_end),
                          std::back_inserter(rows));
        *made = std::move(claim);
        if (event.purchase_id.empty()) continue;
        StoredPurchase purchase = purchases.find(event.purchase_id)->second;
        purchase.memory.id = event.purchase_id;
        purchase.memory.state = advanced(purchase.memory.state, prepared->identity);
        made->is_outstanding = remember_outstanding(purchase.memory, event, prepared->identity,
                                                    made->key, prepared->now, repeat_window_ms_);
        if (opens_held(purchase.memory, event)) awaited.push_back(claims[i]);
        purchase.memory = learned(std::move(purchase.memory), event);
        changed.push_back(std::move(purchase));
    }
    writer().change_all(kQueue, rows);
    write_purchases(writer(), changed);
    for (const auto& [sale, made] : awaited)
        made->has_freed = free_held(sale->event, sale->by, sale->now);
}

std::array<MysqlValue, 7> MysqlLedger::queue_row(std::int64_t sequence, std::string_view purchase,
                                                 std::int64_t place, std::int64_t attempts,
                                                 std::optional<TimeMs> next_attempt_at,
                                                 TimeMs lease_until) const {
    const std::int64_t owner = lease_until == 0 ? 0 : writer_.id();
    const auto of_purchase = purchase.empty() ? std::nullopt : std::optional(purchase);
    return {sequence, of_purchase, place, attempts, next_attempt_at, lease_until, owner};
}

// The key was there before.
Claim MysqlLedger::meet_again(const Event& event, Claim claim, TimeMs now) {
    struct {
        std::int64_t sequence;
        EntryState state;
        Essence essence;
        bool is_first;
        TimeMs lease_until;
    } stored{};
    {
        MysqlQuery row = writer().query(kFindByKey, claim.key);
        if (!row.next()) throw MysqlError::conflict("the entry is not there yet");
        stored.sequence = row.integer(0);
        stored.state = static_cast<EntryState>(row.integer(1));
        stored.essence.purchase_id = row.text(2);
        if (const auto currency = Currency::from_code(row.text(4)))
            stored.essence.amount = Money{row.integer(3), *currency};
        stored.is_first = !row.is_null(5);
        stored.lease_until = row.integer(6);
    }
    if (auto message = contradiction(event, stored.essence)) {
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
        claim.entry = hand_out(stored.sequence, kAnyTime, now);
        claim.outcome = claim.entry ? Claim::Outcome::leased : Claim::Outcome::dead_letter;
    }
    return claim;
}

// None: its event is damaged, and it is a dead letter now. It would be due for ever, and in the way
// of all that comes after it.
std::optional<Entry> MysqlLedger::hand_out(std::int64_t sequence, TimeMs not_after, TimeMs now) {
    const TimeMs lease_end = now + TimeMs{lease_ms_};
    if (writer().change(kHandOut, lease_end, lease_end, writer_.id(), sequence, not_after, now) !=
        1)
        throw MysqlError::conflict("somebody else was handed the event");
    Entry entry;
    {
        MysqlQuery row = writer().query(kReadBySequence, sequence);
        row.next();
        entry = read_entry(row, box());
    }
    if (entry.event) return entry;
    tell_damage(entry);
    Mark mark(entry, now);
    {
        MysqlQuery row = writer().query(kPlaceOf, sequence);
        if (row.next()) mark.purchase = row.text(0);
    }
    mark.state = EntryState::dead_letter;
    mark.message = entry.message;
    (void)leave_queue({{{&mark, nullptr}}});
    return std::nullopt;
}

} // namespace segpay::mysql
