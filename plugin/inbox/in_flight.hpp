// InFlight: the events that this instance is telling the host right now. A callback may take longer
// than the lease, or the clock may jump over its end; then the ledger hands the event out again, to
// this process as well. It is not told on a second thread beside the first: whoever tells it
// already settles it, with the newer lease. Knows no host and no ledger.
//
// Threads: every method from any thread.
#pragma once

#include "ledger/ledger.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace segpay {

class InFlight {
public:
    // False: it is in hand already, and this handing out goes to whoever has it.
    bool take(const Entry& entry);
    bool has(std::uint64_t sequence);
    // Whether the ledger would hand one of them out again.
    bool outlasts_a_lease(TimeMs now);
    // After take(): the host has answered. What to settle, when it was handed out again meanwhile.
    std::optional<Entry> put_down(const Entry& entry);
    // Nobody will: the host left the callback without returning.
    void forget(std::uint64_t sequence);
    // The same, as a HeldByHook ends it.
    static void forget_of(void* self, std::uint64_t sequence) noexcept {
        static_cast<InFlight*>(self)->forget(sequence);
    }

    // Has an event in hand, unless somebody has it already, until it is put down or this ends. Both
    // arguments must outlive it.
    class Hold {
    public:
        Hold(InFlight& all, const Entry& entry)
            : all_(all), entry_(entry), is_ours_(all.take(entry)) {}
        ~Hold() {
            if (is_ours_) (void)all_.put_down(entry_);
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

        bool is_ours() const { return is_ours_; }
        // What to settle, when it was handed out again meanwhile.
        std::optional<Entry> put_down() {
            is_ours_ = false;
            return all_.put_down(entry_);
        }

    private:
        InFlight& all_;
        const Entry& entry_;
        bool is_ours_;
    };

private:
    std::mutex mutex_;
    struct Held {
        TimeMs lease_end_ms;
        std::optional<Entry> again; // when it was handed out once more
    };
    std::unordered_map<std::uint64_t, Held> held_; // by sequence
};

} // namespace segpay
