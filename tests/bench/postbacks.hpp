// The corpus of postbacks: the transaction template of the NATS integration guide, Step 3 (with
// "&currencycode=" as it was meant), filled as Segpay fills it, for lives that the example
// account's catalogue allows.
#pragma once

#include "config/config.hpp"
#include "events/event.hpp"
#include "postbacks/translate.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace segpay::bench {

constexpr std::size_t kPostbacks = 1024;
constexpr std::size_t kTemplateFields = 27;

struct Sample {
    EventKind kind = EventKind::unknown; // the expected kind
    std::string query;
    std::string guarded_query; // with the seal of its link, echoed, and the secret
    // The ledger's data at its arrival; one shared object for all without any.
    std::shared_ptr<const Loaded> loaded;
};

// Two postbacks are never the same; two runs are always. `guarded` makes the seals.
std::vector<Sample> postback_corpus(const Config& guarded);

} // namespace segpay::bench
