// An entry of the plugin's ledger as an operator reads it: what came, what it would have been, why
// it is where it is, who decided. Shows; decides nothing.
#pragma once

#include "database.hpp"
#include "html.hpp"

#include <biller.h>

#include <string>

namespace nats_host {

// "29.95 USD", or a dash.
std::string amount_text(const biller_money& money);

// What stands out about an event: test, stand-in, declined, reason, program, partner, warnings.
Html remarks(const biller_event& event);

// Whether it waits for the decision about another one: the sale that opened its purchase.
bool is_held(const biller_entry& entry);

// All of an entry, with `actions` below. `waiting` others are held until this one is decided.
Html entry_card(Connection& db, const biller_entry& entry, int waiting, const Html& actions);

} // namespace nats_host
