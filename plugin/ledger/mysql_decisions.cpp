// What is kept for the operator in the MariaDB ledger, what becomes of it, and what he decides:
// each in one transaction.
#include "events/record.hpp"
#include "ledger/claims.hpp"
#include "ledger/failpoint.hpp"
#include "ledger/memory.hpp"
#include "ledger/mysql_ledger.hpp"
#include "ledger/mysql_reading.hpp"
#include "ledger/mysql_statements.hpp"

#include <algorithm>
#include <utility>

namespace segpay::mysql {

namespace {

// The ledger as it is inside the transaction that runs.
class Inside final : public Lookup {
public:
    explicit Inside(MysqlConnection& connection) : connection_(connection) {}

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
    MysqlConnection& connection_;
};

// The entry, with the state that nobody else can change any more.
std::optional<Entry> locked_entry(MysqlConnection& connection, std::string_view key) {
    const std::optional<std::int64_t> state = find(connection, kLockEntry, key);
    if (!state) return std::nullopt;
    std::optional<Entry> entry = find_entry(connection, key, nullptr);
    if (!entry) return std::nullopt;
    entry->state = static_cast<EntryState>(*state);
    return entry;
}

} // namespace

Kept MysqlLedger::keep(const KeptRequest& request, TimeMs now) {
    const std::optional<std::string> password = boxed(request.password);
    const std::string record = request.event ? to_record(*request.event) : std::string();
    return transact("keeping a request", [&] {
        if (request.is_held && !is_to_wait(request)) return Kept::for_freed;
        NewEntry entry;
        entry.key = request.key;
        entry.state = request.state;
        entry.event = request.event ? &*request.event : nullptr;
        entry.record = record;
        entry.request = request.request;
        entry.message = request.message;
        entry.password = password;
        entry.now = now;
        const bool is_new = insert_entry(writer(), entry).has_value();
        SEGPAY_FAILPOINT("keep.entry_written");
        if (is_new && request.event) hold_purchase(request, now);
        return is_new ? Kept::anew : Kept::before;
    });
}

// The row of the purchase is written: on another node the sale that opens it may be claimed in this
// moment, and would not find what is not there yet.
bool MysqlLedger::is_to_wait(const KeptRequest& request) {
    const std::string& id = request.event.value().purchase_id;
    if (!is_waiting_for_sale(locked_purchase(id).memory)) return false;
    writer().change(kTouchPurchase, id);
    return true;
}

void MysqlLedger::hold_purchase(const KeptRequest& request, TimeMs now) {
    const std::string& id = request.event->purchase_id;
    if (id.empty()) return;
    StoredPurchase known = locked_purchase(id);
    if (holds(known.memory, request))
        hold(known.memory, request);
    else if (awaits_sale(known.memory, request))
        await_sale(known.memory, request, now);
    else
        return;
    write_purchase(writer(), known.memory, known.version);
}

// Those that are kept for the purchase and not decided, in order of arrival.
std::vector<Entry> MysqlLedger::kept_for(const std::string& purchase_id) {
    std::vector<Entry> kept;
    if (purchase_id.empty()) return kept;
    MysqlQuery rows = writer().query(kKeptFor, purchase_id);
    while (rows.next())
        kept.push_back(read_entry(rows, box()));
    return kept;
}

// After the sale was written: what waited for it follows. False: it was not this one.
bool MysqlLedger::free_held(const Prepared& sale) {
    const std::vector<Entry> all = kept_for(sale.event.purchase_id);
    const bool is_released = !sale.by.empty();
    const auto is_told = [&](const Entry& kept) {
        return fate_of(kept, sale.event) == Fate::is_told;
    };
    if (!is_released && std::ranges::none_of(all, is_told) &&
        std::ranges::any_of(all, is_undecided_sale))
        return false; // they wait for the decision about another sale
    const std::string_view by = is_released ? sale.by : kByRepeat;
    Inside inside(writer());
    for (const Entry& kept : all) {
        const Fate fate = fate_of(kept, sale.event);
        if (fate == Fate::follows) {
            const std::optional<Retold> told = retell_ ? retell_(kept, inside) : std::nullopt;
            if (!told) continue;
            const Claim claim = add_or_meet(prepare({told->event, told->identity}, sale.now));
            if (claim.outcome == Claim::Outcome::conflict) continue;
        }
        if (fate != Fate::stays) (void)close(kept.key, EntryState::released, by, sale.now);
        SEGPAY_FAILPOINT("claim.freed_one");
    }
    return true;
}

Decision MysqlLedger::release(std::string_view key, const Arrival& arrival, std::string_view by,
                              TimeMs now) {
    SEGPAY_FAILPOINT("release.begin");
    Prepared prepared = prepare(arrival, now);
    prepared.by = by;
    Decision decision = transact("releasing a request", [&]() -> Decision {
        const std::optional<Entry> entry = locked_entry(writer(), key);
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

Decision MysqlLedger::dismiss(std::string_view key, std::string_view by, TimeMs now) {
    SEGPAY_FAILPOINT("dismiss.begin");
    Decision decision = transact("dismissing an entry", [&]() -> Decision {
        const std::optional<Entry> entry = locked_entry(writer(), key);
        if (auto refused = not_to_dismiss(entry)) return *std::move(refused);
        (void)close(key, EntryState::dismissed, by, now);
        if (is_undecided_sale(*entry)) dismiss_held(*entry->event, by, now);
        SEGPAY_FAILPOINT("dismiss.before_commit");
        return {};
    });
    SEGPAY_FAILPOINT("dismiss.after_commit");
    return decision;
}

// After a sale was dismissed. Another one that is not decided yet keeps what is held.
void MysqlLedger::dismiss_held(const Event& sale, std::string_view by, TimeMs now) {
    if (sale.purchase_id.empty()) return;
    (void)locked_purchase(sale.purchase_id);
    writer().change(kTouchPurchase, sale.purchase_id); // as whoever keeps more for it
    const std::vector<Entry> kept = kept_for(sale.purchase_id);
    if (std::ranges::any_of(kept, is_undecided_sale)) return;
    for (const Entry& held : kept)
        if (fate_of(held, sale) == Fate::follows)
            (void)close(held.key, EntryState::dismissed, by, now);
}

bool MysqlLedger::close(std::string_view key, EntryState to, std::string_view by, TimeMs now) {
    return writer().change(kClose, number(to), now, by, key, number(to), number(to)) == 1;
}

bool MysqlLedger::revive(std::string_view key, std::string_view by, TimeMs now) {
    return transact("reviving a dead letter", [&] {
        const std::optional<Entry> entry = find_entry(writer(), key, box());
        if (!entry || !entry->event) return false;
        const auto& purchase = entry->event->purchase_id;
        if (!purchase.empty()) writer().change(kTouchPurchase, purchase);
        if (writer().change(kRevive, by, now, key) != 1) return false;
        const bool is_back = put_back(static_cast<std::int64_t>(entry->sequence), now);
        SEGPAY_FAILPOINT("revive.before_commit");
        return is_back;
    });
}

// At its old place in the queue of its purchase.
bool MysqlLedger::put_back(std::int64_t sequence, TimeMs now) {
    std::string purchase;
    std::int64_t place = 0, attempts = 0;
    {
        MysqlQuery row = writer().query(kPlaceOf, sequence);
        if (!row.next()) return false;
        purchase = row.text(0);
        place = row.integer(1);
        attempts = row.integer(2);
    }
    if (purchase.empty()) {
        writer().change_with(kQueue, queue_row(sequence, purchase, place, attempts, now, 0));
    } else {
        writer().change_with(kQueue,
                             queue_row(sequence, purchase, place, attempts, std::nullopt, 0));
        writer().change(kStepBack, purchase, now);
        call_up_next(purchase, now);
    }
    return true;
}

bool MysqlLedger::is_first_notice(std::string_view what, TimeMs now) {
    return transact("noting what was told",
                    [&] { return writer().change(kNotice, what, now) == 1; });
}

} // namespace segpay::mysql
