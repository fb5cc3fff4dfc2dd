// The meaning of an id or an extra, and when it has none.
#include "values/said.hpp"

#include "values/word.hpp"

using namespace segpay;

BOOST_AUTO_TEST_SUITE(said_tests)

BOOST_AUTO_TEST_CASE(nothing_blanks_and_zeros_say_nothing) {
    for (std::string_view nothing :
         {"", " ", "   ", "\t", " \t ", "0", "00", "0000000000", " 0", "0 ", " 0 ", "\xC2\xA0",
          "\xC2\xA0"
          "0",
          "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE2\x80\x8B 0\xE2\x80\xAF",
          "00000000-0000-0000-0000-000000000000"})
        BOOST_TEST(said(nothing).empty(), '"' << nothing << '"');
}

BOOST_AUTO_TEST_CASE(controls_are_blanks_once_a_text_is_clean) {
    using namespace std::string_view_literals;
    for (std::string_view sent :
         {"\r\n"sv, "\n"sv, "\r\n0\r\n"sv, "\v"sv, "\f"sv, "\0"sv, "\xC2\x85"sv, "\xA0"sv})
        BOOST_TEST(said(clean_text(sent)).empty());
    BOOST_TEST(said(clean_text("UP-8-301\r\n")) == "UP-8-301");
}

BOOST_AUTO_TEST_CASE(all_else_is_said_without_its_outer_blanks) {
    for (std::string_view text : {"1", "01", "10", "0a", "00-1", "0.00", "0x0", "-", "-0", "no",
                                  "UP-8-301", "two words", "\xC3\xA9", "0\xC3\xA9"}) {
        BOOST_TEST(said(text) == text);
        const std::string padded = "  " + std::string(text) + "\xC2\xA0\t";
        BOOST_TEST(said(padded) == text);
    }
}

BOOST_AUTO_TEST_CASE(it_is_a_part_of_the_value) {
    const std::string value = " 9001 ";
    BOOST_TEST(static_cast<const void*>(said(value).data()) ==
               static_cast<const void*>(value.data() + 1));
}

BOOST_AUTO_TEST_SUITE_END()
