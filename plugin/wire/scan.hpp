// Scan: where a form-encoded text has to be looked at, found 64 bytes at a time. The one place that
// knows the machine: SSE2 where it is there, plain C++ elsewhere, with the same result.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace segpay {

constexpr std::size_t kBlockBytes = 64;

// Bit i tells of byte i of the block.
struct FormMarks {
    std::uint64_t separators = 0; // '&' and '='
    std::uint64_t unusual = 0;    // '%', '+', and all that is no printable ASCII

    friend bool operator==(const FormMarks&, const FormMarks&) = default;
};

// `block` has kBlockBytes bytes.
inline FormMarks scan_block_portably(const char* block) {
    FormMarks marks;
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
        const auto byte = static_cast<unsigned char>(block[i]);
        const bool is_separator = byte == '&' || byte == '=';
        const bool is_unusual = byte == '%' || byte == '+' || byte < 0x20 || byte > 0x7E;
        marks.separators |= std::uint64_t{is_separator} << i;
        marks.unusual |= std::uint64_t{is_unusual} << i;
    }
    return marks;
}

constexpr std::size_t kRunBytes = 16;

// Copies kRunBytes bytes and tells how many of them, from the first one on, are printable ASCII
// that stands for itself.
inline std::size_t copy_run_portably(char* out, const char* in) {
    std::memcpy(out, in, kRunBytes);
    std::size_t length = 0;
    while (length < kRunBytes && in[length] >= 0x20 && in[length] < 0x7F && in[length] != '%' &&
           in[length] != '+')
        ++length;
    return length;
}

#if defined(__SSE2__)

// A byte of each that is no printable ASCII that stands for itself.
inline __m128i unusual_bytes(__m128i bytes) {
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // Bytes from 0x80 on are negative, hence below the space too.
    const __m128i below_space = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    return _mm_or_si128(_mm_or_si128(is('%'), is('+')), _mm_or_si128(below_space, is('\x7F')));
}

inline std::size_t copy_run(char* out, const char* in) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const auto unusual = static_cast<std::uint32_t>(_mm_movemask_epi8(unusual_bytes(bytes)));
    return static_cast<std::size_t>(std::countr_zero(unusual | 1u << kRunBytes));
}

inline FormMarks scan_block(const char* block) {
    FormMarks marks;
    for (std::size_t i = 0; i < kBlockBytes; i += sizeof(__m128i)) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
        const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
        const auto bits = [&](__m128i found) {
            return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << i;
        };
        // Bytes from 0x80 on are negative, hence below the space too.
        const __m128i below_space = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
        marks.separators |= bits(_mm_or_si128(is('&'), is('=')));
        marks.unusual |= bits(
            _mm_or_si128(_mm_or_si128(is('%'), is('+')), _mm_or_si128(below_space, is('\x7F'))));
    }
    return marks;
}

#else

inline FormMarks scan_block(const char* block) { return scan_block_portably(block); }
inline std::size_t copy_run(char* out, const char* in) { return copy_run_portably(out, in); }

#endif

} // namespace segpay
