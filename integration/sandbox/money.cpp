// Decimal text to minor units and back, without a floating-point number in between.
#include "money.hpp"

#include "common/decimal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace sandbox {
namespace {

constexpr std::int64_t kMaxMinor = 1'000'000'000'000;

// ISO 4217: the currencies that do not have two decimals.
struct Decimals {
    std::string_view currency;
    int digits;
};
constexpr std::array kDecimals = {
    Decimals{"BIF", 0}, Decimals{"CLP", 0}, Decimals{"DJF", 0}, Decimals{"GNF", 0},
    Decimals{"ISK", 0}, Decimals{"JPY", 0}, Decimals{"KMF", 0}, Decimals{"KRW", 0},
    Decimals{"PYG", 0}, Decimals{"RWF", 0}, Decimals{"UGX", 0}, Decimals{"VND", 0},
    Decimals{"VUV", 0}, Decimals{"XAF", 0}, Decimals{"XOF", 0}, Decimals{"XPF", 0},
    Decimals{"BHD", 3}, Decimals{"IQD", 3}, Decimals{"JOD", 3}, Decimals{"KWD", 3},
    Decimals{"LYD", 3}, Decimals{"OMR", 3}, Decimals{"TND", 3},
};

// What one unit is worth in 1/10000 USD. Round figures that never change: a sandbox has no market.
struct Rate {
    std::string_view currency;
    std::int64_t usd_10000;
};
constexpr std::array kRates = {
    Rate{"AUD", 6600},  Rate{"CAD", 7300},  Rate{"CHF", 11300}, Rate{"DKK", 1450},
    Rate{"HKD", 1280},  Rate{"JPY", 67},    Rate{"NOK", 940},   Rate{"SEK", 960},
    Rate{"USD", 10000}, Rate{"EUR", 10800}, Rate{"GBP", 12700}, Rate{"RUB", 110},
    Rate{"INR", 119},   Rate{"ILS", 2700},  Rate{"CZK", 430},
};

std::int64_t units(std::string_view currency) {
    std::int64_t unit = 1;
    for (int i = decimals_of(currency); i > 0; --i)
        unit *= 10;
    return unit;
}

const Rate* rate_of(std::string_view currency) {
    auto found = std::find_if(kRates.begin(), kRates.end(),
                              [&](const Rate& rate) { return rate.currency == currency; });
    return found == kRates.end() ? nullptr : &*found;
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

} // namespace

int decimals_of(std::string_view currency) {
    auto found = std::find_if(kDecimals.begin(), kDecimals.end(),
                              [&](const Decimals& row) { return row.currency == currency; });
    return found == kDecimals.end() ? 2 : found->digits;
}

std::optional<Money> parse_money(std::string_view text, const std::string& currency) {
    bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    auto dot = text.find('.');
    std::string whole(text.substr(0, dot));
    std::string part(dot == std::string_view::npos ? "" : text.substr(dot + 1));
    auto digits = static_cast<std::size_t>(decimals_of(currency));
    if (whole.empty() || part.size() > digits || !all_digits(whole) || !all_digits(part)) return {};
    if (dot != std::string_view::npos && part.empty()) return {};
    part.append(digits - part.size(), '0');
    std::string all = whole + part;
    std::int64_t minor = 0;
    auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), minor);
    if (error != std::errc() || end != all.data() + all.size() || minor > kMaxMinor) return {};
    return Money{negative ? -minor : minor, currency};
}

std::string decimal(const Money& money) {
    return common::decimal(money.minor, static_cast<std::size_t>(decimals_of(money.currency)));
}

std::string spoken(const Money& money) { return decimal(money) + " " + money.currency; }

std::vector<std::string> payable_currencies() {
    std::vector<std::string> names;
    for (const Rate& rate : kRates)
        names.emplace_back(rate.currency);
    return names;
}

std::optional<Money> converted(const Money& money, const std::string& currency) {
    const Rate* from = rate_of(money.currency);
    const Rate* to = rate_of(currency);
    if (!from || !to) return {};
    std::int64_t above = money.minor * from->usd_10000 * units(currency);
    std::int64_t below = to->usd_10000 * units(money.currency);
    return Money{(above + below / 2) / below, currency};
}

} // namespace sandbox
