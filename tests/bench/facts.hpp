// The facts for a ledger: the events of the corpus, as often as needed, each with ids of its own. A
// sale opens a purchase; every other event is about one of those that were opened some time before.
#pragma once

#include "events/event.hpp"
#include "events/identity.hpp"
#include "people.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace segpay::bench {

struct BenchFact {
    Event event;
    Identity identity;
};

class FactSource {
public:
    // Throws std::runtime_error when the corpus cannot be translated.
    FactSource();

    // A copy repeats the same facts, for another ledger.
    std::vector<BenchFact> next(std::size_t count);

private:
    BenchFact next();

    static constexpr std::uint64_t kFirstPurchase = 26'000'000;

    std::shared_ptr<const std::vector<BenchFact>> samples_;
    Dice dice_{2027};
    std::uint64_t last_transaction_ = 1'200'000'000;
    std::uint64_t last_purchase_ = kFirstPurchase;
};

// The bytes of the events' records, on average.
double mean_record_bytes(std::span<const BenchFact> facts);

} // namespace segpay::bench
