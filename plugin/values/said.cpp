// Blanks and zeros.
#include "values/said.hpp"

#include "values/blank.hpp"

#include <cstddef>

namespace segpay {

namespace {

std::string_view without_blanks(std::string_view text) {
    while (const std::size_t size = blank_at_begin(text))
        text.remove_prefix(size);
    while (const std::size_t size = blank_at_end(text))
        text.remove_suffix(size);
    return text;
}

// "0", "000", "00000000-0000-0000-0000-000000000000".
bool is_zero(std::string_view text) {
    return text.starts_with('0') && text.find_first_not_of("0-") == std::string_view::npos;
}

} // namespace

std::string_view said_at_length(std::string_view value) {
    const std::string_view text = without_blanks(value);
    return is_zero(text) ? std::string_view() : text;
}

} // namespace segpay
