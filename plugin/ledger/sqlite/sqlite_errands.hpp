// What one process asks another to write into an SQLite ledger for it, claims and marks, packed and
// unpacked. Knows no SQL and no processes.
#pragma once

#include "events/event.hpp"
#include "events/identity.hpp"
#include "ledger/errand.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace segpay {

enum class ErrandKind : std::int64_t { claim = 1, mark = 2 };

// A place in the queue of a purchase.
struct QueuePlace {
    std::string purchase_id;
    std::int64_t sequence = 0;
};

// What becomes of an entry that was handed out; as it is made, it was applied.
struct Mark {
    Mark() = default;
    Mark(const Entry& entry, TimeMs when);

    QueuePlace place;
    std::uint32_t attempts = 0;
    TimeMs received_at = 0;
    EntryState state = EntryState::settled;
    std::string message;
    TimeMs next_attempt_at = 0; // of what is pending again
    TimeMs now = 0;
};

// What of a claim can be made before the transaction: others wait while that lasts.
struct PreparedClaim {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    TimeMs lease_end; // if it is handed out
    std::string record;
    std::optional<Blob> password; // boxed
    bool is_errand = false;       // whoever wants it is in another process
    std::string_view by = {};     // who released it; empty: nobody, it came from Segpay
};

class ClaimErrand final : public Errand {
public:
    // Both must outlive it.
    ClaimErrand(const PreparedClaim& prepared, std::optional<Claim>& claim)
        : prepared_(prepared), claim_(claim) {}

    void ask(Packer& packer) const override;
    bool hear(Unpacker& answer) override;

private:
    const PreparedClaim& prepared_;
    std::optional<Claim>& claim_;
};

// Of what was applied.
class MarkErrand final : public Errand {
public:
    explicit MarkErrand(Mark mark) : mark_(std::move(mark)) {}

    void ask(Packer& packer) const override;
    bool hear(Unpacker&) override { return true; }

private:
    Mark mark_;
};

// The other side. After its kind, which is a number:
Mark unpack_mark(Unpacker& unpacker);

class AskedClaim {
public:
    // Throws std::runtime_error for what is no claim.
    explicit AskedClaim(Unpacker& unpacker);
    AskedClaim(const AskedClaim&) = delete;
    AskedClaim& operator=(const AskedClaim&) = delete;

    PreparedClaim prepared() const;

private:
    TimeMs now_;
    TimeMs lease_end_;
    Identity identity_;
    std::string record_;
    Event event_;
    std::optional<Blob> password_;
};

// A claim that would hand out a stored entry is left to whoever asked: leased, without an entry.
void pack(Packer& packer, const Claim& claim);

} // namespace segpay
