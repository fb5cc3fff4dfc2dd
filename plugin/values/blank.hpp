// What looks like a space, or like nothing, in a text from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace segpay {

// The bytes of the blank that the text begins with; 0: it begins with none. Of ASCII space and tab;
// of Unicode the spaces that pages and spreadsheets put for it, and what nobody sees at all
// (zero-width space, byte order mark).
std::size_t blank_at_begin(std::string_view text);

// The same of the blank that it ends with.
std::size_t blank_at_end(std::string_view text);

} // namespace segpay
