// Tests plugin/config/yaml_text.cpp: places, invalid text, and input that YAML reads otherwise than
// intended.
#include "config/yaml_text.hpp"
#include "mistakes.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(yaml_text_tests)

std::string in_words(Place place) {
    return std::to_string(place.line) + ":" + std::to_string(place.column);
}

BOOST_AUTO_TEST_CASE(places_count_characters) {
    const std::string text = "ä: 1\n\nüü\n";
    const Lines lines(text);
    BOOST_TEST(in_words(lines.place(0)) == "1:1");
    BOOST_TEST(in_words(lines.place(2)) == "1:2");
    BOOST_TEST(in_words(lines.place(5)) == "1:5"); // its newline
    BOOST_TEST(in_words(lines.place(6)) == "2:1");
    BOOST_TEST(in_words(lines.place(9)) == "3:2");
    BOOST_TEST(in_words(lines.place(11)) == "3:3");
    BOOST_TEST(in_words(lines.place(text.size())) == "4:1");
    BOOST_TEST(in_words(Lines("").place(0)) == "1:1");
}

// yaml-cpp's places may be at the end of a line, or past it.
BOOST_AUTO_TEST_CASE(the_end_of_a_line_is_a_place_of_that_line) {
    const std::string text = "ä: 1\nüü: x";
    const Lines lines(text);
    BOOST_TEST(in_words(lines.place(lines.offset(0, 5))) == "1:5");
    BOOST_TEST(in_words(lines.place(lines.offset(0, 99))) == "1:5");
    BOOST_TEST(in_words(lines.place(lines.offset(1, 7))) == "2:6");
    BOOST_TEST(in_words(lines.place(lines.offset(1, 8))) == "2:6");
    BOOST_TEST(in_words(lines.place(lines.offset(2, 0))) == "2:6");
    BOOST_TEST(in_words(lines.place(lines.offset(-1, -1))) == "1:1");
}

