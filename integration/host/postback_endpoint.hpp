// The endpoint of the processor's postbacks: passes its requests to the plugin and the answers
// back, word for word. Decides nothing.
#pragma once

#include "crash.hpp"
#include "server.hpp"

#include <biller.hpp>

#include <span>

namespace nats_host {

// Passes on the requests of the exchanges and answers all.
void answer_postbacks(biller::Instance& biller, DieAt& die_at,
                      std::span<Exchange* const> exchanges);

} // namespace nats_host
