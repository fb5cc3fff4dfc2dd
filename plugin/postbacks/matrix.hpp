// The matrix: which combination of trantype, action, stage and approved means what. From the
// Processing API 2.0, "Transaction Postback Matrix", completed by the NATS integration guide (cross
// sells, upsells, Token Plus) and by combinations that were seen on the wire.
#pragma once

#include "events/event.hpp"
#include "events/identity.hpp"
#include "postbacks/postback.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace segpay {

// What the matrix needs from the ledger.
struct History {
    // This very transaction was approved before: by stand-in, whether or not the template says so.
    bool was_standin = false;
    // The purchase itself began as a one-click sale: its renewals echo the extras of that sale and
    // are renewals nevertheless.
    bool began_by_one_click = false;
};

enum class Meaning {
    event,
    probe,
    unknown,
    incomplete, // a word that decides is missing: the template lost it, or ran it into others
};

struct Classification {
    Meaning meaning = Meaning::unknown;
    EventKind kind = EventKind::unknown;
    bool is_transaction = false;       // the row has a trantype: there must be a transaction id
    std::string_view transaction_type; // words of the row, for the identity; static
    std::string_view action;           // that of the postback where the row takes any
    std::string_view stage;            // empty where it makes no difference
    std::optional<bool> approved;      // as the postback says
};

Classification classify(const Postback& postback, const History& history);

// Whether a word that decides has separators of a query in it: a broken template put the rest of
// the query there.
bool is_broken_word(std::string_view text);

// The kind that it would have with the stage of a sign-up: the extras are checked before the stage.
EventKind kind_as_sign_up(const Postback& postback);

} // namespace segpay
