// Segpay's formats of a point in time, and the plugin's. Everything is UTC, all year round
// (Processing API 2.0, <transtime>: "Date and Time (in GMT)").
#pragma once

#include "values/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

// Unix time in milliseconds.
using TimeMs = std::int64_t;

constexpr TimeMs kDayMs = TimeMs{24} * 60 * 60 * 1000;

// "7/28/2008 3:38:43 PM (GMT STANDARD TIME)", the same without the zone or without PM (24-hour),
// "mm/dd/yyyy", and ISO 8601 with or without offset and fraction. Any of them also with other
// spaces (U+00A0, U+202F, "&nbsp;"), and percent-encoded once or twice more.
Result<TimeMs> parse_timestamp(std::string_view text);

// Removes additional escapes and unusual spaces from a time. A time without them, and any other
// text, stays as it is.
std::string repaired_time(std::string_view text);

// The first moment of a day, "2026-12-31".
Result<TimeMs> parse_day(std::string_view text);

// "2026-11-21T10:00:00Z".
std::string iso_text(TimeMs time);

// "12/31/2026", as Segpay writes days.
std::string us_day_text(TimeMs time);

} // namespace segpay
