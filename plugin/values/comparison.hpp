// How two values of one parameter are compared. One fact may come twice, under one name or two, and
// be written differently each time: "Yes" and "yes", 2.95 and 2.950.
#pragma once

#include <cstdint>
#include <string_view>

namespace segpay {

enum class Comparison : std::uint8_t {
    text,     // byte for byte
    id,       // an id, or a value of the host's own: without the blanks around it; 0 means nothing
    word,     // Segpay's words (values/word.hpp)
    any_case, // case does not matter
    country,  // of ISO 3166: in any case, UK being GB; ZZ means nothing
    guid,     // in any case, with or without braces and hyphens
    flag,     // on or off
    amount,   // as a number; its sign adds nothing to the type of transaction
    eticket,  // package and price point
    time,     // the moment
};

// Whether the value means nothing, so that it contradicts no other.
bool is_nothing(Comparison comparison, std::string_view value);

// Whether two values, neither of which is empty, have the same meaning.
bool are_same(Comparison comparison, std::string_view a, std::string_view b);

// "1", "Yes", "true", "on"; "0", "no", "False", "off" and, as Segpay writes it where something is
// not supported, "-1".
enum class Flag : std::uint8_t { off, on, neither };
Flag read_flag(std::string_view text);

// Whether a flag is set: it is not empty, and no word for no.
bool is_set(std::string_view flag);

} // namespace segpay
