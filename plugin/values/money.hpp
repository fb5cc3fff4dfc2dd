// Currency and Money: amounts in minor units with their ISO 4217 code. No floating point anywhere.
#pragma once

#include "values/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

// An ISO 4217 currency that Segpay or a price point can use. Default-constructed: none.
class Currency {
public:
    Currency() = default;

    // "usd", "USD": case does not matter. nullopt: not a currency of ISO 4217.
    static std::optional<Currency> from_code(std::string_view code);

    std::string_view code() const { return {code_.data(), code_[0] ? 3u : 0u}; }
    unsigned exponent() const { return exponent_; } // decimals: 0, 2 or 3
    bool is_none() const { return code_[0] == '\0'; }
    friend bool operator==(const Currency&, const Currency&) = default;

private:
    friend class CurrencyTable;

    // Eight bytes, so that it is copied as one.
    std::array<char, 4> code_{};
    std::uint32_t exponent_ = 0;
};

struct Money {
    std::int64_t minor = 0;
    Currency currency;

    friend bool operator==(const Money&, const Money&) = default;
};

// Reads a decimal such as "29.95", "-2.9500", "500": digits beyond the currency's decimals must be
// zeros. The sign is kept. Error: not a decimal, too many decimals, more than 15 digits.
Result<Money> parse_amount(std::string_view text, Currency currency);

// "29.95", "500", "-1.250": without the code.
std::string amount_text(const Money& money);

// "29.95 USD", "-1.250 KWD": for messages.
std::string money_text(const Money& money);

} // namespace segpay
