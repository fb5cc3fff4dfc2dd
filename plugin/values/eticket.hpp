// ETicket: Segpay's name for one price point of one package, written "package:pricepoint".
#pragma once

#include "values/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

struct ETicket {
    std::uint64_t package = 0;
    std::uint64_t price_point = 0;

    bool is_none() const { return package == 0; }
    friend auto operator<=>(const ETicket&, const ETicket&) = default;
};

// "162209:3097". Error: no colon, no price point, not numbers of at most 18 digits; the message
// gives the correct form.
Result<ETicket> parse_eticket(std::string_view text);

std::string to_string(const ETicket& eticket);

} // namespace segpay
