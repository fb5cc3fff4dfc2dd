// USERDATA: its content, and what must be refused.
#include "wire/user_data.hpp"

#include "values/word.hpp"
#include "wire/form.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace segpay;

namespace {

// "name=value|name=value"; "unreadable".
std::string read(std::string_view xml) {
    TextStore texts;
    UserData found;
    if (!read_user_data(xml, texts, found)) return "unreadable";
    std::string all;
    for (const auto& [name, value] : found)
        all += (all.empty() ? "" : "|") + std::string(name) + "=" + std::string(value);
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_data_tests)

BOOST_AUTO_TEST_CASE(names_and_values_are_read) {
    BOOST_TEST(
        read("<EXTRA_DATA><FOREIGNID>908172</FOREIGNID><NATSSESS>a b</NATSSESS></EXTRA_DATA>") ==
        "foreignid=908172|natssess=a b");
    BOOST_TEST(read("<EXTRA_DATA></EXTRA_DATA>") == "");
    BOOST_TEST(read("<EXTRA_DATA/>") == "");
    BOOST_TEST(
        read("<extra_data>\r\n <x.own-1 >v</x.own-1>\n <empty/><none></none> </extra_data>\n") ==
        "x.own-1=v|empty=|none=");
    BOOST_TEST(read("<?xml version=\"1.0\"?>\n<EXTRA_DATA><a>1</a></EXTRA_DATA>") == "a=1");
    BOOST_TEST(read(" <EXTRA_DATA><a> 1 </a></EXTRA_DATA>") == "a= 1 ");
    // Escaped once more, as reports have it.
    BOOST_TEST(read("&lt;EXTRA_DATA&gt;&lt;a&gt;x &amp;amp; y&lt;/a&gt;&lt;/EXTRA_DATA&gt;") ==
               "a=x & y");
    BOOST_TEST(read("%3CEXTRA_DATA%3E%3Ca%3Ex+%26amp%3B%2By%3C/a%3E%3C%2FEXTRA_DATA%3E") ==
               "a=x &+y");
    BOOST_TEST(read("&amp;lt;EXTRA_DATA&amp;gt;&amp;lt;a&amp;gt;1&amp;lt;/a&amp;gt;"
                    "&amp;lt;/EXTRA_DATA&amp;gt;") == "a=1");
}

BOOST_AUTO_TEST_CASE(the_five_entities_and_numbers_of_characters) {
    BOOST_TEST(
        read("<EXTRA_DATA><a>&lt;&gt;&amp;&quot;&apos;&#65;&#xe9;&#X1F600;</a></EXTRA_DATA>") ==
        "a=<>&\"'A\xC3\xA9\xF0\x9F\x98\x80");
    BOOST_TEST(read("<EXTRA_DATA><a>Tom & Jerry &</a></EXTRA_DATA>") == "a=Tom & Jerry &");
    BOOST_TEST(read("<EXTRA_DATA><a>&amp;lt;</a></EXTRA_DATA>") == "a=&lt;");
    for (std::string_view reference :
         {"&foo;", "&#0;", "&#xD800;", "&#x110000;", "&#;", "&#x;", "&;", "&#1x;", "&LT;"})
        BOOST_TEST(
            read("<EXTRA_DATA><a>" + std::string(reference) + "</a></EXTRA_DATA>") == "unreadable",
            reference);
}

BOOST_AUTO_TEST_CASE(all_else_is_unreadable) {
    for (std::string_view xml :
         {"", "EXTRA_DATA", "<EXTRA_DATA>", "<EXTRA_DATA><a>1</a>",
          "<EXTRA_DATA><a>1</b></EXTRA_DATA>", "<EXTRA_DATA><a>1</A></EXTRA_DATA>",
          "<EXTRA_DATA><a><b>1</b></a></EXTRA_DATA>", "<EXTRA_DATA>text</EXTRA_DATA>",
          "<EXTRA_DATA><a>1</a></EXTRA_DATA>x", "<EXTRA_DATA><a>1</a></extra_data>",
          "<OTHER><a>1</a></OTHER>", "</EXTRA_DATA>", "<EXTRA_DATA><a b=\"c\">1</a></EXTRA_DATA>",
          "<EXTRA_DATA><a>1</EXTRA_DATA>",
          "<!DOCTYPE EXTRA_DATA [<!ENTITY x SYSTEM "
          "\"file:///etc/passwd\">]><EXTRA_DATA><a>&x;</a></EXTRA_DATA>",
          "<EXTRA_DATA><![CDATA[x]]></EXTRA_DATA>", "<EXTRA_DATA><!-- x --></EXTRA_DATA>",
          "<?xml <EXTRA_DATA/>", "<EXTRA_DATA><>1</></EXTRA_DATA>"})
        BOOST_TEST(read(xml) == "unreadable", xml);
    std::string many = "<EXTRA_DATA>";
    for (std::size_t i = 0; i <= kMaxFields; ++i)
        many += "<a/>";
    BOOST_TEST(read(many + "</EXTRA_DATA>") == "unreadable");
    const std::string name(kMaxNameBytes + 1, 'n');
    BOOST_TEST(read("<EXTRA_DATA><" + name + "/></EXTRA_DATA>") == "unreadable");
}

BOOST_AUTO_TEST_CASE(it_is_known_by_its_begin) {
    for (std::string_view value :
         {"<EXTRA_DATA>", "<extra_data", " <EXTRA_DATA/>", "&lt;EXTRA_DATA&gt;", "%3cEXTRA_DATA",
          "%253CEXTRA_DATA", "&amp;lt;EXTRA_DATA", "&#60;EXTRA_DATA",
          "\r\n<?xml version=\"1.0\"?><EXTRA_DATA>"})
        BOOST_TEST(is_user_data(value), value);
    for (std::string_view value :
         {"", "<", "EXTRA_DATA", "<extra foreignid>", "<b>", "&amp;", "x<EXTRA_DATA>"})
        BOOST_TEST(!is_user_data(value), value);
}

BOOST_AUTO_TEST_CASE(its_tags_are_found_anywhere) {
    for (std::string_view text : {"<EXTRA_DATA>", "x=<b><extra_data a", "&lt;EXTRA_DATA&gt;",
                                  "1%26%3CEXTRA_DATA", "&amp;lt;EXTRA_DATA"}) {
        BOOST_TEST(opens_user_data(text), text);
        BOOST_TEST(!closes_user_data(text), text);
    }
    for (std::string_view text : {"</EXTRA_DATA>", "x</extra_data", "&gt;x&lt;/EXTRA_DATA&gt;"}) {
        BOOST_TEST(closes_user_data(text), text);
        BOOST_TEST(!opens_user_data(text), text);
    }
    for (std::string_view text : {"", "<", "EXTRA_DATA", "<b>EXTRA_DATA", "< EXTRA_DATA"}) {
        BOOST_TEST(!opens_user_data(text), text);
        BOOST_TEST(!closes_user_data(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
