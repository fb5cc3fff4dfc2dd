// Scan: where a form-encoded text has to be looked at, found 64 bytes at a time. The one place that
// knows the machine: SSE2 where it is there, plain C++ elsewhere, with the same result.
#pragma once

#include <cstddef>
#include <cstdint>

namespace segpay {

constexpr std::size_t kBlockBytes = 64;

// Bit i tells of byte i of the block.
struct FormMarks {
    std::uint64_t separators = 0; // '&' and '='
    std::uint64_t unusual = 0;    // '%', '+', and all that is no printable ASCII

    friend bool operator==(const FormMarks&, const FormMarks&) = default;
};

// `block` has kBlockBytes bytes.
FormMarks scan_block(const char* block);
FormMarks scan_block_portably(const char* block);

} // namespace segpay
