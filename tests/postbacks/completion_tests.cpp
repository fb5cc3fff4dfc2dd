// What an operator may add to a request, and the result.
#include "postbacks/completion.hpp"

#include "fixtures.hpp"

#include <algorithm>

using namespace segpay;
using namespace segpay::testing;

namespace {

struct Completed {
    NameTable names{example_config()};
    Form form, said;
    Postback postback;
    std::optional<Error> refused;

    Completed(std::string_view request, std::string_view says) {
        BOOST_REQUIRE(form.read(request, kNoLimits));
        read_postback(form, names, postback);
        BOOST_REQUIRE(said.read(says));
        refused = complete(form, postback, said, names);
    }
    std::size_t fields(std::string_view name) const {
        return static_cast<std::size_t>(std::ranges::count(form.fields(), name, &FormField::name));
    }
};

const std::string kSale = "action=Auth&trantype=Sale&stage=Initial&approved=Yes&tranid=9001";

} // namespace

BOOST_AUTO_TEST_SUITE(completion_tests)

BOOST_AUTO_TEST_CASE(what_is_not_said_is_said) {
    const Completed one(kSale + "&purchaseid=0&memberid=", "purchaseid=+5001%0A&foreignid=a%26b");
    BOOST_REQUIRE(!one.refused);
    BOOST_TEST(one.postback[Fact::purchase_id] == "5001");
    BOOST_TEST(one.postback[Fact::member_id] == "a&b");
    BOOST_TEST(one.postback[Fact::transaction_id] == "9001");
    BOOST_TEST(one.fields("memberid") == 0u);
    BOOST_TEST((one.postback.warnings ==
                std::vector<std::string>{"\"purchaseid\" is what an operator said",
                                         "\"foreignid\" is what an operator said"}));
}

BOOST_AUTO_TEST_CASE(one_of_two_values_is_chosen) {
    const Completed one(kSale + "&price=1.00&PRICE=2.00&amp;memberid=1&memberid=2",
                        "price=2.00&memberid=2");
    BOOST_REQUIRE(!one.refused);
    BOOST_TEST(one.postback.contradiction == "");
    BOOST_TEST(one.postback.disputed.empty());
    BOOST_TEST(one.postback[Fact::price] == "2.00");
    BOOST_TEST(one.postback[Fact::member_id] == "2");
    // A choice between two values of one fact leaves another contradiction open.
    const Completed half(kSale + "&price=1&price=2&memberid=1&memberid=2", "price=2");
    BOOST_TEST(half.postback.contradiction != "");
    BOOST_TEST((half.postback.disputed == std::vector{Fact::member_id}));
}

BOOST_AUTO_TEST_CASE(a_word_that_holds_the_rest_of_the_query_is_not_said) {
    for (const std::string broken :
         {"auth%26trantype%3Dsale", "auth;x", "auth%0D%0Atrantype=sale"}) {
        const Completed one("action=" + broken + "&tranid=9001", "action=Auth&trantype=Sale");
        BOOST_TEST(!one.refused, broken);
        BOOST_TEST(one.postback[Fact::action] == "Auth", broken);
        BOOST_TEST(!one.postback.is_word_of_lines, broken);
    }
}

BOOST_AUTO_TEST_CASE(what_segpay_said_stands) {
    const std::pair<std::string, std::string> rows[] = {
        {"purchaseid=5001&tranid=9002", "\"tranid\" itself"},
        {"action=Void", "\"action\" itself"},
        {"purchaseid=5001&purchase=7", "\"purchase\" is no parameter"},
        {"purchaseid=5001&ref1=7", "\"ref1\" is no parameter"},
        {"purchaseid=5001&password=canary", "\"password\" is a secret"},
        {"=5001", "\"\" is no parameter"},
    };
    for (const auto& [says, why] : rows) {
        const Completed one(kSale, says);
        BOOST_REQUIRE(one.refused);
        BOOST_TEST(contains(one.refused->message, why), one.refused->message);
        BOOST_TEST(!contains(one.refused->message, "canary"));
        BOOST_TEST(one.postback[Fact::purchase_id] == "");
        BOOST_TEST(one.fields("purchaseid") == 0u);
    }
}

BOOST_AUTO_TEST_CASE(nothing_changes_nothing) {
    const Completed one(kSale + "&price=1&price=2", "");
    BOOST_TEST(!one.refused);
    BOOST_TEST(one.postback.contradiction != "");
    BOOST_TEST(one.fields("price") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
