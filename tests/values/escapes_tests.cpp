// Additional escapes, and their places in the text.
#include "values/escapes.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(escapes_tests)

BOOST_AUTO_TEST_CASE(each_escape_is_undone_and_all_else_stays) {
    struct Row {
        std::string_view text, plain;
    };
    for (const Row& row : {Row{"", ""},
                           {"plain + text", "plain + text"},
                           {"%2F%2f%41", "//A"},
                           {"%u202F|%U00e9", "\xE2\x80\xAF|\xC3\xA9"},
                           {"&lt;&gt;&amp;&quot;&apos;&nbsp;", "<>&\"'\xC2\xA0"},
                           {"&#8239;&#xA0;&#X41;",
                            "\xE2\x80\xAF\xC2\xA0"
                            "A"},
                           {"%", "%"},
                           {"100% %2 %2G %u12 %uD800 %-1", "100% %2 %2G %u12 %uD800 %-1"},
                           {"a&b &foo; &#0; &#xD800; &#; &;", "a&b &foo; &#0; &#xD800; &#; &;"}}) {
        BOOST_TEST(unescaped_once(row.text).text == row.plain);
        BOOST_TEST(may_have_escapes(row.text) ==
                   (row.text.find_first_of("%&") != std::string_view::npos));
    }
}

BOOST_AUTO_TEST_CASE(three_rounds_are_undone_and_no_more) {
    BOOST_TEST(unescaped("%252F&amp;lt;").text == "/<");
    BOOST_TEST(unescaped("%25252F").text == "/");
    BOOST_TEST(unescaped("%2525252F").text == "%2F");
    BOOST_TEST(unescaped("plain").text == "plain");
}

BOOST_AUTO_TEST_CASE(every_byte_knows_where_it_came_from) {
    const Unescaped plain = unescaped("a%252Fb&amp;lt;%u202Fc");
    BOOST_TEST(plain.text ==
               "a/b<\xE2\x80\xAF"
               "c");
    const std::vector<std::size_t> from = {0, 1, 6, 7, 15, 15, 15, 21, 22};
    BOOST_TEST(plain.from == from, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
