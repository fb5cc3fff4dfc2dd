// One function for each comparison.
#include "values/comparison.hpp"

#include "values/country.hpp"
#include "values/digits.hpp"
#include "values/eticket.hpp"
#include "values/said.hpp"
#include "values/timestamp.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace segpay {

namespace {

bool are_same_texts(std::string_view a, std::string_view b) { return a == b; }

bool are_same_ids(std::string_view a, std::string_view b) { return said(a) == said(b); }

// Compares the letters and digits of both as words, in small letters.
bool are_same_words(std::string_view a, std::string_view b) {
    const auto next = [](std::string_view& text) {
        while (!text.empty() && (text[0] == ' ' || text[0] == '_' || text[0] == '-'))
            text.remove_prefix(1);
        const std::string_view letter = text.substr(0, 1);
        text.remove_prefix(letter.size());
        return letter;
    };
    for (;;) {
        const std::string_view one = next(a), other = next(b);
        if (!equal_ignoring_case(one, other)) return false;
        if (one.empty()) return true;
    }
}

bool are_same_countries(std::string_view a, std::string_view b) {
    const std::string_view code = country_code(a);
    return code.empty() ? equal_ignoring_case(a, b) : code == country_code(b);
}

std::string_view inside_braces(std::string_view text) {
    const bool is_braced = text.size() > 2 && text.front() == '{' && text.back() == '}';
    return is_braced ? text.substr(1, text.size() - 2) : text;
}

bool are_same_guids(std::string_view a, std::string_view b) {
    return are_same_words(inside_braces(a), inside_braces(b));
}

bool are_same_flags(std::string_view a, std::string_view b) {
    const Flag flag = read_flag(a);
    return flag == Flag::neither ? are_same_words(a, b) : flag == read_flag(b);
}

// A decimal in normal form; `is_one` is false for any other text.
struct Decimal {
    bool is_one = false;
    std::string_view whole, fraction;

    explicit Decimal(std::string_view text) {
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        const std::size_t point = std::min(text.find('.'), text.size());
        whole = text.substr(0, point);
        fraction = text.substr(std::min(point + 1, text.size()));
        is_one = !(whole.empty() && fraction.empty()) &&
                 std::all_of(whole.begin(), whole.end(), is_digit) &&
                 std::all_of(fraction.begin(), fraction.end(), is_digit);
        while (whole.starts_with('0'))
            whole.remove_prefix(1);
        while (fraction.ends_with('0'))
            fraction.remove_suffix(1);
    }
};

bool are_same_amounts(std::string_view a, std::string_view b) {
    const Decimal one(a), other(b);
    if (!one.is_one || !other.is_one) return a == b;
    return one.whole == other.whole && one.fraction == other.fraction;
}

bool are_same_etickets(std::string_view a, std::string_view b) {
    const Result<ETicket> one = parse_eticket(a), other = parse_eticket(b);
    return one && other ? *one == *other : a == b;
}

bool are_same_times(std::string_view a, std::string_view b) {
    const Result<TimeMs> one = parse_timestamp(a), other = parse_timestamp(b);
    return one && other ? *one == *other : a == b;
}

struct Way {
    Comparison comparison;
    bool (*are_same)(std::string_view a, std::string_view b);
};
constexpr std::array kWays = {
    Way{Comparison::text, are_same_texts},        Way{Comparison::id, are_same_ids},
    Way{Comparison::word, are_same_words},        Way{Comparison::any_case, equal_ignoring_case},
    Way{Comparison::country, are_same_countries}, Way{Comparison::guid, are_same_guids},
    Way{Comparison::flag, are_same_flags},        Way{Comparison::amount, are_same_amounts},
    Way{Comparison::eticket, are_same_etickets},  Way{Comparison::time, are_same_times},
};
static_assert([] {
    for (std::size_t i = 0; i < kWays.size(); ++i)
        if (kWays[i].comparison != static_cast<Comparison>(i)) return false;
    return true;
}());

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

} // namespace

bool is_nothing(Comparison comparison, std::string_view value) {
    switch (comparison) {
        case Comparison::id:
        case Comparison::guid:
            return said(value).empty();
        case Comparison::country: // databases use it for an unknown country
            return trimmed(value).empty() || equal_ignoring_case(value, "ZZ");
        default:
            return trimmed(value).empty();
    }
}

bool are_same(Comparison comparison, std::string_view a, std::string_view b) {
    return kWays[static_cast<std::size_t>(comparison)].are_same(a, b);
}

Flag read_flag(std::string_view text) {
    static constexpr std::array<std::string_view, 6> kOn = {"1", "yes", "true", "on", "y", "t"};
    static constexpr std::array<std::string_view, 7> kOff = {"0", "no", "false", "off",
                                                             "n", "f",  "-1"};
    if (is_one_of(text, kOn)) return Flag::on;
    return is_one_of(text, kOff) ? Flag::off : Flag::neither;
}

bool is_set(std::string_view flag) {
    const std::string_view text = said(flag);
    return !text.empty() && read_flag(text) != Flag::off;
}

} // namespace segpay
