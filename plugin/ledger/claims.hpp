// What every back end does alike with a claim: what is prepared before the transaction, what
// becomes of it when its key is there already, and what is completed afterwards. Knows no storage.
//
// Threads: free functions, from any thread.
#pragma once

#include "ledger/followers.hpp"
#include "ledger/ledger.hpp"
#include "ledger/purchase_changes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// What of a claim can be made before the transaction: others wait while that lasts.
struct PreparedClaim {
    const Event& event;
    const Identity& identity;
    TimeMs now;
    std::string record;
    std::optional<std::string> password; // boxed
    std::string_view by = {};            // who released it; empty: it came from Segpay
};

// A claim that is to be made, and where the result goes. Borrowed.
struct ClaimToMake {
    const PreparedClaim* prepared;
    Claim* made;
};

// An entry that is to be inserted. Texts are borrowed.
struct NewEntry {
    std::int64_t sequence = 0; // set when it is inserted
    std::string_view key;
    EntryState state = EntryState::pending;
    const Event* event = nullptr; // null: a kept request that could not be translated
    std::string_view record;      // of the event, if there is one
    std::string_view request;
    std::string_view message;
    std::optional<std::string_view> password; // boxed
    std::int64_t place = 0; // MariaDB: in the order of its purchase; the version of the row
    std::optional<TimeMs> lease_until; // of what is pending; none: it is not leased
    TimeMs now = 0;
};

// The entry that has the key of a claim, as it is stored.
struct StoredEntry {
    std::int64_t sequence = 0;
    EntryState state = EntryState::settled;
    Essence essence;
    bool is_first = false; // in the queue of its purchase: nothing has to be delivered before it
    TimeMs lease_until = 0;
};

// What both back ends select of it, in this order.
struct StoredEntryColumn {
    enum : int {
        sequence,
        state,
        purchase_id,
        amount_minor,
        currency,
        next_attempt_at,
        lease_until
    };
};

template <class Row>
StoredEntry read_stored_entry(const Row& row) {
    using Column = StoredEntryColumn;
    StoredEntry stored;
    stored.sequence = row.integer(Column::sequence);
    stored.state = static_cast<EntryState>(row.integer(Column::state));
    stored.essence.purchase_id = row.text(Column::purchase_id);
    if (const auto currency = Currency::from_code(row.text(Column::currency)))
        stored.essence.amount = Money{row.integer(Column::amount_minor), *currency};
    stored.is_first = !row.is_null(Column::next_attempt_at);
    stored.lease_until = row.integer(Column::lease_until);
    return stored;
}

// What becomes of a claim of `event` whose key is there. Leased: it can be, and is to be leased
// now. When it is a conflict, `message` says what contradicts what.
Claim::Outcome outcome_of(const StoredEntry& stored, const Event& event, TimeMs now,
                          std::string& message);

// An entry that was just made, and leased at once; without its event.
Entry new_entry(const NewEntry& entry);

// Adds to the claim of `event` what need not be done inside the transaction: the event of a new
// entry, a password that was not stored, and a note that an event waits behind another.
void complete(Claim& claim, const Event& event, Followers& followers);

// Who decided about what Segpay sent again and was believed.
constexpr std::string_view kByRepeat = "believed when it came again";

// What becomes of an entry that is kept for a purchase when a sale opens the purchase.
enum class Fate {
    stays,
    follows, // it was held until then
    is_sale, // it is that very sale
};
Fate fate_of(const Entry& kept, const Event& opening);

// Whether the entry is a sale whose release would open a purchase: what is held waits for it.
bool is_undecided_sale(const Entry& entry);

// Why an entry, as it is inside the transaction, is not to be released or dismissed.
std::optional<Decision> not_to_release(const std::optional<Entry>& entry);
std::optional<Decision> not_to_dismiss(const std::optional<Entry>& entry);

} // namespace segpay
