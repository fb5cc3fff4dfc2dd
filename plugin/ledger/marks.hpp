// Mark: what the host's answer does to an entry that was leased. Alike in every back end; how it is
// written is theirs.
//
// Threads: a value; belongs to one thread at a time.
#pragma once

#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace segpay {

struct Mark {
    // The event was applied.
    Mark(const Entry& entry, TimeMs now);
    Mark(const Entry& entry, const Settlement& settlement, TimeMs now);
    // The entry cannot be read; its message says so.
    static Mark of_damaged(const Entry& entry, const std::string& purchase_id, TimeMs now);

    bool is_retry() const { return state == EntryState::pending; }
    // An entry that was applied at its first attempt, within a second, is not written again.
    bool says_more_than_settled() const {
        return state != EntryState::settled || attempts != 1 || received_at + 1'000 < now;
    }

    std::int64_t sequence;
    std::uint32_t attempts; // with the sequence it names the lease
    std::string purchase_id;
    TimeMs received_at;
    EntryState state = EntryState::settled; // what it becomes; pending: it is to be tried again
    std::string message;
    TimeMs next_attempt_at = 0; // of what is to be tried again
    TimeMs now;
};

} // namespace segpay
