// Scan: finds the bytes of a text that decoding or encoding has to handle. The only code that
// depends on the machine: SSE2 where available, plain C++ elsewhere, with the same result.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace segpay {

// ---- Decoding -----------------------------------------------------------------------------------

constexpr std::size_t kRunBytes = 16;
constexpr std::size_t kBlockBytes = 4 * kRunBytes;

// Most of printable ASCII that stands for itself: letters, digits, and what is easily distinguished
// from '&', '%' and '+', for all that is below ',' counts as unusual.
constexpr bool is_usual(char c) { return c >= ',' && c < 0x7F; }

// The spelling of a name with the '=' behind it, prepared for a comparison with the beginning of a
// piece.
class Spelling {
public:
    static constexpr std::size_t kMaxBytes = 2 * kRunBytes;

    Spelling() = default; // matches nothing
    // `name` and its '=' have kMaxBytes at most.
    explicit Spelling(std::string_view name)
        : asked_(static_cast<std::uint32_t>((std::uint64_t{2} << name.size()) - 1)),
          wanted_(asked_) {
        name.copy(bytes_.data(), name.size());
        bytes_[name.size()] = '=';
    }

    bool is_at_portably(const char* text) const {
        std::uint32_t same = 0;
        for (std::size_t i = 0; i < kMaxBytes; ++i)
            same |= std::uint32_t{text[i] == bytes_[i]} << i;
        return (same & asked_) == wanted_;
    }
    bool is_at(const char* text) const; // kMaxBytes of text are read

private:
    alignas(kRunBytes) std::array<char, kMaxBytes> bytes_{};
    std::uint32_t asked_ = 0;  // bit i: whether byte i has to be the same
    std::uint32_t wanted_ = 1; // likewise; without a name a value that never occurs
};

// Bit i: byte i of the block is not usual; an '&' is one of those. `block` has kBlockBytes bytes.
inline std::uint64_t marks_in_portably(const char* block) {
    std::uint64_t marks = 0;
    for (std::size_t i = 0; i < kBlockBytes; ++i)
        marks |= std::uint64_t{!is_usual(block[i])} << i;
    return marks;
}

#if defined(__SSE2__)

inline __m128i run_at(const char* text) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
}

inline std::uint32_t bits_of(__m128i bytes) { // the highest bit of each byte
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

inline __m128i are(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

// The highest bit of each byte: whether it is usual.
inline __m128i usual_ones(__m128i bytes) {
    // One more than 0x7E is, as a signed number, below all others.
    const __m128i next = _mm_add_epi8(bytes, _mm_set1_epi8(1));
    return _mm_cmpgt_epi8(next, _mm_set1_epi8(','));
}

inline bool Spelling::is_at(const char* text) const {
    const auto same = [&](std::size_t at) {
        const auto* const wanted = reinterpret_cast<const __m128i*>(bytes_.data() + at);
        return bits_of(_mm_cmpeq_epi8(run_at(text + at), _mm_load_si128(wanted)));
    };
    return ((same(0) | same(kRunBytes) << kRunBytes) & asked_) == wanted_;
}

inline std::uint64_t marks_in(const char* block) {
    std::uint64_t usual = 0;
    for (std::size_t at = 0; at < kBlockBytes; at += kRunBytes)
        usual |= std::uint64_t{bits_of(usual_ones(run_at(block + at)))} << at;
    return ~usual;
}

#else

inline bool Spelling::is_at(const char* text) const { return is_at_portably(text); }
inline std::uint64_t marks_in(const char* block) { return marks_in_portably(block); }

#endif

// ---- Encoding -----------------------------------------------------------------------------------

constexpr std::size_t kHalfBytes = 8;

// Whether a query holds the byte unencoded. The last two are legal there, and Segpay's own examples
// show eTickets and price-point lists with them.
constexpr bool stands_for_itself(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~' || byte == ':' || byte == ',';
}

// For a run in two halves, which may overlap. Bit i: byte i has to be encoded.
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
    const __m128i letters = bytes_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    // The digits, and all but one of the marks around them.
    const __m128i digits = _mm_andnot_si128(are(bytes, '/'), bytes_between(bytes, ',', ':'));
    const __m128i marks = _mm_or_si128(are(bytes, '_'), are(bytes, '~'));
    const __m128i plain = _mm_or_si128(_mm_or_si128(letters, digits), marks);
    return bits_of(plain) ^ 0xFFFFu;
}

inline bool is_printable(const char* first_half, const char* second_half) {
    // Printable characters become 0 to 0x5E, and then 0x21 to 0x7F; all others are more.
    const __m128i bytes = run_of(first_half, second_half);
    const __m128i from_space = _mm_sub_epi8(bytes, _mm_set1_epi8(' '));
    return bits_of(_mm_adds_epu8(from_space, _mm_set1_epi8(0x21))) == 0;
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
