// The keys of requests that are kept for an operator: what comes again is kept once.
#pragma once

#include "wire/form.hpp"

#include <string>
#include <string_view>

namespace segpay {

// Of what is kept of a request. The same content has the same digest, in whatever order it came and
// however its names were spelt.
std::string digest_of(const Parameters& kept);

// "segpay/kept/..."; of a request that waits for the decision about another one (`is_held`),
// "segpay/held/...".
std::string kept_key(const Parameters& kept, bool is_held);

bool is_held_key(std::string_view key);
bool is_kept_key(std::string_view key); // and waits for nothing

} // namespace segpay
