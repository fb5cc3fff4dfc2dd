// Claim, and the steps that follow.
#include "ledger_steps.hpp"

#include <stdexcept>
#include <vector>

namespace segpay::bench {

namespace {

void settle(Ledger& ledger, const Claim& claim) {
    if (claim.outcome == Claim::Outcome::queued) return; // delivered with the one before it
    if (claim.outcome != Claim::Outcome::leased)
        throw std::runtime_error("an event of the bench was claimed before");
    if (ledger.settle_later(*claim.entry, wall_clock())) return;
    if (!ledger.settle(*claim.entry, {Settlement::Verdict::applied, {}, 0}, wall_clock()))
        throw std::runtime_error("a lease of the bench was lost");
}

} // namespace

double ns_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

TimeMs wall_clock() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void carry_through(Ledger& ledger, const BenchFact& fact) {
    settle(ledger, ledger.claim(fact.event, fact.identity, wall_clock()));
}

void carry_through(Ledger& ledger, std::span<const BenchFact> facts) {
    std::vector<Arrival> arrivals;
    arrivals.reserve(facts.size());
    for (const BenchFact& fact : facts)
        arrivals.push_back({fact.event, fact.identity});
    for (const Claim& claim : ledger.claim_all(arrivals, wall_clock()))
        settle(ledger, claim);
}

} // namespace segpay::bench
