// An entry of the plugin's ledger for an operator: the request, the event, the reason for its
// state, who decided. Displays only.
#pragma once

#include "database.hpp"
#include "html.hpp"

#include <biller.h>

#include <string>

namespace nats_host {

// "29.95 USD", or a dash.
std::string amount_text(const biller_money& money);

// The remarkable parts of an event: test, stand-in, declined, reason, program, partner, warnings.
Html remarks(const biller_event& event);

// Whether it waits for the decision about another entry: the sale that opened its purchase.
bool is_held(const biller_entry& entry);

// The whole entry, with `actions` below. `waiting` others are held until this one is decided.
Html entry_card(Connection& db, const biller_entry& entry, int waiting, const Html& actions);

} // namespace nats_host
