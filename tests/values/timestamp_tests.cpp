// Points in time as Segpay writes them: one instant in many spellings, and texts that are no time.
#include "values/timestamp.hpp"

#include "fixtures.hpp"

using namespace segpay;
using segpay::testing::contains;

BOOST_AUTO_TEST_SUITE(timestamp_tests)

BOOST_AUTO_TEST_CASE(one_instant_in_many_spellings) {
    constexpr TimeMs kWanted = 1'217'259'523'000; // 2008-07-28T15:38:43Z
    for (std::string_view text :
         {"7/28/2008 3:38:43 PM (GMT STANDARD TIME)", "7/28/2008 3:38:43 PM (gmt standard time)",
          "07/28/2008 03:38:43 PM", "7/28/2008 15:38:43", "7/28/2008 3:38:43 pm",
          "7/28/2008 3:38:43PM", " 7/28/2008  3:38:43 PM ", "7/28/2008 3:38:43 PM GMT",
          "7/28/2008 3:38:43 PM UTC", "7/28/2008 3:38:43 PM (GMT)", "2008-07-28T15:38:43Z",
          "2008-07-28t15:38:43z", "2008-07-28 15:38:43", "2008-07-28T15:38:43",
          "2008-07-28T11:38:43-04:00", "2008-07-28T10:38:43-0500", "2008-07-28T17:38:43+02",
          "2008-07-28T21:08:43+05:30", "2008-07-28T15:38:43.000Z", "2008-07-28T15:38:43.0+00:00",
          // With the spaces of other systems.
          "7/28/2008 3:38:43\xE2\x80\xAFPM (GMT STANDARD TIME)", "7/28/2008 3:38:43\xC2\xA0PM",
          "7/28/2008\xC2\xA0"
          "3:38:43\xE2\x80\xAF"
          "PM\xC2\xA0(GMT)",
          "\xC2\xA0"
          "7/28/2008 3:38:43 PM\xC2\xA0",
          // Encoded twice, and once more.
          "7%2F28%2F2008+3%3A38%3A43+PM+(GMT+STANDARD+TIME)",
          "7%2f28%2f2008%203%3a38%3a43%20PM%20%28GMT%20STANDARD%20TIME%29",
          "7%252F28%252F2008%2B3%253A38%253A43%2BPM", "7/28/2008 3%3A38%3A43%E2%80%AFPM",
          "2008-07-28T17%3A38%3A43%2B02%3A00"})
        BOOST_TEST_CONTEXT(text) {
            const Result<TimeMs> time = parse_timestamp(text);
            BOOST_REQUIRE(time.is_ok());
            BOOST_TEST(time.value() == kWanted);
        }
}

BOOST_AUTO_TEST_CASE(other_readable_forms) {
    struct Row {
        std::string_view text;
        std::string_view iso;
    };
    for (const Row& row : {Row{"1/1/2026 12:00:00 AM", "2026-01-01T00:00:00Z"},
                           {"1/1/2026 12:30:00 AM", "2026-01-01T00:30:00Z"},
                           {"1/1/2026 12:00:00 PM", "2026-01-01T12:00:00Z"},
                           {"1/1/2026 1:00:00 AM", "2026-01-01T01:00:00Z"},
                           {"1/1/2026 11:59:59 PM", "2026-01-01T23:59:59Z"},
                           {"12/31/2026", "2026-12-31T00:00:00Z"},
                           {"2026-12-31", "2026-12-31T00:00:00Z"},
                           {"2/29/2024 8:00 AM", "2024-02-29T08:00:00Z"},
                           {"7/28/2008 00:10", "2008-07-28T00:10:00Z"},
                           // US summer time does not matter: it is GMT all year.
                           {"3/8/2026 2:30:00 AM", "2026-03-08T02:30:00Z"},
                           {"2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00Z"}})
        BOOST_TEST_CONTEXT(row.text) {
            const Result<TimeMs> time = parse_timestamp(row.text);
            BOOST_REQUIRE(time.is_ok());
            BOOST_TEST(iso_text(time.value()) == row.iso);
        }
}

BOOST_AUTO_TEST_CASE(fractions_are_milliseconds) {
    const TimeMs whole = parse_timestamp("2026-01-01T00:00:00Z").value();
    BOOST_TEST(parse_timestamp("2026-01-01T00:00:00.25-00:00").value() - whole == 250);
    BOOST_TEST(parse_timestamp("2026-01-01T00:00:00.007Z").value() - whole == 7);
    BOOST_TEST(parse_timestamp("2026-01-01T00:00:00.123456789Z").value() - whole == 123);
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_an_error_that_shows_it) {
    for (std::string_view text : {"",
                                  "now",
                                  "1217259523",
                                  "2/30/2026",
                                  "2/29/2025",
                                  "13/1/2026",
                                  "0/1/2026",
                                  "1/0/2026",
                                  "28/7/2008",
                                  "7/28/08",
                                  "7/28/2008 0:30:00 AM",
                                  "7/28/2008 13:00:00 PM",
                                  "7/28/2008 24:00:00",
                                  "7/28/2008 3:60:00 PM",
                                  "7/28/2008 3:38:60 PM",
                                  "7/28/2008 3:38:43 XM",
                                  "7/28/2008 3:38:43 PM (GMT STANDARD TIME) x",
                                  "7/28/2008 3:38:43 PM (EST)",
                                  "7/28/2008 3:3:43 PM",
                                  "7-28-2008",
                                  "2026-1-1",
                                  "2026-01-01T",
                                  "2026-01-01T10",
                                  "2026-01-01T10:00:00.",
                                  "2026-01-01T10:00:00+15:00",
                                  "2026-01-01T10:00:00+02:60",
                                  "2026-01-01T10:00:00+2",
                                  "2026-01-01T10:00:00Zx",
                                  "1969-12-31T23:59:59Z"})
        BOOST_TEST_CONTEXT(text) {
            const Result<TimeMs> time = parse_timestamp(text);
            BOOST_REQUIRE(!time.is_ok());
            BOOST_TEST(contains(time.error(), "time \"" + std::string(text).substr(0, 40)));
        }
}

BOOST_AUTO_TEST_CASE(a_day_is_written_one_way_only) {
    BOOST_TEST(iso_text(parse_day("2026-12-31").value()) == "2026-12-31T00:00:00Z");
    BOOST_TEST(iso_text(parse_day("2028-02-29").value()) == "2028-02-29T00:00:00Z");
    for (std::string_view text :
         {"2026-02-29", "2026-13-01", "2026-1-1", "12/31/2026", "31.12.2026", "2026-12-31 ",
          "2026-12-31T00:00:00Z", "20261231", "1969-12-31", ""})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!parse_day(text).is_ok());
    BOOST_TEST(parse_day("soon").error() == "\"soon\" is not a day such as 2026-12-31");
}

BOOST_AUTO_TEST_CASE(us_day_text_is_as_segpay_writes_days) {
    BOOST_TEST(us_day_text(0) == "01/01/1970");
    BOOST_TEST(us_day_text(parse_timestamp("12/31/2026 11:59:59 PM").value()) == "12/31/2026");
    BOOST_TEST(us_day_text(parse_timestamp("3/4/2027").value()) == "03/04/2027");
}

BOOST_AUTO_TEST_CASE(iso_text_is_utc_with_seconds) {
    BOOST_TEST(iso_text(0) == "1970-01-01T00:00:00Z");
    BOOST_TEST(iso_text(951'782'400'999) == "2000-02-29T00:00:00Z");
}

BOOST_AUTO_TEST_SUITE_END()
