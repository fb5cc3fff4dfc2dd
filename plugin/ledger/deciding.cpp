// Each decision is one transaction: the state is looked at and changed inside it.
#include "ledger/deciding.hpp"

#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

bool DecidingLedger::free_held(const Event& sale, std::string_view by, TimeMs now) {
    const std::vector<Entry> all = kept_for(sale.purchase_id);
    const bool is_released = !by.empty();
    const auto is_told = [&](const Entry& kept) { return fate_of(kept, sale) == Fate::is_told; };
    if (!is_released && std::ranges::none_of(all, is_told) &&
        std::ranges::any_of(all, is_undecided_sale))
        return false; // they wait for the decision about another sale
    const std::unique_ptr<Lookup> inside = look_inside();
    for (const Entry& kept : all) {
        const Fate fate = fate_of(kept, sale);
        if (fate == Fate::follows) {
            const std::optional<Retold> told = retell_ ? retell_(kept, *inside) : std::nullopt;
            if (!told) continue;
            const Claim claim = add({told->event, told->identity}, {}, now);
            if (claim.outcome == Claim::Outcome::conflict) continue;
        }
        if (fate != Fate::stays)
            close(kept.key, EntryState::released, is_released ? by : kByRepeat, now);
        SEGPAY_FAILPOINT("claim.freed_one");
    }
    return true;
}

Decision DecidingLedger::release(std::string_view key, const Arrival& arrival, std::string_view by,
                                 TimeMs now) {
    SEGPAY_FAILPOINT("release.begin");
    Decision decision = decide("releasing a request", [&]() -> Decision {
        const std::optional<Entry> entry = entry_to_decide(key);
        if (auto refused = not_to_release(entry)) return *std::move(refused);
        Decision made;
        made.claim = add(arrival, by, now);
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

Decision DecidingLedger::dismiss(std::string_view key, std::string_view by, TimeMs now) {
    SEGPAY_FAILPOINT("dismiss.begin");
    Decision decision = decide("dismissing an entry", [&]() -> Decision {
        const std::optional<Entry> entry = entry_to_decide(key);
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
void DecidingLedger::dismiss_held(const Event& sale, std::string_view by, TimeMs now) {
    const std::vector<Entry> kept = kept_for(sale.purchase_id);
    if (std::ranges::any_of(kept, is_undecided_sale)) return;
    for (const Entry& held : kept)
        if (fate_of(held, sale) == Fate::follows) close(held.key, EntryState::dismissed, by, now);
}

} // namespace segpay
