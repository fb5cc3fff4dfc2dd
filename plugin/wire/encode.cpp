// Percent-encoding by a table of bytes, and in runs.
#include "wire/encode.hpp"

#include <array>
#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace segpay {

namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

constexpr std::array<bool, 256> kStandsForItself = [] {
    std::array<bool, 256> table{};
    for (unsigned c = '0'; c <= '9'; ++c)
        table[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c)
        table[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        table[c] = true;
    for (char c : {'-', '.', '_', '~', ':', ','})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

char* write_escaped(char* out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    *out++ = '%';
    *out++ = kHexDigits[byte >> 4];
    *out++ = kHexDigits[byte & 15];
    return out;
}

char* write_byte(char* out, char c) {
    if (!kStandsForItself[static_cast<unsigned char>(c)]) return write_escaped(out, c);
    *out++ = c;
    return out;
}

} // namespace

char* write_encoded_portably(char* out, std::string_view text) {
    for (char c : text)
        out = write_byte(out, c);
    return out;
}

#ifdef __SSE2__

namespace {

constexpr std::size_t kRun = sizeof(__m128i);

// Bytes from `first` to `last`. SSE2 compares signed bytes only, so the range is moved to the
// lowest ones.
__m128i is_between(__m128i bytes, char first, char last) {
    const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(-128 - first)));
    return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + (last - first) + 1)));
}

// One bit for each byte that stands for itself.
unsigned plain_bytes(__m128i bytes) {
    const __m128i lower_case = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i letter = is_between(lower_case, 'a', 'z');
    const __m128i digit = is_between(bytes, ',', ':'); // and "-." and, between them, the slash
    const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    const __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('~')));
    return static_cast<unsigned>(_mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(letter, mark), _mm_andnot_si128(slash, digit))));
}

} // namespace

char* write_encoded(char* out, std::string_view text) {
    while (text.size() >= kRun) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
        // There is room for all sixteen, plain or not: what follows overwrites those that are not.
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
        const auto run = static_cast<std::size_t>(std::countr_one(plain_bytes(bytes)));
        out += run;
        text.remove_prefix(run);
        if (run < kRun) {
            out = write_escaped(out, text.front());
            text.remove_prefix(1);
        }
    }
    return write_encoded_portably(out, text);
}

#else

char* write_encoded(char* out, std::string_view text) { return write_encoded_portably(out, text); }

#endif

} // namespace segpay
