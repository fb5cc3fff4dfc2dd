// Every name that a fact has, whatever its case; and names that are no fact.
#include "postbacks/facts.hpp"

#include "fixtures.hpp"

#include <cctype>

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
    BOOST_TEST(rows.size() == kFactCount);
    for (const Row& row : rows)
        for (const std::string& name : row.names)
            BOOST_TEST_CONTEXT(name) {
                BOOST_TEST((fact_of(name) == row.fact));
                std::string upper = name;
                for (char& c : upper)
                    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
                BOOST_TEST((fact_of(upper) == row.fact));
            }
}

BOOST_AUTO_TEST_CASE(everything_else_is_an_extra) {
    // Seen together in default postbacks: different facts must not be taken for one.
    for (std::string_view name : {"",
                                  "ref1",
                                  "ival",
                                  "iint",
                                  "rval",
                                  "rint",
                                  "authprice",
                                  "authcurrency",
                                  "processingtime",
                                  "paytype",
                                  "paymentchoice",
                                  "url",
                                  "urlid",
                                  "ip",
                                  "ipaddress",
                                  "city",
                                  "natsseal",
                                  "initialvalue",
                                  "purchase_id",
                                  "purchaseid ",
                                  "actions"})
        BOOST_TEST_CONTEXT(name) BOOST_TEST(!fact_of(name).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
