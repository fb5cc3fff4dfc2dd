// Percent-encoding into an existing buffer. Uses SSE2 where the processor has it (every x86-64);
// the result is the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace segpay {

// Writes `text` unchanged; returns the end of what was written. Short texts, for which the call of
// memcpy would be most of the work, are written as two parts that overlap.
inline char* write_plain(char* out, std::string_view text) {
    const auto write_parts = [&](auto part) {
        constexpr std::size_t kPart = part;
        std::memcpy(out, text.data(), kPart);
        std::memcpy(out + text.size() - kPart, text.data() + text.size() - kPart, kPart);
    };
    if (text.size() > 32 || text.size() < 4)
        std::copy(text.begin(), text.end(), out);
    else if (text.size() > 16)
        write_parts(std::integral_constant<std::size_t, 16>());
    else if (text.size() >= 8)
        write_parts(std::integral_constant<std::size_t, 8>());
    else
        write_parts(std::integral_constant<std::size_t, 4>());
    return out + text.size();
}

// The room that `text` may need: each byte can become three. Up to eight bytes that do not count
// may be written behind them, the last of them as four.
constexpr std::size_t encoded_room(std::string_view text) { return text.size() * 3 + 8 + 3; }

// Writes `text` with every byte percent-encoded but letters, digits and "-._~:,"; the last two are
// legal in a query, and Segpay's own examples show eTickets and price-point lists with them.
// `out` has encoded_room(text); returns the end of what was written.
char* write_encoded(char* out, std::string_view text);

// The same without vector instructions.
char* write_encoded_portably(char* out, std::string_view text);

} // namespace segpay
