// What is kept for the operator, what becomes of it, and what he decides: each in one transaction.
#include "events/record.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_listing.hpp"
#include "ledger/sqlite_reading.hpp"
#include "ledger/sqlite_statements.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kNotice =
    "INSERT INTO notices(name, told_at) VALUES(?, ?) ON CONFLICT(name) DO NOTHING";

} // namespace

// The ledger as it is inside the transaction that runs.
class SqliteLedger::Inside final : public Lookup {
public:
    explicit Inside(SqliteConnection& connection) : connection_(connection) {}

    std::optional<Purchase> purchase(std::string_view id) override {
        return find_purchase(connection_, id);
    }
    std::optional<Event> transaction(std::string_view id) override {
        return find_transaction(connection_, id);
    }
    std::vector<Purchase> purchases_named(std::string_view username, std::uint32_t limit) override {
        return find_purchases(connection_, kPurchasesNamed, username, limit);
    }

private:
    SqliteConnection& connection_;
};

Kept SqliteLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<Blob> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        if (request.is_held) {
            const std::optional<Purchase> purchase =
                find_purchase(db_, request.event.value().purchase_id);
            if (!purchase || !is_waiting_for_sale(*purchase)) return Kept::for_freed;
        }
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = &password;
        entry.now = now;
        const bool is_new = insert(entry);
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request, now);
        return is_new ? Kept::anew : Kept::before;
    });
}

void SqliteLedger::hold_purchase(const KeptRequest& request, TimeMs now) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    const std::optional<Purchase> known = find_purchase(db_, id);
    Purchase memory = known.value_or(Purchase());
    if (holds(memory, request))
        hold(memory, request);
    else if (awaits_sale(memory, request))
        await_sale(memory, request, now);
    else
        return;
    store_purchase(db_, known, memory);
}

// Those that are kept for the purchase and not decided, in order of arrival.
std::vector<Entry> SqliteLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    if (purchase_id.empty()) return kept;
    EntryQuery query;
    query.states = 1u << static_cast<unsigned>(EntryState::quarantined);
    query.purchase_id = purchase_id;
    for (SqliteListing listing(query); !listing.is_over();)
        std::ranges::move(listing.next(db_), std::back_inserter(kept));
    return kept;
}

// After the sale was written: what waited for it follows. False: it was not this one.
bool SqliteLedger::free_held(const PreparedClaim& sale) {
    const std::vector<Entry> all = kept_for(sale.event.purchase_id);
    const bool is_released = !sale.by.empty();
    const auto is_told = [&](const Entry& kept) {
        return fate_of(kept, sale.event) == Fate::is_told;
    };
    if (!is_released && std::ranges::none_of(all, is_told) &&
        std::ranges::any_of(all, is_undecided_sale))
        return false; // they wait for the decision about another sale
    const std::string_view by = is_released ? sale.by : kByRepeat;
    Inside inside(db_);
    for (const Entry& kept : all) {
        const Fate fate = fate_of(kept, sale.event);
        if (fate == Fate::follows) {
            const std::optional<Entry> entry = find_entry(db_, kept.key, box());
            const std::optional<Retold> told =
                retell_ ? retell_(entry.value(), inside) : std::nullopt;
            if (!told) continue;
            const Claim claim = add_or_meet(prepare({told->event, told->identity}, sale.now));
            if (claim.outcome == Claim::Outcome::conflict) continue;
        }
        if (fate != Fate::stays) (void)close(kept.key, EntryState::released, by, sale.now);
        SEGPAY_FAILPOINT("claim.freed_one");
    }
    return true;
}

Decision SqliteLedger::release(std::string_view key, const Arrival& arrival, std::string_view by,
                               TimeMs now) {
    SEGPAY_FAILPOINT("release.begin");
    PreparedClaim prepared = prepare(arrival, now);
    prepared.by = by;
    Decision decision = transact("releasing a request", [&]() -> Decision {
        const std::optional<Entry> entry = find_entry(db_, key, nullptr);
        if (auto refused = not_to_release(entry)) return *std::move(refused);
        Decision made;
        made.claim = add_or_meet(prepared);
        if (made.claim.outcome == Claim::Outcome::conflict) {
            made.outcome = Decision::Outcome::conflict;
            return made;
        }
        if (is_undecided_sale(*entry)) made.claim.has_freed |= free_held(prepared);
        (void)close(key, EntryState::released, by, now); // unless it went with the others
        SEGPAY_FAILPOINT("release.before_commit");
        return made;
    });
    SEGPAY_FAILPOINT("release.after_commit");
    if (decision.outcome == Decision::Outcome::done)
        complete(decision.claim, arrival.event, followers_);
    return decision;
}

Decision SqliteLedger::dismiss(std::string_view key, std::string_view by, TimeMs now) {
    SEGPAY_FAILPOINT("dismiss.begin");
    Decision decision = transact("dismissing an entry", [&]() -> Decision {
        const std::optional<Entry> entry = find_entry(db_, key, nullptr);
        if (auto refused = not_to_dismiss(entry)) return *std::move(refused);
        (void)close(key, EntryState::dismissed, by, now);
        if (is_undecided_sale(*entry)) dismiss_held(*entry->event, by, now);
        SEGPAY_FAILPOINT("dismiss.before_commit");
        return Decision();
    });
    SEGPAY_FAILPOINT("dismiss.after_commit");
    return decision;
}

// After a sale was dismissed. Another one that is not decided yet keeps what is held.
void SqliteLedger::dismiss_held(const Event& sale, std::string_view by, TimeMs now) {
    const std::vector<Entry> kept = kept_for(sale.purchase_id);
    if (std::ranges::any_of(kept, is_undecided_sale)) return;
    for (const Entry& held : kept)
        if (fate_of(held, sale) == Fate::follows)
            (void)close(held.key, EntryState::dismissed, by, now);
}

bool SqliteLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    return db_.change(kClose, key, static_cast<std::int64_t>(to), by, now) == 1;
}

bool SqliteLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(db_, key, box());
        if (!entry || !entry->event) return false;
        handed_out_.move(db_, entry->event->purchase_id);
        const std::optional<std::int64_t> sequence = find(db_, kRevive, key, by, now);
        if (!sequence) return false;
        const std::string& purchase = entry->event->purchase_id;
        std::optional<TimeMs> due; // none: when its turn comes
        if (purchase.empty()) due = now;
        handed_out_.queue_grows();
        db_.change(kPutBack, *sequence, due);
        db_.change(kForgetPassword, *sequence);
        if (!purchase.empty()) db_.change(kStepBack, purchase, now);
        call_up_next(purchase, now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return true;
    });
}

bool SqliteLedger::is_first_notice(std::string_view what, TimeMs now) {
    return transact("noting what was told", [&] { return db_.change(kNotice, what, now) == 1; });
}

} // namespace segpay
