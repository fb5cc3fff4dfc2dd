// What is stored of purchases and transactions, and found again.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

BOOST_FIXTURE_TEST_SUITE(sqlite_purchases_tests, InMemory)

BOOST_AUTO_TEST_CASE(remembers_the_purchase) {
    Fact enable = member("1", Kind::member_enable);
    enable.event.username = "joe";
    enable.event.member_id = "908172";
    Fact join = transaction("1", "1001");
    join.event.eticket = {162209, 3097};
    join.event.option = "101";
    join.event.site = "7";
    join.event.session = "aa55";
    join.event.trans_guid = "guid";
    Fact upsell = transaction("1", "1002", Kind::upsell);
    upsell.event.eticket = {133044, 12217};
    upsell.event.option = "301";
    deliver(*ledger, enable);
    BOOST_TEST((ledger->purchase("1")->opened_by == Kind::unknown));
    deliver(*ledger, join);
    deliver(*ledger, upsell);
    deliver(*ledger, transaction("1", "1003", Kind::rebill));

    const auto purchase = ledger->purchase("1");
    BOOST_REQUIRE(purchase);
    BOOST_TEST(purchase->id == "1");
    BOOST_TEST((purchase->opened_by == Kind::join));
    BOOST_TEST((purchase->eticket == ETicket{162209, 3097}));
    BOOST_TEST(purchase->option == "101");
    BOOST_TEST(purchase->site == "7");
    BOOST_TEST(purchase->member_id == "908172");
    BOOST_TEST(purchase->username == "joe");
    BOOST_TEST(purchase->session == "aa55");
    BOOST_TEST(purchase->trans_guid == "guid");
    BOOST_TEST((purchase->state == PurchaseState()));
    BOOST_TEST(!ledger->purchase("2"));
}

BOOST_AUTO_TEST_CASE(finds_the_approved_transaction_by_its_id) {
    const auto claim = [&](std::string_view id, bool is_approved, std::string_view outcome) {
        Fact fact = transaction("1", id, EventKind::rebill, 2995, "USD", is_approved);
        fact.identity.stem = transaction_stem(id) + std::string(outcome);
        ledger->claim(fact.event, fact.identity, kNow);
    };
    claim("100", false, "sale-auth-rebill-no");
    BOOST_TEST(!ledger->transaction("100"));
    claim("100", true, "sale-auth-rebill-yes");
    claim("1001", true, "sale-auth-rebill-yes");
    BOOST_REQUIRE(ledger->transaction("100").has_value());
    BOOST_TEST(ledger->transaction("100")->transaction_id == "100");
    BOOST_TEST(ledger->transaction("1001")->transaction_id == "1001");
    BOOST_TEST(!ledger->transaction("10"));
    BOOST_TEST(!ledger->transaction(""));
}

BOOST_AUTO_TEST_SUITE_END()
