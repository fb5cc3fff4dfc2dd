// Step 3: what becomes of an entry that was leased, and what comes after it.
#include "ledger/failpoint.hpp"
#include "ledger/stored_ledger.hpp"

#include <algorithm>

namespace segpay {

bool StoredLedger::settle(const Entry& entry, const Settlement& settlement, TimeMs now) {
    SEGPAY_FAILPOINT("settle.begin");
    const Mark mark(entry, settlement, now);
    bool was_leased = false;
    commit_mark(mark, was_leased);
    SEGPAY_FAILPOINT("settle.after_commit");
    (void)followers_.forget(mark.purchase_id); // who settles looks for the next one itself
    return was_leased;
}

bool StoredLedger::settle_later(const Entry& entry, TimeMs now) {
    SEGPAY_FAILPOINT("later.begin");
    if (followers_.forget(entry.event->purchase_id)) return false;
    try {
        commit_later(Mark(entry, now));
    } catch (const std::exception&) { // for want of memory, too; then it will be delivered again
    }
    SEGPAY_FAILPOINT("later.end");
    return true;
}

bool StoredLedger::write_last_marks(std::span<const Mark* const> marks) {
    Keys purchases;
    for (const Mark* mark : marks)
        if (!mark->purchase_id.empty()) purchases.push_back(mark->purchase_id);
    std::ranges::sort(purchases); // as claims lock them
    touch_purchases(purchases);
    if (!leave_queue(marks)) return false;
    write_outcomes(marks);
    for (const std::string& purchase : with_queue(purchases))
        promote_next(purchase, marks.front()->now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return true;
}

bool StoredLedger::write_retry(const Mark& mark) {
    const bool has_purchase = !mark.purchase_id.empty();
    if (has_purchase) touch_purchases({mark.purchase_id});
    if (!stay_in_queue(mark)) return false;
    if (has_purchase) promote_next(mark.purchase_id, mark.now);
    SEGPAY_FAILPOINT("settle.before_commit");
    return true;
}

} // namespace segpay