// The same through all steps: line 8 ends where the mistake is.
BOOST_AUTO_TEST_CASE(a_mistake_at_the_end_of_a_line_is_told_there) {
    check_each({
        {8, "  path: ü\rx",
         "8:10: a line ends with CR alone; save the file with LF or CRLF at the end of lines"},
        {8, "  päth: &", R"(8:9: a value that begins with & must stand in quotes, e.g. "&...")"},
        {8, "  pä: !<ü", "8:7: a value that begins with ! must stand in quotes, e.g. \"!...\""},
        {8, "  ü: >2ü",
         "8:8: not readable as YAML: unexpected character in block scalar; write a "
         "value that begins with | or > in quotes"},
        {8, "  pä\xC3", "8:5: byte 0xC3 is not UTF-8; save the file as UTF-8"},
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_text) {
    const std::string control = "; remove it, or write it as an escape in double quotes";
    check_each({
        {14, "    name: Caf\xE9", "14:14: byte 0xE9 is not UTF-8; save the file as UTF-8"},
        {14, "    type: token # \xC3\xA9t\xE9",
         "14:21: byte 0xE9 is not UTF-8; save the file as UTF-8"},
        {14, "    name: \xC0\xAF", "14:11: byte 0xC0 is not UTF-8; save the file as UTF-8"},
        {14, "    name: \xED\xA0\x80", "14:11: byte 0xED is not UTF-8; save the file as UTF-8"},
        {14, "    name: a\x01", "14:12: holds the control character U+0001" + control},
        {14, "    name: a\x7F", "14:12: holds the control character U+007F" + control},
        {14, "    name: a\xC2\x85", "14:12: holds the control character U+0085" + control},
        {14, "    type: token\r    name: x",
         "14:16: a line ends with CR alone; save the file with LF or CRLF at the end of lines"},
        {14, "\xC2\xA0   type: token",
         "14:1: the line begins with U+00A0, which looks like a space and is none; write spaces"},
        {14, "  \xE3\x80\x80type: token",
         "14:3: the line begins with U+3000, which looks like a space and is none; write spaces"},
    });
    for (const std::string mark : {"\xFF\xFE", "\xFE\xFF"})
        BOOST_TEST(mistakes(mark + std::string("a\0:\0", 4)) ==
                       std::vector<std::string>{"t: is UTF-16; save the file as UTF-8"},
                   boost::test_tools::per_element());
    // Four bytes, a no-break space that indents nothing, a tab behind a value, CRLF.
    BOOST_TEST(
        mistakes(with_line(14, "    type: token\t\r\n    name: \"\xF0\x9F\x98\x80\xC2\xA0!\""))
            .empty());
}

BOOST_AUTO_TEST_CASE(what_was_meant_is_told_where_it_stands) {
    const std::string tab = "a tab stands in the indentation; YAML allows only spaces there";
    const std::string reference =
        R"(inside [ ] and { } a reference must stand in quotes, e.g. "${env:NAME}")";
    const std::string behind =
        "text stands behind the closing quotes; write the whole value in the other kind of quotes";
    const std::string colon =
        "a colon with a blank behind it stands inside a value; write the value in quotes";
    const auto reserved = [](const std::string& c) {
        return "a value that begins with " + c + " must stand in quotes, e.g. \"" + c + "...\"";
    };
    check_each({
        // tabs
        {2, "\tmode: test", "2:1: " + tab},
        {2, "  \tmode: test", "2:3: " + tab},
        {11, "\t\ttype: membership", "11:1: " + tab},
        {10, "\t- id: 7", "10:1: " + tab},
        {10, "  -\tid: 7", "10:4: " + tab},
        // what begins with a character that YAML needs for itself
        {4, "  authenticity: none\n  success_word: *success*", "5:17: " + reserved("*")},
        {4, "  authenticity: none\n  success_word: *", "5:17: " + reserved("*")},
        {4, "  authenticity: none\n  success_word: * ok", "5:17: " + reserved("*")},
        {4, "  authenticity: none\n  *ok*: x", "5:3: " + reserved("*")},
        {24, "    cross_sells: [*XS*]", "24:19: " + reserved("*")},
        {24, "    cross_sells:\n      - *XS", "25:9: " + reserved("*")},
        {2, "  mode: test\n  <<: *defaults", "3:7: " + reserved("*")},
        {4, "  authenticity: none\n  success_word: @ok", "5:17: " + reserved("@")},
        {4, "  authenticity: none\n  success_word: `ok`", "5:17: " + reserved("`")},
        {4, "  authenticity: none\n  success_word: %ok", "5:17: " + reserved("%")},
        {4, "  authenticity: none\n  success_word: & ok", "5:17: " + reserved("&")},
        // references
        {4, "  authenticity:\n    basic: { username: a, password: ${env:X} }",
         "5:37: " + reference},
        {4, "  authenticity:\n    basic: { password: ${file:ü}, username: a }",
         "5:24: " + reference},
        {4, "  authenticity:\n    addresses: [127.0.0.1, ${env:X}]", "5:28: " + reference},
        {4, "  authenticity:\n    addresses: [\n      ${env:X}\n    ]", "6:7: " + reference},
        {4, "  authenticity:\n    addresses: [a${env:X}]", "5:18: " + reference},
        // quotes and brackets
        {14, "    name: \"Site", "14:11: the quotes that open here are not closed in their line"},
        {14, "    name: 'it's'", "14:15: " + behind},
        {14, "    name: \"Site\" one", "14:18: " + behind},
        {39, "    from_sites: [\"9]", "39:18: the quotes that open here are never closed"},
        {39, "    from_sites: [9", "39:17: the [ that stands here is not closed"},
        {22, "      initial: { amount: 2.95, days: 3",
         "22:16: the { that stands here is not closed"},
        // colons
        {14, "    name: Site: the best", "14:15: " + colon},
        {8, "  path: C: l", "8:10: " + colon},
        {14, "    name: \"Site\": x", "14:17: " + colon},
    });
}

BOOST_AUTO_TEST_CASE(directives_are_refused_and_the_rest_is_read) {
    const std::string what = "a directive (%TAG, %YAML) is not allowed; remove the line";
    for (const std::string directive : {"%TAG ! tag:x,2000:", "%YAML 1.2", "%YAML 3.0", "%x"}) {
        const std::vector<std::string> found =
            mistakes(directive + "\n---\n" + with_line(2, "  mode: x"));
        BOOST_REQUIRE_EQUAL(found.size(), 2u);
        BOOST_TEST(found[0] == "t:1:1: " + what);
        BOOST_TEST(found[1].starts_with("t:4:9: \"mode\" must be one of"));
    }
}

// None of it may affect a text that YAML reads as intended.
BOOST_AUTO_TEST_CASE(what_is_right_is_left_alone) {
    const std::vector<std::pair<int, std::string>> lines = {
        {14, "    name: it's \"5\" * 3 & more, [really] {so} 100% #1"},
        {14, "    name: a#b${c} ! @ ` | > -- ?"},
        {14, "    name: 'it''s: so'\n    type: token"},
        {14, "    name: \"a \\\"quoted\\\" word: \\\\\"\n    type: token"},
        {14, "    name: \"two\n      lines: of text\"\n    type: token"},
        {14, "    name: two\n      lines \"of text\n    type: token"},
        {14, "    name: |\n      \"one\n      * [two: {\n\n      %three\n    type: token"},
        {14, "    name: >-\n      'one\n    type: token"},
        {14, "    type: token # it's \"so: [\n    # *x: {"},
        {14, "    \"type\": 'token'"},
        {14, "    ? type\n    : token"},
        {39, "    from_sites: [ # it's\n      \"9\",\n\n\t  '9', ]"},
        {22, "      initial: {\"amount\":2.95,\"days\":3}"},
    };
    for (const auto& [number, replacement] : lines)
        BOOST_TEST_CONTEXT(replacement) {
            for (const std::string& mistake : mistakes(with_line(number, replacement)))
                BOOST_TEST(mistake.find("missing key \"type\"") != std::string::npos, mistake);
        }
    BOOST_TEST(survey("{\"a\":\"x]}, 'y\",\"b\":[\"c\"]}").empty());
}

BOOST_AUTO_TEST_SUITE_END()
