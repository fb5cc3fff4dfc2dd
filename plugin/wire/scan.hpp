// Scan: where a form-encoded text has to be looked at, found 64 bytes at a time. The one place that
// knows the machine: SSE2 where it is there, plain C++ elsewhere, with the same result.
#pragma once

#include <algorithm>
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
    std::uint64_t ends = 0;    // '&'
    std::uint64_t equals = 0;  // '='
    std::uint64_t unusual = 0; // '%', '+', and all that is no printable ASCII

    friend bool operator==(const FormMarks&, const FormMarks&) = default;
};

// Of which byte the first of the marks tells. There is one.
inline std::size_t first_mark(std::uint64_t marks) {
    if (marks == 0) __builtin_unreachable(); // else each search begins with this question
    return static_cast<std::size_t>(std::countr_zero(marks));
}

// `block` has kBlockBytes bytes.
inline FormMarks scan_block_portably(const char* block) {
    FormMarks marks;
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
        const auto byte = static_cast<unsigned char>(block[i]);
        const bool is_unusual = byte == '%' || byte == '+' || byte < 0x20 || byte > 0x7E;
        marks.ends |= std::uint64_t{byte == '&'} << i;
        marks.equals |= std::uint64_t{byte == '='} << i;
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

// Of each byte the highest bit tells whether it is no printable ASCII that stands for itself.
inline __m128i unusual_bytes(__m128i bytes) {
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // What is printable becomes 0 to 0x5E, and then 0x21 to 0x7F; all else is more.
    const __m128i from_space = _mm_sub_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i unprintable = _mm_adds_epu8(from_space, _mm_set1_epi8(0x21));
    return _mm_or_si128(_mm_or_si128(is('%'), is('+')), unprintable);
}

inline std::size_t copy_run(char* out, const char* in) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const auto unusual = static_cast<std::uint32_t>(_mm_movemask_epi8(unusual_bytes(bytes)));
    return static_cast<std::size_t>(std::countr_zero(unusual | 1u << kRunBytes));
}

inline void mark_run(FormMarks& marks, const char* block, unsigned at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto bits = [&](__m128i found) {
        return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << at;
    };
    marks.ends |= bits(is('&'));
    marks.equals |= bits(is('='));
    marks.unusual |= bits(unusual_bytes(bytes));
}

inline FormMarks scan_block(const char* block) {
    FormMarks marks;
    mark_run(marks, block, 0);
    mark_run(marks, block, 16);
    mark_run(marks, block, 32);
    mark_run(marks, block, 48);
    return marks;
}

#else

inline FormMarks scan_block(const char* block) { return scan_block_portably(block); }
inline std::size_t copy_run(char* out, const char* in) { return copy_run_portably(out, in); }

#endif

// ---- The way out --------------------------------------------------------------------------------

constexpr std::size_t kHalfBytes = 8;

// Whether a query holds the byte as it is. The last two are legal there, and Segpay's own examples
// show eTickets and price-point lists with them.
constexpr bool stands_for_itself(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~' || byte == ':' || byte == ',';
}

// Of a run in two halves, which may overlap: bit i tells that byte i has to be encoded.
inline unsigned marks_to_encode_portably(const char* first_half, const char* second_half) {
    unsigned marks = 0;
    for (std::size_t i = 0; i < kHalfBytes; ++i) {
        marks |= unsigned{!stands_for_itself(static_cast<unsigned char>(first_half[i]))} << i;
        marks |= unsigned{!stands_for_itself(static_cast<unsigned char>(second_half[i]))}
                 << (kHalfBytes + i);
    }
    return marks;
}

// Whether all bytes of such a run are printable ASCII.
inline bool is_printable_portably(const char* first_half, const char* second_half) {
    const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7F; };
    return std::all_of(first_half, first_half + kHalfBytes, is_printable) &&
           std::all_of(second_half, second_half + kHalfBytes, is_printable);
}

#if defined(__SSE2__)

inline __m128i run_of(const char* first_half, const char* second_half) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(first_half)),
                              _mm_loadl_epi64(reinterpret_cast<const __m128i*>(second_half)));
}

// Bytes from `first` to `last`. SSE2 compares signed bytes only, so the range is moved to the
// lowest ones.
inline __m128i bytes_between(__m128i bytes, int first, int last) {
    const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(-128 - first)));
    return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + last - first + 1)));
}

inline unsigned marks_to_encode(const char* first_half, const char* second_half) {
    const __m128i bytes = run_of(first_half, second_half);
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i letters = bytes_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    // The digits, and all but one of the marks around them.
    const __m128i digits = _mm_andnot_si128(is('/'), bytes_between(bytes, ',', ':'));
    const __m128i marks = _mm_or_si128(is('_'), is('~'));
    const __m128i plain = _mm_or_si128(_mm_or_si128(letters, digits), marks);
    return static_cast<unsigned>(_mm_movemask_epi8(plain)) ^ 0xFFFFu;
}

inline bool is_printable(const char* first_half, const char* second_half) {
    // Moved so that what is printable stays below 0x80, as in unusual_bytes.
    const __m128i bytes = run_of(first_half, second_half);
    const __m128i from_space = _mm_sub_epi8(bytes, _mm_set1_epi8(' '));
    return _mm_movemask_epi8(_mm_adds_epu8(from_space, _mm_set1_epi8(0x21))) == 0;
}

#else

inline unsigned marks_to_encode(const char* first_half, const char* second_half) {
    return marks_to_encode_portably(first_half, second_half);
}
inline bool is_printable(const char* first_half, const char* second_half) {
    return is_printable_portably(first_half, second_half);
}

#endif

} // namespace segpay
