// When two kept requests are one.
#include "events/kept_key.hpp"

#include "fixtures.hpp"

using namespace segpay;

BOOST_AUTO_TEST_SUITE(kept_key_tests)

BOOST_AUTO_TEST_CASE(the_same_content_has_the_same_key) {
    const Parameters kept = {{"action", "Auth"}, {"Purchase_ID", "1"}};
    const std::string key = kept_key(kept, false);
    BOOST_TEST(kept_key({{"purchase_id", "1"}, {"ACTION", "Auth"}}, false) == key);
    for (const Parameters& other : {Parameters{{"action", "auth"}, {"purchase_id", "1"}},
                                    {{"action", "Auth"}, {"purchaseid", "1"}},
                                    {{"action", "Auth"}},
                                    {{"action", "Auth"}, {"purchase_id", "1"}, {"x", ""}},
                                    {{"action", "1"}, {"purchase_id", "Auth"}}})
        BOOST_TEST_CONTEXT(encode_form(other)) BOOST_TEST(kept_key(other, false) != key);
}

BOOST_AUTO_TEST_CASE(a_held_request_has_another_key_that_says_so) {
    const Parameters kept = {{"purchase_id", "1"}};
    BOOST_TEST(kept_key(kept, false) == "segpay/kept/" + digest_of(kept));
    BOOST_TEST(kept_key(kept, true) == "segpay/held/" + digest_of(kept));
    BOOST_TEST(is_held_key(kept_key(kept, true)));
    BOOST_TEST(!is_held_key(kept_key(kept, false)));
    BOOST_TEST(!is_held_key("segpay/join/1"));
}

BOOST_AUTO_TEST_SUITE_END()
