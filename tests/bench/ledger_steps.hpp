// All three steps of an event, for a host that is quick, applies everything and honours keys.
#pragma once

#include "facts.hpp"
#include "ledger/ledger.hpp"

#include <chrono>
#include <span>

namespace segpay::bench {

using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point begin);
TimeMs wall_clock();

// Throw std::runtime_error when the event was stored before, or its lease is lost.
void carry_through(Ledger& ledger, const BenchFact& fact);
void carry_through(Ledger& ledger, std::span<const BenchFact> facts); // claimed at once

} // namespace segpay::bench
