// Percent-encoding by a table, byte by byte and without a branch; text that needs no encoding is
// copied eight or sixteen bytes at a time.
#include "wire/encode.hpp"

#include "wire/scan.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace segpay {

namespace {

// The encoding of a byte, in four bytes, so that it is loaded and stored with one instruction each.
struct Encoded {
    std::array<char, 3> text{};
    unsigned char size = 0;
};
using EncodedWord = std::uint32_t;

constexpr std::array<EncodedWord, 256> kEncoded = [] {
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    std::array<EncodedWord, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte)
        table[byte] = std::bit_cast<EncodedWord>(
            stands_for_itself(static_cast<unsigned char>(byte))
                ? Encoded{{static_cast<char>(byte)}, 1}
                : Encoded{{'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]}, 3});
    return table;
}();

// Always writes four bytes; the next write overwrites the excess.
char* write_byte(char* out, char c) {
    const EncodedWord encoded = kEncoded[static_cast<unsigned char>(c)];
    std::memcpy(out, &encoded, sizeof encoded);
    return out + (std::endian::native == std::endian::little ? encoded >> 24 : encoded & 0xFF);
}

char* write_bytes(char* out, const char* from, const char* end) {
    while (from != end)
        out = write_byte(out, *from++);
    return out;
}

// Writes half a run. `is_plain`: no byte of it needs encoding.
char* write_half(char* out, const char* from, bool is_plain) {
    if (is_plain) {
        std::memcpy(out, from, kHalfBytes);
        return out + kHalfBytes;
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kHalfBytes; ++i)
        out = write_byte(out, from[i]);
    return out;
}

char* write_run(char* out, const char* from) {
    constexpr unsigned kFirstHalf = (1u << kHalfBytes) - 1;
    const unsigned marks = marks_to_encode(from, from + kHalfBytes);
    out = write_half(out, from, (marks & kFirstHalf) == 0);
    return write_half(out, from + kHalfBytes, marks <= kFirstHalf);
}

// Less than half a run that needs encoding, at the end of a longer text: padded to half a run with
// bytes that need no encoding, which are dropped again. A loop over few bytes, whose number varies,
// would take longer.
char* write_short_rest(char* out, const char* from, const char* end) {
    const auto missing = kHalfBytes - static_cast<std::size_t>(end - from);
    std::array<char, 2 * kHalfBytes> filled;
    std::memcpy(filled.data(), end - kHalfBytes, kHalfBytes);
    std::memset(filled.data() + kHalfBytes, '0', kHalfBytes);
    return write_half(out, filled.data() + missing, false) - missing;
}

// The rest of a text after its runs: from half a run to a whole one.
char* write_long_rest(char* out, const char* from, const char* end) {
    if (marks_to_encode(from, end - kHalfBytes) != 0)
        return write_short_rest(write_half(out, from, false), from + kHalfBytes, end);
    return write_plain(out, {from, end});
}

// Less than half a run, at the end of a longer text.
char* write_end(char* out, const char* from, const char* end) {
    if (from == end) return out;
    const char* const last_half = end - kHalfBytes;
    if (marks_to_encode(last_half, last_half) != 0) return write_short_rest(out, from, end);
    out += end - from;
    std::memcpy(out - kHalfBytes, last_half, kHalfBytes); // rewrites the bytes before, unchanged
    return out;
}

} // namespace

char* write_encoded_portably(char* out, std::string_view text) {
    return write_bytes(out, text.data(), text.data() + text.size());
}

char* write_encoded(char* out, std::string_view text) {
    const char* from = text.data();
    const char* const end = from + text.size();
    if (text.size() < kHalfBytes) return write_bytes(out, from, end);
    for (; end - from >= std::ptrdiff_t{kRunBytes}; from += kRunBytes)
        out = write_run(out, from);
    return end - from >= std::ptrdiff_t{kHalfBytes} ? write_long_rest(out, from, end)
                                                    : write_end(out, from, end);
}

} // namespace segpay
