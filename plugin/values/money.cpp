// Currency codes, their decimals, and exact parsing and printing of amounts.
#include "values/money.hpp"

#include "values/digits.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <cstdint>

namespace segpay {

namespace {

// ISO 4217 codes by number of decimals; two where not listed otherwise.
constexpr std::string_view kTwoDecimals =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG ZWL";
constexpr std::string_view kNoDecimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";

constexpr std::size_t kMaxDigits = 15;

// The three letters as one number, in capitals; 0: not three letters.
constexpr std::uint32_t number_of(std::string_view code) {
    if (code.size() != 3) return 0;
    std::uint32_t number = 0;
    for (char c : code) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper < 'A' || upper > 'Z') return 0;
        number = number * 26 + static_cast<std::uint32_t>(upper - 'A');
    }
    return number + 1;
}

const char* skip_zeros(const char* at, const char* end) {
    while (at != end && *at == '0')
        ++at;
    return at;
}

Error not_an_amount(std::string_view text, std::string_view what_is_wrong) {
    return {"amount \"" + std::string(shortened(text, 40)) + "\" " + std::string(what_is_wrong)};
}

Error not_an_amount(std::string_view text, std::string_view rest, Currency currency) {
    if (!std::all_of(rest.begin(), rest.end(), is_digit))
        return not_an_amount(text, "is not a decimal such as 29.95");
    return not_an_amount(text, "has more decimals than " + std::string(currency.code()) +
                                   ", which has " + std::to_string(currency.exponent()));
}

} // namespace

// Maps number_of a code to its place in a list of all.
class CurrencyTable {
public:
    constexpr CurrencyTable() {
        enter(kTwoDecimals, 2);
        enter(kNoDecimals, 0);
        enter(kThreeDecimals, 3);
    }
    // No currency if none has the code.
    const Currency& operator[](std::string_view code) const {
        return currencies_[places_[number_of(code)]];
    }

private:
    constexpr void enter(std::string_view list, std::uint32_t exponent) {
        for (std::size_t at = 0; at + 3 <= list.size(); at += 4) {
            Currency& currency = currencies_[++count_];
            for (std::size_t i = 0; i < 3; ++i)
                currency.code_[i] = list[at + i];
            currency.exponent_ = exponent;
            places_[number_of(list.substr(at, 3))] = static_cast<std::uint8_t>(count_);
        }
    }

    std::size_t count_ = 0;
    std::array<Currency, 256> currencies_{}; // the first one is no currency
    std::array<std::uint8_t, 26 * 26 * 26 + 1> places_{};
};

std::optional<Currency> Currency::from_code(std::string_view code) {
    static constexpr CurrencyTable kTable;
    const Currency& currency = kTable[code];
    return currency.is_none() ? std::nullopt : std::optional(currency);
}

Result<Money> parse_amount(std::string_view text, Currency currency) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool is_negative = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;

    std::uint64_t minor = 0;
    const char* const begin = at;
    const char* const whole = skip_zeros(at, end);
    const char* const whole_end = read_digits(whole, end, SIZE_MAX, minor);
    const char* digits_end = whole_end;
    std::size_t decimals = 0;
    at = whole_end;
    if (at != end && *at == '.') {
        const char* const fraction = at + 1;
        at = read_digits(fraction, end, currency.exponent(), minor);
        decimals = static_cast<std::size_t>(at - fraction);
        at = skip_zeros(at, end);
        digits_end = at - 1; // without the point
    }
    if (at != end) return not_an_amount(text, {at, static_cast<std::size_t>(end - at)}, currency);
    if (digits_end == begin) return not_an_amount(text, "has no digits");
    if (static_cast<std::size_t>(whole_end - whole) + currency.exponent() > kMaxDigits)
        return not_an_amount(text, "has more than 15 digits");
    for (; decimals < currency.exponent(); ++decimals)
        minor *= 10;
    const auto amount = static_cast<std::int64_t>(minor);
    return Money{is_negative ? -amount : amount, currency};
}

std::string amount_text(const Money& money) {
    std::string digits = std::to_string(money.minor < 0 ? -money.minor : money.minor);
    const std::size_t decimals = money.currency.exponent();
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
    return money.minor < 0 ? "-" + digits : digits;
}

std::string money_text(const Money& money) {
    return amount_text(money) + " " + std::string(money.currency.code());
}

} // namespace segpay
