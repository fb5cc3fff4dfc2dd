// Handing out, and step 3.
#include "ledger/failpoint.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_statements.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace segpay {

namespace {

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

// The first place in a queue that is found.
template <class... Values>
std::optional<QueuePlace> find_place(SqliteConnection& connection, std::string_view sql,
                                     const Values&... values) {
    SqliteQuery row = connection.query(sql, values...);
    if (!row.next()) return std::nullopt;
    return QueuePlace{std::string(row.text(0)), row.integer(1)};
}

} // namespace

Mark::Mark(const Entry& entry, TimeMs when)
    : place{entry.event.value().purchase_id, static_cast<std::int64_t>(entry.sequence)},
      attempts(entry.attempts),
      received_at(entry.received_at_ms),
      now(when) {}

// None: its event is damaged, and it is a dead letter now. It would be due for ever, and in the way
// of all that comes after it.
std::optional<Entry> SqliteLedger::hand_out(const QueuePlace& place, TimeMs now) {
    db_.change(kHandOut, place.purchase_id, place.sequence, now + TimeMs{lease_ms_});
    Entry entry;
    {
        SqliteQuery row = db_.query(kReadBySequence, place.sequence);
        row.next();
        entry = read_entry(row, box());
    }
    if (entry.event) return entry;
    bury(std::move(entry), place, now);
    return std::nullopt;
}

void SqliteLedger::bury(Entry entry, const QueuePlace& place, TimeMs now) {
    tell_damage(entry);
    db_.change(kBury, place.purchase_id, place.sequence, entry.attempts, entry.message, now);
    db_.change(kTakeOut, place.purchase_id, place.sequence, entry.attempts);
    call_up_next(place.purchase_id, now);
}

// Whether anything of the purchase is pending; then it stands in the queue.
bool SqliteLedger::has_queue(const std::string& purchase_id) {
    if (purchase_id.empty()) return false;
    if (handed_out_.move(db_, purchase_id)) return true;
    return !handed_out_.is_queue_empty() && db_.query(kFindQueued, purchase_id).next();
}

// After an entry left its queue: the first of those that are left can be handed out.
void SqliteLedger::call_up_next(const std::string& purchase_id, TimeMs now) {
    if (!purchase_id.empty()) db_.change(kCallUp, purchase_id, now);
}

// Inside a transaction: what was said of a handing out. False: the lease was lost.
bool SqliteLedger::write_mark(const Mark& mark) {
    const auto& [purchase, sequence] = mark.place;
    const bool is_worth_telling = mark.attempts != 1 || mark.received_at + 1'000 < mark.now;
    bool is_ours = false;
    if (mark.state == EntryState::settled && handed_out_.take_out(sequence)) {
        if (is_worth_telling) db_.change(kTellHowItWent, sequence, mark.attempts, mark.now);
        SEGPAY_FAILPOINT("settle.before_commit");
        return true;
    }
    handed_out_.move(db_, sequence);
    if (mark.state == EntryState::pending) {
        is_ours = db_.change(kPutOff, purchase, sequence, mark.attempts, mark.next_attempt_at) == 1;
        if (is_ours) db_.change(kTellWhy, sequence, mark.message);
        if (is_ours && !purchase.empty()) db_.change(kGiveWay, purchase, sequence);
    } else {
        if (mark.state == EntryState::dead_letter)
            db_.change(kBury, purchase, sequence, mark.attempts, mark.message, mark.now);
        is_ours = db_.change(kTakeOut, purchase, sequence, mark.attempts) == 1;
        if (is_ours && mark.state == EntryState::settled && is_worth_telling)
            db_.change(kTellHowItWent, sequence, mark.attempts, mark.now);
    }
    if (is_ours && has_queue(purchase)) call_up_next(purchase, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return is_ours;
}

bool SqliteLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    using Verdict = Settlement::Verdict;
    SEGPAY_FAILPOINT("settle.begin");
    Mark mark(entry, now);
    mark.state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) mark.message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        mark.next_attempt_at = std::max(settlement.next_attempt_at_ms, now);
    const bool is_ours = transact("settling an event", [&] { return write_mark(mark); });
    SEGPAY_FAILPOINT("settle.after_commit");
    (void)followers_.forget(mark.place.purchase_id); // whoever settles looks himself
    return is_ours;
}

bool SqliteLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        writer_.later([this, mark = Mark(entry, now)] { (void)write_mark(mark); });
    } catch (const std::exception&) { // for want of memory, too; then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

void SqliteLedger::flush() {
    guarded("settling events", [&] { writer_.flush(); });
}

bool SqliteLedger::give_back(const Entry& entry, TimeMs now) {
    return transact("giving an event back", [&] {
        SEGPAY_FAILPOINT("give_back.begin");
        handed_out_.move(db_, static_cast<std::int64_t>(entry.sequence));
        return db_.change(kGiveBack, entry.event.value().purchase_id, entry.sequence,
                          entry.attempts, now) == 1;
    });
}

std::optional<Entry> SqliteLedger::take_next(std::string_view purchase_id, TimeMs now) {
    if (purchase_id.empty()) return std::nullopt; // those are in no order, and nobody's next
    return take(now, kFindNext, purchase_id, now);
}

std::optional<Entry> SqliteLedger::take_due(TimeMs now) {
    end_leases(now);
    return take(now, kFindDue, now);
}

// A lease is given for each event, and nearly always given back: so it stands in no index, and
// those that were not given back are looked for when one may have ended.
void SqliteLedger::end_leases(TimeMs now) {
    const std::lock_guard lock(leases_mutex_);
    if (looked_for_leases_at_ <= now && now < next_lease_end_) return;
    const char* operation = "looking for leases that have ended";
    const std::optional<TimeMs> first = read(
        operation, [](SqliteConnection& connection) { return find(connection, kFirstLeaseEnd); });
    if (first && *first <= now)
        transact(operation, [&] {
            handed_out_.move_ended(db_, now);
            return db_.change(kEndLeases, now);
        });
    else
        next_lease_end_ = std::min(first.value_or(INT64_MAX), now + TimeMs{lease_ms_});
    looked_for_leases_at_ = now;
}

template <class... Values>
std::optional<Entry> SqliteLedger::take(TimeMs now, std::string_view find_sql,
                                        const Values&... values) {
    flush();
    // Looks before it locks out other writers; what counts is the second look.
    const char* operation = "handing out an event";
    SEGPAY_FAILPOINT("take.begin");
    const bool is_there = read(operation, [&](SqliteConnection& connection) {
        return connection.query(find_sql, values...).next() ||
               connection.query(kHasEndedLease, now).next();
    });
    if (!is_there) return std::nullopt;
    std::optional<Entry> entry = transact(operation, [&]() -> std::optional<Entry> {
        std::optional<Entry> taken;
        if (handed_out_.move_ended(db_, now)) db_.change(kEndLeases, now);
        while (const auto place = find_place(db_, find_sql, values...))
            if ((taken = hand_out(*place, now))) break;
        SEGPAY_FAILPOINT("take.before_commit");
        return taken;
    });
    SEGPAY_FAILPOINT("take.after_commit");
    return entry;
}

} // namespace segpay
