// Percent-encoding into memory that is there already. Where the processor has SSE2 (every x86-64)
// it is used; the result is the same.
#pragma once

#include <cstddef>
#include <string_view>

namespace segpay {

// How much room `text` may need: each byte can become three, and four are written at a time.
constexpr std::size_t encoded_room(std::string_view text) { return text.size() * 3 + 1; }

// Writes `text` with every byte percent-encoded but letters, digits and "-._~:,"; the last two are
// legal in a query, and Segpay's own examples show eTickets and price-point lists with them.
// `out` has encoded_room(text); returns the end of what was written.
char* write_encoded(char* out, std::string_view text);

// The same without vector instructions.
char* write_encoded_portably(char* out, std::string_view text);

} // namespace segpay
