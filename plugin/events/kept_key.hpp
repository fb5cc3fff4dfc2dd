// The keys of requests that wait for an operator: a repeat of one is stored once.
#pragma once

#include "wire/form.hpp"

#include <string>
#include <string_view>

namespace segpay {

// The digest of a stored request. The same content has the same digest, in any order and with any
// spelling of its names.
std::string digest_of(const Parameters& kept);

// "segpay/kept/..."; for a request that waits for the decision about another one (`is_held`),
// "segpay/held/...".
std::string kept_key(const Parameters& kept, bool is_held);

bool is_held_key(std::string_view key);
bool is_kept_key(std::string_view key); // and waits for no other

} // namespace segpay
