// A map under a lock.
#include "inbox/in_flight.hpp"

#include <algorithm>
#include <utility>

namespace segpay {

bool InFlight::take(const Entry& entry) {
    const std::lock_guard lock(mutex_);
    const TimeMs lease_end = entry.next_attempt_at_ms;
    const auto [found, is_first] = held_.try_emplace(entry.sequence, Held{lease_end, {}});
    if (!is_first) found->second = {lease_end, entry};
    return is_first;
}

bool InFlight::has(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    return held_.contains(sequence);
}

bool InFlight::outlasts_a_lease(TimeMs now) {
    const std::lock_guard lock(mutex_);
    return std::any_of(held_.begin(), held_.end(),
                       [&](const auto& each) { return each.second.lease_end_ms <= now; });
}

std::optional<Entry> InFlight::remove(const Entry& entry) {
    const std::lock_guard lock(mutex_);
    auto held = held_.extract(entry.sequence);
    return held ? std::move(held.mapped().newer) : std::nullopt; // null: forgotten
}

void InFlight::forget(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    held_.erase(sequence);
}

} // namespace segpay
