// The network between Segpay and the host: sends the postbacks of a story several times, late, out
// of order, and spelt in every way that Segpay's documents allow.
#pragma once

#include "story.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace segpay::testing {

// A postback in flight.
struct Sending {
    std::size_t happening = 0;
    unsigned copy = 0; // 0: the first
};

// Whether the first of its postbacks gets the failure word, or no answer.
bool has_failed(const Mail& mail);

// In order of arrival. Postbacks that decide the final state keep their order; all others are free.
std::vector<Sending> sendings(const Story& story);

struct WireRequest {
    std::string method;
    std::string query;
    std::string body;
};

// `base` is added to the story's numbers, so that one ledger serves many stories.
WireRequest postback(const Happening& happening, unsigned copy, std::uint64_t base);

} // namespace segpay::testing
