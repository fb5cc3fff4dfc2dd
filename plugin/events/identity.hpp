// Identity and epochs: when two postbacks report the same fact.
//
// A transaction is (transaction id, action, trantype, stage, approved); the transaction id alone
// would be wrong, for a stand-in that finally declines comes with the id of its approval. A decline
// without an id is identified by a digest of what it says. Enable, disable, cancel and reactivation
// need carry no transaction id and no time, and cancel -> reactivate -> cancel would look like a
// retry. If they carry one, it distinguishes them; else each purchase has two states, access and
// renewal, and each change of one opens a new epoch of it; a repeat within an epoch is a duplicate.
#pragma once

#include "events/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

// The effect of an event on a purchase's access or renewal.
enum class Change : std::uint8_t { none, on, off };

struct Identity {
    std::string key_prefix; // the key without its epoch: "segpay/26346680/cancel"
    Change access = Change::none;
    Change renewal = Change::none;
    bool has_epoch = false; // whether the key ends with the epochs of what it changes
};

constexpr std::size_t kMaxWordOfKey = 20; // of trantype, action and stage

// The words that identify a fact, in small letters and without separators, as the postback about it
// says them: "sale", "auth", "initial". Another report of the same fact (a report's row) must use
// the same words, and so gets the same key.
struct FactWords {
    bool is_transaction = false; // a member event has its action alone
    std::string_view transaction_type;
    std::string_view action;
    std::string_view stage; // empty where it makes no difference
    bool is_approved = false;
};

// The identity of an event. A transaction is identified by its id and its words; one that has no
// id, a decline, by `digest`, which stands for all that was said of it; a member event by purchase,
// action and, if it carries one, id or time. `identity` must be empty.
void identify(Identity& identity, const EventDraft& event, const FactWords& fact,
              std::string_view digest);

// A purchase starts with both on, in epoch 0.
struct PurchaseState {
    bool has_access = true;
    bool renews = true;
    std::uint32_t access_epoch = 0;
    std::uint32_t renewal_epoch = 0;

    friend bool operator==(const PurchaseState&, const PurchaseState&) = default;
};

// The state after the event.
PurchaseState advanced(PurchaseState state, const Identity& identity);

// The common prefix of the keys of all postbacks about one transaction: "segpay/t1234567890/".
std::string transaction_key_prefix(std::string_view transaction_id);
void append_transaction_key_prefix(std::string& out, std::string_view transaction_id);

// Whether the key belongs to an identity with epochs, in any state.
bool is_key_of(std::string_view key, const Identity& identity);

// The idempotency key, given the state *after* the event: "segpay/26346680/cancel/r1".
std::string key_of(const Identity& identity, const PurchaseState& after);

} // namespace segpay
