// What is kept for the operator, what becomes of it, and what the operator decides: each in one
// transaction, inside which the state is looked at and changed.
#include "events/record.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/stored_ledger.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

Kept StoredLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<std::string> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return in_transaction("keeping a request", [&] {
        if (request.is_held) {
            const std::string& id = request.event.value().purchase_id;
            if (!is_waiting_for_sale(lock_purchase(id).purchase)) return Kept::for_freed;
            touch_purchases({id}); // the sale that opens it may be claimed in this moment
        }
        if (!stored_entries({request.key}).empty()) return Kept::before;
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = password;
        entry.now = now;
        insert_entries({&entry, 1});
        SEGPAY_FAILPOINT("keep.entry_written");
        if (request.event) hold_purchase(request, now);
        return Kept::anew;
    });
}

void StoredLedger::hold_purchase(const KeptRequest& request, TimeMs now) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    StoredPurchase known = lock_purchase(id);
    if (learn_kept(known.purchase, request, now)) write_purchases({&known, 1});
}

bool StoredLedger::free_held(const Event& sale, std::string_view by, TimeMs now) {
    const std::vector<Entry> all = kept_for(sale.purchase_id);
    const bool is_released = !by.empty();
    const auto is_sale = [&](const Entry& kept) { return fate_of(kept, sale) == Fate::is_sale; };
    if (!is_released && std::ranges::none_of(all, is_sale) &&
        std::ranges::any_of(all, is_undecided_sale))
        return false; // they wait for the decision about another sale
    for (const Entry& kept : all) {
        const Fate fate = fate_of(kept, sale);
        if (fate == Fate::follows) {
            const std::optional<Retranslated> event =
                retranslate_ ? retranslate_(kept, reading()) : std::nullopt;
            if (!event) continue;
            const Claim claim = claim_inside({event->event, event->identity}, {}, now);
            if (claim.outcome == Claim::Outcome::conflict) continue;
        }
        if (fate != Fate::stays)
            close(kept.key, EntryState::released, is_released ? by : kByRepeat, now);
        SEGPAY_FAILPOINT("claim.freed_one");
    }
    return true;
}

Decision StoredLedger::release(std::string_view key, const Arrival& arrival, std::string_view by,
                               TimeMs now) {
    SEGPAY_FAILPOINT("release.begin");
    Decision decision = in_transaction("releasing a request", [&]() -> Decision {
        const std::optional<Entry> entry = lock_entry(key);
        if (auto refused = not_to_release(entry)) return *std::move(refused);
        Decision made;
        made.claim = claim_inside(arrival, by, now);
        if (made.claim.outcome == Claim::Outcome::conflict) {
            made.outcome = Decision::Outcome::conflict;
            return made;
        }
        if (is_undecided_sale(*entry)) made.claim.has_freed |= free_held(arrival.event, by, now);
        close(key, EntryState::released, by, now); // unless it went with the others
        SEGPAY_FAILPOINT("release.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("release.after_commit");
    if (decision.outcome == Decision::Outcome::done)
        complete(decision.claim, arrival.event, followers_);
    return decision;
}

Decision StoredLedger::dismiss(std::string_view key, std::string_view by, TimeMs now) {
    SEGPAY_FAILPOINT("dismiss.begin");
    Decision decision = in_transaction("dismissing an entry", [&]() -> Decision {
        const std::optional<Entry> entry = lock_entry(key);
        if (auto refused = not_to_dismiss(entry)) return *std::move(refused);
        close(key, EntryState::dismissed, by, now);
        if (is_undecided_sale(*entry)) dismiss_held(*entry->event, by, now);
        SEGPAY_FAILPOINT("dismiss.before_commit");
        return {};
    });
    SEGPAY_FAILPOINT("dismiss.after_commit");
    return decision;
}

// After a sale was dismissed. Another one that is not decided yet keeps what is held.
void StoredLedger::dismiss_held(const Event& sale, std::string_view by, TimeMs now) {
    const std::vector<Entry> kept = kept_for(sale.purchase_id);
    if (std::ranges::any_of(kept, is_undecided_sale)) return;
    for (const Entry& held : kept)
        if (fate_of(held, sale) == Fate::follows) close(held.key, EntryState::dismissed, by, now);
}

bool StoredLedger::requeue(std::string_view key, std::string_view by, TimeMs now) {
    return in_transaction("requeueing a dead letter", [&] {
        const std::optional<Entry> entry = reading().entry(key, nullptr);
        if (!entry || !entry->event) return false;
        const std::string& purchase = entry->event->purchase_id;
        const bool has_purchase = !purchase.empty();
        if (has_purchase) touch_purchases({purchase});
        if (!requeue_entry(*entry, by, has_purchase ? std::nullopt : std::optional(now), now))
            return false;
        if (has_purchase) {
            step_back(purchase, now);
            promote_next(purchase, now);
        }
        SEGPAY_FAILPOINT("requeue.before_commit");
        return true;
    });
}

bool StoredLedger::is_first_notice(std::string_view what, TimeMs now) {
    return in_transaction("noting a notice", [&] { return add_notice(what, now); });
}

} // namespace segpay
