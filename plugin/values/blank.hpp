// Characters that look like a space, or are invisible, in input.
#pragma once

#include <cstddef>
#include <string_view>

namespace segpay {

// The bytes of the blank that the text begins with; 0: none. In ASCII space and tab; in Unicode the
// spaces that pages and spreadsheets use instead, and invisible characters (zero-width space, byte
// order mark).
std::size_t blank_at_begin(std::string_view text);

// The same for the blank that the text ends with.
std::size_t blank_at_end(std::string_view text);

} // namespace segpay
