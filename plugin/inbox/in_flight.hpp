// InFlight: the events that this instance is delivering right now. A callback may take longer than
// the lease, or the clock may jump over its end; then the ledger leases the event again, possibly
// to this process. A second thread does not deliver it: the first one settles it with the newer
// lease. Knows no host and no ledger.
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
    // False: it is in flight already; its holder gets this newer lease.
    bool take(const Entry& entry);
    bool has(std::uint64_t sequence);
    // Whether a lease of one of them is over, so that the ledger may lease it again.
    bool outlasts_a_lease(TimeMs now);
    // After take(): the host has answered. Returns the newer lease to settle, if there is one.
    std::optional<Entry> remove(const Entry& entry);
    // In place of remove(): the host left the callback without returning.
    void forget(std::uint64_t sequence);
    // forget(), as a HeldByHook calls it.
    static void forget_of(void* self, std::uint64_t sequence) noexcept {
        static_cast<InFlight*>(self)->forget(sequence);
    }

    // Holds an event in flight, unless another Hold does, until it is removed or this ends. Both
    // arguments must outlive it.
    class Hold {
    public:
        Hold(InFlight& all, const Entry& entry)
            : all_(all), entry_(entry), is_ours_(all.take(entry)) {}
        ~Hold() {
            if (is_ours_) (void)all_.remove(entry_);
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

        bool is_ours() const { return is_ours_; }
        // As InFlight::remove().
        std::optional<Entry> remove() {
            is_ours_ = false;
            return all_.remove(entry_);
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
        std::optional<Entry> newer; // the lease that a later take() brought
    };
    std::unordered_map<std::uint64_t, Held> held_; // by sequence
};

} // namespace segpay
