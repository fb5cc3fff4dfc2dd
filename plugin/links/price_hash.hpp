// The hash of a dynamic price: base64 of 20 bytes that Segpay's pricing service makes of an amount
// (One Click Web Service, "dynamictrans"). It cannot be made here.
#pragma once

#include "values/objection.hpp"

#include <array>
#include <string_view>

namespace segpay {

using PriceHash = std::array<char, 28>; // characters of base64

// Reads the id that the newer pricing service gives in place of a hash, and the only one for
// dynamic recurring prices: a GUID, in quotes as the service writes it, or without. `id` is a view
// of `text`. Returns what is wrong with it.
Objection read_pricing_id(std::string_view text, std::string_view& id);

// Reads a hash as the service gave it, percent-encoded, or already decoded. Returns what is wrong
// with it.
Objection read_price_hash(std::string_view text, PriceHash& hash);

} // namespace segpay
