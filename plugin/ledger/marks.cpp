// From a verdict to a state.
#include "ledger/marks.hpp"

#include <algorithm>
#include <array>

namespace segpay {

namespace {

// What an entry becomes by the host's verdict, in the order of Settlement::Verdict.
constexpr std::array kVerdictStates = {EntryState::settled, EntryState::pending,
                                       EntryState::dead_letter};

} // namespace

Mark::Mark(const Entry& entry, TimeMs when)
    : sequence(static_cast<std::int64_t>(entry.sequence)),
      attempts(entry.attempts),
      received_at(entry.received_at_ms),
      now(when) {
    if (entry.event) purchase_id = entry.event->purchase_id;
}

Mark::Mark(const Entry& entry, const Settlement& settlement, TimeMs when) : Mark(entry, when) {
    using Verdict = Settlement::Verdict;
    state = kVerdictStates[static_cast<std::size_t>(settlement.verdict)];
    if (settlement.verdict != Verdict::applied) message = settlement.message;
    if (settlement.verdict == Verdict::retry)
        next_attempt_at = std::max(settlement.next_attempt_at_ms, when);
}

Mark Mark::of_damaged(const Entry& entry, const std::string& purchase_id, TimeMs now) {
    Mark mark(entry, now);
    mark.purchase_id = purchase_id;
    mark.state = EntryState::dead_letter;
    mark.message = entry.message;
    return mark;
}

} // namespace segpay
