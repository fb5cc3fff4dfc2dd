// Amounts in minor units, as decimal text and back, and the currencies of Dynamic Multi-Currency.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct Money {
    std::int64_t minor = 0;
    std::string currency;
};

/// Number of decimals of an ISO 4217 currency: 0, 2 or 3.
int decimals_of(std::string_view currency);

/// "2.95" with currency "USD" is 295 minor units. Nothing where the text is no amount of it.
std::optional<Money> parse_money(std::string_view text, const std::string& currency);

/// "2.95", "500" (JPY), "-4.00".
std::string decimal(const Money& money);

/// "2.95 USD".
std::string spoken(const Money& money);

/// Currencies that a consumer may pay in (Processing API 2.0, "Supported Currencies").
std::vector<std::string> payable_currencies();

/// The amount in another payable currency, at the sandbox's fixed rates.
std::optional<Money> converted(const Money& money, const std::string& currency);

} // namespace sandbox
