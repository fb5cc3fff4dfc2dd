// The host of the property: applies events by their keys, as biller.h asks of a host, and complains
// of every event that it should not get.
#pragma once

#include "biller.h"
#include "model.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace segpay::testing {

class KeyedHost {
public:
    bool forgets_keys = false; // a host that sees each event at least once

    // A new story, whose numbers have `base` added to them.
    void begin(std::uint64_t base);

    // Of the next deliveries: so many are retried; or applied, but not acknowledged.
    unsigned retries = 0;
    bool is_dying = false;

    std::uint32_t on_event(const biller_event& event);

    const Ending& ending() const { return ending_; }
    const std::string& complaints() const { return complaints_; }

private:
    unsigned number(const biller_bytes& id);
    void apply(const biller_event& event);

    std::uint64_t base_ = 0;
    Ending ending_;
    std::string complaints_;
    std::map<std::string, bool> applied_; // key -> whether the settlement was recorded
};

} // namespace segpay::testing
