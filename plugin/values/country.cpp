// The list of codes.
#include "values/country.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace segpay {

namespace {

// ISO 3166-1, and XK, which Kosovo has by custom. Sorted.
constexpr std::string_view kCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA "
    "ZM ZW";

constexpr std::size_t kLetters = 26;

// The pair of letters as a number, in any case; kLetters² when it is none.
constexpr std::size_t number_of(std::string_view pair) {
    std::size_t number = 0;
    if (pair.size() != 2) return kLetters * kLetters;
    for (char c : pair) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper < 'A' || upper > 'Z') return kLetters * kLetters;
        number = number * kLetters + static_cast<std::size_t>(upper - 'A');
    }
    return number;
}

// By number; the last is no country.
constexpr auto kByNumber = [] {
    std::array<std::string_view, kLetters * kLetters + 1> codes{};
    for (std::size_t at = 0; at < kCodes.size(); at += 3) {
        const std::string_view code = kCodes.substr(at, 2);
        codes[number_of(code)] = code;
    }
    codes[number_of("UK")] = codes[number_of("GB")];
    return codes;
}();

} // namespace

std::string_view country_code(std::string_view text) { return kByNumber[number_of(text)]; }

} // namespace segpay
