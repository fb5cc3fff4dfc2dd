// Delivers, settles, logs.
#include "inbox/delivering.hpp"

#include "inbox/lines.hpp"
#include "ledger/failpoint.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

namespace {

constexpr TimeMs kLongestPauseMs = TimeMs{60} * 60 * 1000;

std::string counted(std::uint32_t attempts) {
    return std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts");
}

TimeMs pause_after(std::uint32_t attempts, const LedgerConfig& config) {
    const TimeMs first = TimeMs{config.retry_seconds} * 1000;
    const std::uint32_t doublings = std::min(attempts > 0 ? attempts - 1 : 0, 20u);
    return std::min(first << doublings, kLongestPauseMs);
}

// Attempts since an operator's last decision.
std::uint32_t attempts_that_count(const Entry& entry) {
    return entry.attempts - entry.attempts_forgiven;
}

} // namespace

void count(Delivered delivery, Report& report) {
    switch (delivery) {
        case Delivered::applied:
        case Delivered::applied_alone:
            ++report.delivered;
            break;
        case Delivered::refused:
            ++report.dead_letters;
            break;
        case Delivered::retry:
        case Delivered::lost:
            ++report.deferred;
            break;
    }
}

HostAnswer Delivering::deliver(const Entry& entry) const {
    SEGPAY_FAILPOINT("deliver.begin");
    HostAnswer answer = host_.deliver(entry);
    SEGPAY_FAILPOINT("deliver.end");
    return answer;
}

// The last attempt allowed was never settled: the event may crash the host each time, and must not
// for ever.
std::optional<HostAnswer> Delivering::given_up(const Entry& entry) const {
    const std::uint32_t attempts = attempts_that_count(entry);
    if (attempts <= account_.config().ledger.max_attempts) return std::nullopt;
    return HostAnswer{HostAnswer::Verdict::refuse, "given up after " + counted(attempts - 1) +
                                                       "; the last ended without an answer"};
}

Delivered Delivering::conclude(const Entry& entry, const std::optional<Entry>& newer,
                               HostAnswer answer, std::string& why) {
    const std::uint32_t attempts = attempts_that_count(entry);
    why = std::move(answer.why);

    Delivered delivery = Delivered::applied;
    Settlement settlement;
    settlement.message = why;
    if (answer.verdict == HostAnswer::Verdict::refuse) {
        delivery = Delivered::refused;
        settlement.verdict = Settlement::Verdict::refused;
    } else if (answer.verdict == HostAnswer::Verdict::retry) {
        const bool was_last = attempts >= account_.config().ledger.max_attempts;
        delivery = was_last ? Delivered::refused : Delivered::retry;
        settlement.verdict = was_last ? Settlement::Verdict::refused : Settlement::Verdict::retry;
        settlement.next_attempt_at_ms =
            host_.now() + pause_after(attempts, account_.config().ledger);
        if (was_last)
            settlement.message = why = "given up after " + counted(attempts) + "; the last: " + why;
    }
    try {
        if (!settle(newer ? *newer : entry, settlement, delivery)) delivery = Delivered::lost;
    } catch (const LedgerError& failure) { // applied or not, the event will be delivered again
        why = failure.what();
        delivery = Delivered::lost;
    }

    log_delivery(delivery, entry, settlement, why);
    return delivery;
}

// A retry is a warning: it needs no operator. A dead letter is an error: it waits for one.
void Delivering::log_delivery(Delivered delivery, const Entry& entry, const Settlement& settlement,
                              const std::string& why) const {
    LogLevel level = LogLevel::info;
    std::string what = "applied";
    if (delivery == Delivered::refused) {
        level = LogLevel::error;
        what = "dead letter: " + why;
    } else if (delivery == Delivered::retry) {
        level = LogLevel::warning;
        const TimeMs pause = std::max(settlement.next_attempt_at_ms - host_.now(), TimeMs{0});
        what = "deferred, attempt " + std::to_string(attempts_that_count(entry)) + " of " +
               std::to_string(account_.config().ledger.max_attempts) + ", next in " +
               std::to_string((pause + 999) / 1000) + " s: " + why;
    } else if (delivery == Delivered::lost) {
        level = LogLevel::warning;
        what = reply_for(delivery, entry, why).message;
    }
    host_.log(level, line_about(*entry.event, entry.key, what));
}

// For a host that honours keys, the settled mark needs no sync of its own.
bool Delivering::settle(const Entry& entry, const Settlement& settlement, Delivered& delivery) {
    const TimeMs now = host_.now();
    if (delivery == Delivered::applied && host_.honours_keys() &&
        ledger_.settle_later(entry, now)) {
        delivery = Delivered::applied_alone;
        return true;
    }
    return ledger_.settle(entry, settlement, now);
}

// An event whose callback here has outlasted the lease is not leased again by this process: it is
// left to another process, or to that callback.
std::optional<Entry> Delivering::lease_due() {
    const TimeMs now = host_.now();
    if (!in_flight_.outlasts_a_lease(now)) return ledger_.lease_due(now);
    EntryQuery query;
    query.states = 1u << static_cast<unsigned>(EntryState::pending);
    std::optional<Entry> taken;
    ledger_.entries(query, [&](const Entry& entry) {
        const bool is_due = entry.next_attempt_at_ms != 0 && entry.next_attempt_at_ms <= now;
        if (is_due && entry.event && !in_flight_.has(entry.sequence))
            taken = ledger_.lease_next(entry.event->purchase_id, now);
        return !taken;
    });
    return taken;
}

Reply Delivering::reply_for(Delivered delivery, const Entry& entry, const std::string& why) const {
    const Postbacks& words = account_.config().postbacks;
    switch (delivery) {
        case Delivered::applied:
        case Delivered::applied_alone:
            return reply_with(Disposition::delivered, words, entry.key, {});
        case Delivered::refused:
            return reply_with(Disposition::dead_letter, words, entry.key, why);
        case Delivered::retry:
            return reply_with(Disposition::deferred, words, entry.key, why);
        case Delivered::lost:
            break;
    }
    return reply_with(Disposition::deferred, words, entry.key,
                      why.empty() ? "the lease ended before the host answered" : why);
}

} // namespace segpay
