// Parses Segpay's dates, prints ISO 8601.
#include "values/timestamp.hpp"

#include "values/blank.hpp"
#include "values/escapes.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace segpay {

namespace {

struct Clock {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
    int offset_minutes = 0;
};

// Reads forward through a text; every take_* leaves it unchanged when it returns false.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take_number(int& number, std::size_t min_digits, std::size_t max_digits) {
        std::size_t digits = 0;
        int value = 0;
        while (digits < rest_.size() && digits < max_digits && rest_[digits] >= '0' &&
               rest_[digits] <= '9')
            value = value * 10 + (rest_[digits++] - '0');
        if (digits < min_digits) return false;
        number = value;
        rest_.remove_prefix(digits);
        return true;
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_word(std::string_view word) {
        if (rest_.size() < word.size() || !equal_ignoring_case(rest_.substr(0, word.size()), word))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void skip_spaces() {
        while (take(' ')) {
        }
    }
    bool is_at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool read_time_of_day(Reader& reader, Clock& clock) {
    if (!reader.take_number(clock.hour, 1, 2) || !reader.take(':') ||
        !reader.take_number(clock.minute, 2, 2))
        return false;
    if (reader.take(':') && !reader.take_number(clock.second, 2, 2)) return false;
    if (reader.take('.')) {
        int fraction = 0;
        std::size_t digits = 0;
        for (int digit = 0; digits < 9 && reader.take_number(digit, 1, 1); ++digits)
            if (digits < 3) fraction = fraction * 10 + digit;
        if (digits == 0) return false;
        for (; digits < 3; ++digits)
            fraction *= 10;
        clock.millisecond = fraction;
    }
    return true;
}

// "7/28/2008 3:38:43 PM (GMT STANDARD TIME)"; time and zone may be missing.
std::optional<Clock> read_us_order(std::string_view text) {
    Reader reader(text);
    Clock clock;
    if (!reader.take_number(clock.month, 1, 2) || !reader.take('/') ||
        !reader.take_number(clock.day, 1, 2) || !reader.take('/') ||
        !reader.take_number(clock.year, 4, 4))
        return std::nullopt;
    reader.skip_spaces();
    if (reader.is_at_end()) return clock;
    if (!read_time_of_day(reader, clock)) return std::nullopt;
    reader.skip_spaces();
    const bool is_am = reader.take_word("AM");
    const bool is_pm = !is_am && reader.take_word("PM");
    if (is_am || is_pm) {
        if (clock.hour < 1 || clock.hour > 12) return std::nullopt;
        clock.hour = clock.hour % 12 + (is_pm ? 12 : 0);
        reader.skip_spaces();
    }
    if (reader.is_at_end() || reader.take_word("(GMT STANDARD TIME)") ||
        reader.take_word("(GMT)") || reader.take_word("GMT") || reader.take_word("UTC"))
        return reader.is_at_end() ? std::optional(clock) : std::nullopt;
    return std::nullopt;
}

// "2026-11-21T10:00:00.123-04:00", "2026-11-21 10:00:00", "2026-11-21".
std::optional<Clock> read_iso(std::string_view text) {
    Reader reader(text);
    Clock clock;
    if (!reader.take_number(clock.year, 4, 4) || !reader.take('-') ||
        !reader.take_number(clock.month, 2, 2) || !reader.take('-') ||
        !reader.take_number(clock.day, 2, 2))
        return std::nullopt;
    if (reader.is_at_end()) return clock;
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
    if (!read_time_of_day(reader, clock)) return std::nullopt;
    if (reader.is_at_end()) return clock;
    if (reader.take('Z') || reader.take('z'))
        return reader.is_at_end() ? std::optional(clock) : std::nullopt;
    const bool is_west = reader.take('-');
    if (!is_west && !reader.take('+')) return std::nullopt;
    int hours = 0, minutes = 0;
    if (!reader.take_number(hours, 2, 2)) return std::nullopt;
    (void)reader.take(':');
    if (!reader.is_at_end() && !reader.take_number(minutes, 2, 2)) return std::nullopt;
    if (!reader.is_at_end() || hours > 14 || minutes > 59) return std::nullopt;
    clock.offset_minutes = (hours * 60 + minutes) * (is_west ? -1 : 1);
    return clock;
}

std::optional<TimeMs> to_time(const Clock& clock) {
    using namespace std::chrono;
    const year_month_day date{year(clock.year), month(static_cast<unsigned>(clock.month)),
                              day(static_cast<unsigned>(clock.day))};
    if (!date.ok() || clock.year < 1970 || clock.hour > 23 || clock.minute > 59 ||
        clock.second > 59)
        return std::nullopt;
    const auto time = sys_days(date) + hours(clock.hour) + minutes(clock.minute) +
                      seconds(clock.second) + milliseconds(clock.millisecond) -
                      minutes(clock.offset_minutes);
    return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

std::optional<Clock> read_clock(std::string_view text) {
    std::optional<Clock> clock = read_us_order(text);
    return clock ? clock : read_iso(text);
}

// Replaces all other kinds of spaces by plain ones.
std::string with_spaces(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::size_t blank = blank_at_begin(text);
        plain += blank != 0 ? ' ' : text[0];
        text.remove_prefix(std::max(blank, std::size_t{1}));
    }
    return std::string(trimmed(plain));
}

// A time that was encoded more than once, with one level decoded. A '+' is a space then: the sign
// of an offset was encoded, too.
std::string undone(std::string text) {
    if (text.find('%') != std::string::npos) std::replace(text.begin(), text.end(), '+', ' ');
    return with_spaces(clean_text(unescaped_once(text).text));
}

// The time without additional escapes and unusual spaces. Empty: there is none.
std::string plain_time(std::string_view text) {
    constexpr int kMostRounds = 3;
    constexpr std::size_t kLongest = 200;
    if (text.size() > kLongest) return {};
    std::string plain = with_spaces(text);
    for (int round = 0; round < kMostRounds && !read_clock(plain); ++round)
        plain = undone(std::move(plain));
    if (!read_clock(plain)) std::replace(plain.begin(), plain.end(), '+', ' ');
    return read_clock(plain) ? plain : std::string();
}

} // namespace

Result<TimeMs> parse_timestamp(std::string_view text) {
    std::optional<Clock> clock = read_clock(trimmed(text));
    if (!clock) clock = read_clock(plain_time(text));
    if (clock)
        if (std::optional<TimeMs> time = to_time(*clock)) return *time;
    return Error{"time \"" + std::string(shortened(text, 60)) +
                 "\" is not like 7/28/2008 3:38:43 PM (GMT STANDARD TIME)"};
}

std::string repaired_time(std::string_view text) {
    if (read_clock(trimmed(text))) return std::string(text);
    std::string plain = plain_time(text);
    return plain.empty() ? std::string(text) : plain;
}

Result<TimeMs> parse_day(std::string_view text) {
    constexpr std::size_t kSize = std::string_view("yyyy-mm-dd").size();
    if (text.size() == kSize)
        if (const std::optional<Clock> clock = read_iso(text))
            if (const std::optional<TimeMs> time = to_time(*clock)) return *time;
    return Error{"\"" + std::string(shortened(text, 60)) + "\" is not a day such as 2026-12-31"};
}

std::string iso_text(TimeMs time) {
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds(time)};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(point - day));
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                  unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                  int(clock.minutes().count()), int(clock.seconds().count()));
    return text;
}

std::string us_day_text(TimeMs time) {
    using namespace std::chrono;
    const year_month_day date(floor<days>(sys_time<milliseconds>(milliseconds(time))));
    char text[40];
    std::snprintf(text, sizeof text, "%02u/%02u/%04d", unsigned(date.month()), unsigned(date.day()),
                  int(date.year()));
    return text;
}

} // namespace segpay
