// Every name of a fact, in any case; and names that are no fact.
#include "values/facts.hpp"

#include "fixtures.hpp"

#include <cctype>
#include <set>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(facts_tests)

BOOST_AUTO_TEST_CASE(every_alias_is_known) {
    struct Row {
        Fact fact;
        std::vector<std::string> names;
    };
    const std::vector<Row> rows = {
        {Fact::action, {"action"}},
        {Fact::transaction_type, {"transtype", "trantype"}},
        {Fact::stage, {"stage"}},
        {Fact::approved, {"approved"}},
        {Fact::purchase_id, {"purchaseid"}},
        {Fact::transaction_id, {"transid", "tranid"}},
        {Fact::related_transaction_id, {"relatedtranid"}},
        {Fact::price, {"price"}},
        {Fact::currency, {"currencycode"}},
        {Fact::eticket, {"eticketid"}},
        {Fact::initial_value, {"ival", "initialvalue"}},
        {Fact::member_id, {"memberid", "foreignid"}},
        {Fact::session, {"session", "natssess"}},
        {Fact::affiliate, {"merchantpartnerid"}},
        {Fact::username, {"username"}},
        {Fact::password, {"password"}},
        {Fact::email, {"email", "billemail"}},
        {Fact::name, {"name", "billname"}},
        {Fact::first_name, {"firstname", "billnamefirst"}},
        {Fact::last_name, {"lastname", "billnamelast"}},
        {Fact::country, {"country", "billcntry"}},
        {Fact::cross_sell_slot, {"xsellnum", "xselnum"}},
        {Fact::xref1, {"xref1"}},
        {Fact::xref2, {"xref2"}},
        {Fact::upsell, {"upsell"}},
        {Fact::tokenplus, {"tokenplus"}},
        {Fact::octoken, {"octoken"}},
        {Fact::trans_guid, {"transguid"}},
        {Fact::standin, {"standin"}},
        {Fact::test_transaction, {"testtrans"}},
        {Fact::card_type, {"cardtype"}},
        {Fact::payment_type, {"paymenttype"}},
        {Fact::transaction_time, {"transtime", "billertranstime"}},
        {Fact::reactivation_time, {"reactivationtimestamp", "reactivationdate"}},
        {Fact::response_code, {"authcode"}},
        {Fact::refund_reason, {"refundreasoncode"}},
        {Fact::refund_comment, {"refundcomment"}},
        {Fact::refunded_by, {"refundedby"}},
        {Fact::cancel_reason, {"cancelreasoncode"}},
        {Fact::cancel_comment, {"cancelcomment"}},
        {Fact::cancelled_by, {"cancelledby"}},
    };
    BOOST_TEST(rows.size() == kFactCount - 2); // no name makes an extra, none is fixed for the seal
    for (const Row& row : rows)
        for (const std::string& name : row.names)
            BOOST_TEST_CONTEXT(name) {
                BOOST_REQUIRE(find_parameter(name));
                BOOST_TEST((find_parameter(name)->fact == row.fact));
                std::string upper = name;
                for (char& c : upper)
                    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
                BOOST_TEST(find_parameter(upper) == find_parameter(name));
            }
}

BOOST_AUTO_TEST_CASE(one_thing_has_one_name_for_the_host) {
    struct Row {
        std::string canonical;
        std::vector<std::string> names;
    };
    for (const Row& row :
         std::vector<Row>{{"ipaddress", {"ip", "ipaddress"}},
                          {"urlid", {"url", "urlid"}},
                          {"billcity", {"city", "billcity"}},
                          {"billzip", {"zipcode", "billzip"}},
                          {"rval", {"rval", "recurringvalue"}},
                          {"3dsauthenticated", {"3DSauthenticated", "is3dsauthenticated"}},
                          {"ref10", {"REF10"}}})
        for (const std::string& name : row.names)
            BOOST_TEST_CONTEXT(name) {
                BOOST_REQUIRE(find_parameter(name));
                BOOST_TEST((find_parameter(name)->fact == Fact::extra));
                BOOST_TEST(find_parameter(name)->canonical == row.canonical);
            }
    BOOST_TEST(canonical_name(Fact::response_code) == "authcode");
    BOOST_TEST(canonical_name(Fact::cross_sell_slot) == "xsellnum");
}

BOOST_AUTO_TEST_CASE(no_name_stands_twice) {
    std::set<std::string_view> names;
    for (const ParameterName& known : parameter_names()) {
        BOOST_TEST(names.insert(known.name).second, "" << known.name);
        BOOST_TEST(!known.canonical.empty(), "" << known.name);
    }
}

BOOST_AUTO_TEST_CASE(everything_else_is_unknown) {
    for (std::string_view name :
         {"", "natsseal", "purchase_id", "purchaseid ", "actions", "ref0", "ref11"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(!find_parameter(name));
}

BOOST_AUTO_TEST_CASE(a_host_can_have_other_names_of_the_template_for_its_own) {
    for (const ParameterName& known : parameter_names())
        BOOST_TEST(can_be_user_defined(known.name) ==
                       (known.name == "memberid" || known.name == "session"),
                   known.name);
    BOOST_TEST(can_be_user_defined("memberID"));
    BOOST_TEST(!can_be_user_defined("promo"));
}

BOOST_AUTO_TEST_SUITE_END()
