// Marks in the MariaDB ledger: what becomes of an entry that was handed out, and what comes after
// it.
#include "ledger/failpoint.hpp"
#include "ledger/mariadb/mysql_ledger.hpp"
#include "ledger/mariadb/mysql_statements.hpp"

#include <algorithm>

namespace segpay::mysql {

namespace {

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

} // namespace

// After an entry left its queue: the first of those that are left can be handed out.
void MysqlLedger::call_up_next(const std::string& purchase, TimeMs now) {
    std::optional<std::int64_t> first;
    {
        MysqlQuery row = writer().query(kFindHead, purchase);
        if (row.next() && row.is_null(1)) first = row.integer(0);
    }
    if (first) writer().change(kCallUp, now, *first);
}

void MysqlLedger::write_marks(std::span<const GatheredMark> marks) {
    if (gathered_.is_one_by_one) {
        for (const GatheredMark& each : marks) {
            const bool was_ours = leave_queue({&each, 1});
            if (each.is_ours) *each.is_ours = was_ours;
        }
        return;
    }
    const bool are_ours = leave_queue(marks);
    if (!are_ours && marks.size() > 1) {
        gathered_.is_one_by_one = true;
        throw MysqlError::conflict("a lease was lost");
    }
    for (const GatheredMark& each : marks)
        if (each.is_ours) *each.is_ours = are_ours;
}

// What the host has said the last word about. False: a lease was lost, and of several marks the
// transaction is of no use.
bool MysqlLedger::leave_queue(std::span<const GatheredMark> marks) {
    Keys purchases;
    std::vector<MysqlValue> leases, settled;
    for (const auto& [mark, is_ours] : marks) {
        if (!mark->purchase.empty()) purchases.push_back(mark->purchase);
        for (const MysqlValue& value :
             std::to_array<MysqlValue>({mark->sequence, mark->attempts, writer_.id()}))
            leases.push_back(value);
        for (const MysqlValue& value :
             std::to_array<MysqlValue>({number(mark->state), mark->message, mark->attempts,
                                        mark->now, number(mark->state), mark->sequence}))
            settled.push_back(value);
    }
    std::ranges::sort(purchases); // as claims lock them
    if (!purchases.empty())
        writer().change_all(kTouchPurchase,
                            std::vector<MysqlValue>(purchases.begin(), purchases.end()));
    if (writer().change_all(kLeaveQueue, leases) != std::ssize(marks)) return false;
    writer().change_all(kSettle, settled);
    for (const std::string& purchase : with_queue(writer(), purchases))
        call_up_next(purchase, marks.front().mark->now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return true;
}

// The host asked for a retry. False: the lease was lost.
bool MysqlLedger::stay_in_queue(const Mark& mark) {
    if (!mark.purchase.empty()) writer().change(kTouchPurchase, mark.purchase);
    if (writer().change(kStayInQueue, mark.next_attempt_at, mark.sequence, mark.attempts,
                        writer_.id()) != 1)
        return false;
    writer().change(kSetMessage, mark.message, mark.sequence);
    writer().change(kGiveWay, mark.sequence);
    if (!mark.purchase.empty()) call_up_next(mark.purchase, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return true;
}

bool MysqlLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    using Verdict = Settlement::Verdict;
    SEGPAY_FAILPOINT("settle.begin");
    Mark mark(entry, now);
    mark.state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) mark.message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        mark.next_attempt_at = std::max(settlement.next_attempt_at_ms, now);
    bool is_ours = false;
    if (mark.next_attempt_at)
        is_ours = transact("settling an event", [&] { return stay_in_queue(mark); });
    else
        transact_together("settling an event", [&] {
            gathered_.marks.push_back({&mark, &is_ours});
        });
    SEGPAY_FAILPOINT("settle.after_commit");
    (void)followers_.forget(mark.purchase); // whoever settles looks himself
    return is_ours;
}

bool MysqlLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        commits_.commit_later([this, mark = Mark(entry, now)] {
            gathered_.marks.push_back({&mark, nullptr});
        });
    } catch (const std::exception&) { // for want of memory, too; then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

} // namespace segpay::mysql
