// Percent-encoding by a table, a byte at a time and without a branch; runs of letters and digits
// are copied whole.
#include "wire/encode.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace segpay {

namespace {

// What a byte becomes, in four bytes, so that it is loaded and stored with one instruction each.
struct Encoded {
    std::array<char, 3> text{};
    unsigned char size = 0;
};
using EncodedWord = std::uint32_t;

constexpr bool stands_for_itself(unsigned char byte) {
    constexpr std::string_view kMarks = "-._~:,";
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || kMarks.find(static_cast<char>(byte)) != kMarks.npos;
}

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

// Four bytes are written whatever they are; what follows overwrites the excess.
char* write_byte(char* out, char c) {
    const EncodedWord encoded = kEncoded[static_cast<unsigned char>(c)];
    std::memcpy(out, &encoded, sizeof encoded);
    return out + (std::endian::native == std::endian::little ? encoded >> 24 : encoded & 0xFF);
}

template <std::size_t count>
char* write_bytes(char* out, const char* from) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < count; ++i)
        out = write_byte(out, from[i]);
    return out;
}

#ifdef __SSE2__

constexpr std::size_t kRunBytes = sizeof(__m128i);

// Bytes from `first` to `last`. SSE2 compares signed bytes only, so the range is moved to the
// lowest ones.
__m128i are_between(__m128i bytes, int first, int last) {
    const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(-128 - first)));
    return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + last - first + 1)));
}

// Whether all are letters and digits. Other bytes that stand for themselves are rare enough.
bool is_plain(__m128i bytes) {
    const __m128i letters = are_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digits = are_between(bytes, '0', '9');
    return _mm_movemask_epi8(_mm_or_si128(letters, digits)) == 0xFFFF;
}

// Encodes whole runs, which most values have few of; what is left of `text` is shorter than one.
char* write_runs(char* out, std::string_view& text) {
    for (; text.size() >= kRunBytes; text.remove_prefix(kRunBytes)) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
        if (is_plain(bytes)) {
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
            out += kRunBytes;
        } else {
            out = write_bytes<kRunBytes>(out, text.data());
        }
    }
    return out;
}

#else

char* write_runs(char* out, std::string_view&) { return out; }

#endif

} // namespace

char* write_encoded_portably(char* out, std::string_view text) {
    constexpr std::size_t kUnrolled = 8; // a third faster than one at a time
    for (; text.size() >= kUnrolled; text.remove_prefix(kUnrolled))
        out = write_bytes<kUnrolled>(out, text.data());
    for (char c : text)
        out = write_byte(out, c);
    return out;
}

char* write_encoded(char* out, std::string_view text) {
    out = write_runs(out, text);
    return write_encoded_portably(out, text);
}

} // namespace segpay
