// Unfilled placeholders of a template, and texts that only resemble one.
#include "values/placeholder.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(placeholder_tests)

BOOST_AUTO_TEST_CASE(each_spelling_is_one) {
    for (std::string_view text :
         {"<extra foreignid>", "<EXTRA foreignid>", "<Extra ForeignID>", " <extra foreignid> ",
          "<extra  foreignid>", "< extra foreignid >", "<extra my-own.name_1>", "<purchaseid>",
          "<TRANID>", "%3Cextra foreignid%3E", "%3cextra%20foreignid%3e", "%3Cextra+foreignid%3E",
          "%253Cextra%2520foreignid%253E", "&lt;extra foreignid&gt;", "&amp;lt;extra xref1&amp;gt;",
          "<extra+natssess>", "&lt;purchaseid&gt;", "%3Cpurchaseid%3E",
          // Half of it was lost.
          "extra foreignid>", "<extra foreignid", "Extra foreignid%3E", "%3Cextra foreignid",
          "purchaseid>", "<purchaseid", "extra foreignid&gt;"})
        BOOST_TEST(is_placeholder(text), text);
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_one_is_a_value) {
    for (std::string_view text : {"",
                                  "<",
                                  ">",
                                  "<>",
                                  "<b>",
                                  "<script>",
                                  "<extra>",
                                  "<extra >",
                                  "<extra two words>",
                                  "extra foreignid",
                                  "extra",
                                  "purchaseid",
                                  "<3",
                                  "a>b",
                                  "1 < 2",
                                  "e@mail.example",
                                  "%3C",
                                  "%",
                                  "100%",
                                  "&",
                                  "&amp;",
                                  "Tom & Jerry",
                                  "<me@mail.example>",
                                  "{purchaseid}",
                                  "extraforeignid>",
                                  "<extraforeignid>",
                                  "<EXTRA_DATA></EXTRA_DATA>",
                                  "x<purchaseid>"})
        BOOST_TEST(!is_placeholder(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
