// eTickets: package and price point, both or an error that says what is missing.
#include "values/eticket.hpp"

#include "fixtures.hpp"
#include "values/word.hpp"

using namespace segpay;
using segpay::testing::contains;

BOOST_AUTO_TEST_SUITE(eticket_tests)

BOOST_AUTO_TEST_CASE(both_halves_are_read) {
    const ETicket eticket = parse_eticket("162209:3097").value();
    BOOST_TEST(eticket.package == 162209u);
    BOOST_TEST(eticket.price_point == 3097u);
    BOOST_TEST(to_string(eticket) == "162209:3097");
    BOOST_TEST(parse_eticket("999999999999999999:1")->package == 999999999999999999u);
}

BOOST_AUTO_TEST_CASE(a_missing_price_point_is_named) {
    for (std::string_view text : {"162209", "162209:"})
        BOOST_TEST(contains(parse_eticket(text).error(),
                            "has no price point; write package:pricepoint, e.g. \"162209:3097\""));
}

BOOST_AUTO_TEST_CASE(what_is_no_eticket_is_an_error) {
    for (std::string_view text :
         {"", ":", ":3097", "a:1", "1:a", "0:1", "1:0", "-1:2", "1:-2", "1:2:3", " 1:2", "1:2 ",
          "1 : 2", "1.0:2", "0x1:2", "1000000000000000000:1", "1:1000000000000000000"})
        BOOST_TEST_CONTEXT(text) {
            const Result<ETicket> eticket = parse_eticket(text);
            BOOST_REQUIRE(!eticket.is_ok());
            BOOST_TEST(contains(eticket.error(), "\"" + std::string(text) + "\""));
        }
}

BOOST_AUTO_TEST_CASE(an_error_stays_readable_however_long_the_text) {
    std::string text = "1";
    for (int i = 0; i < 100; ++i)
        text += "\xC3\xA9";
    const std::string message = parse_eticket(text).error();
    BOOST_TEST(message.size() < 160u);
    BOOST_TEST(clean_text(message) == message);
}

BOOST_AUTO_TEST_CASE(default_constructed_is_none) {
    BOOST_TEST(ETicket().is_none());
    BOOST_TEST(!parse_eticket("1:2")->is_none());
}

BOOST_AUTO_TEST_SUITE_END()
