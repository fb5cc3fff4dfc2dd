// Purchases and transactions: what is stored, and how it is found.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

using Kind = EventKind;

BOOST_FIXTURE_TEST_SUITE(purchases_tests, InMemory)

BOOST_AUTO_TEST_CASE(stores_the_purchase) {
    Fact enable = member("1", Kind::member_enable);
    enable.event.username = "joe";
    enable.event.member_id = "908172";
    Fact join = transaction("1", "1001");
    join.event.eticket = {162209, 3097};
    join.event.option = "101";
    join.event.site = "7";
    join.event.session = "aa55";
    join.event.trans_guid = "guid";
    join.event.card_type = "Visa";
    join.event.occurred_at_ms = kNow - 3;
    Fact conversion = transaction("1", "1004", Kind::conversion);
    conversion.event.occurred_at_ms = kNow - 2;
    Fact chargeback = transaction("1", "1005", Kind::chargeback);
    chargeback.event.related_transaction_id = "1001";
    Fact disable = member("1", Kind::member_disable);
    disable.event.occurred_at_ms = kNow - 1;
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
    BOOST_TEST(purchase->opening_transaction == "1001");
    BOOST_TEST(purchase->card_type == "Visa");
    BOOST_TEST(purchase->opened_at_ms == kNow - 3);
    BOOST_TEST(purchase->converted_at_ms == 0);
    BOOST_TEST(purchase->ended_at_ms == 0);
    BOOST_TEST(!purchase->is_unpaid);
    BOOST_TEST(!ledger->purchase("2"));

    for (const Fact& fact : {conversion, chargeback, disable})
        deliver(*ledger, fact);
    BOOST_TEST(ledger->purchase("1")->converted_at_ms == kNow - 2);
    BOOST_TEST(ledger->purchase("1")->ended_at_ms == kNow - 1);
    BOOST_TEST(ledger->purchase("1")->is_unpaid);
    deliver(*ledger, member("1", Kind::member_enable));
    BOOST_TEST(ledger->purchase("1")->ended_at_ms == 0);
}

BOOST_AUTO_TEST_CASE(stores_its_seller) {
    Fact sale = transaction("1", "1001", Kind::cross_sell);
    sale.event.partner = "Other Sites Inc";
    sale.event.member_id = "908172";
    deliver(*ledger, sale);
    BOOST_TEST(ledger->purchase("1")->partner == "Other Sites Inc");
    BOOST_TEST(ledger->purchases_of("908172", 0).empty());
}

BOOST_AUTO_TEST_CASE(finds_the_purchases_of_a_member_newest_first) {
    const struct {
        const char* id;
        const char* member;
        TimeMs opened_at;
    } sales[] = {{"1", "m1", 100}, {"2", "m1", 300}, {"3", "m2", 400},
                 {"4", "m1", 200}, {"5", "m1", 300}, {"6", "", 500}};
    for (const auto& line : sales) {
        Fact sale = transaction(line.id, line.id);
        sale.event.member_id = line.member;
        sale.event.occurred_at_ms = line.opened_at;
        deliver(*ledger, sale);
    }
    Fact enable = member("7", Kind::member_enable); // not opened by a sale
    enable.event.member_id = "m1";
    deliver(*ledger, enable);

    const auto ids = [&](std::string_view member_id, std::uint32_t limit) {
        std::string found;
        for (const Purchase& purchase : ledger->purchases_of(member_id, limit))
            found += purchase.id;
        return found;
    };
    BOOST_TEST(ids("m1", 0) == "5241");
    BOOST_TEST(ids("m1", 2) == "52");
    BOOST_TEST(ids("m1", 9) == "5241");
    BOOST_TEST(ids("m2", 0) == "3");
    BOOST_TEST(ids("m3", 0) == "");
    BOOST_TEST(ids("", 0) == "");
    BOOST_TEST((ledger->purchases_of("m2", 1).front() == ledger->purchase("3")));
}

BOOST_AUTO_TEST_CASE(finds_the_purchases_of_a_user_name_to_the_byte) {
    const std::string with_null("jo\0e", 4);
    const std::string latin = "jo\xE9";
    const std::string long_name(300, 'x');
    const struct {
        const char* id;
        std::string username;
        TimeMs opened_at;
    } sales[] = {{"1", "joe", 100}, {"2", "Joe", 100},    {"3", "joe ", 100},
                 {"4", "joe", 200}, {"5", "", 100},       {"6", with_null, 100},
                 {"7", latin, 100}, {"8", long_name, 100}};
    for (const auto& line : sales) {
        Fact sale = transaction(line.id, line.id);
        sale.event.username = line.username;
        sale.event.occurred_at_ms = line.opened_at;
        deliver(*ledger, sale);
    }
    Fact enable = member("9", Kind::member_enable); // not opened by a sale
    enable.event.username = "joe";
    deliver(*ledger, enable);

    const auto ids = [&](std::string_view username, std::uint32_t limit = 0) {
        std::string found;
        for (const Purchase& purchase : ledger->snapshot()->purchases_named(username, limit))
            found += purchase.id;
        return found;
    };
    BOOST_TEST(ids("joe") == "419");
    BOOST_TEST(ids("joe", 2) == "41");
    BOOST_TEST(ids("Joe") == "2");
    BOOST_TEST(ids("joe ") == "3");
    BOOST_TEST(ids("jo") == "");
    BOOST_TEST(ids("") == "");
    BOOST_TEST(ids(with_null) == "6");
    BOOST_TEST(ids(latin) == "7");
    BOOST_TEST(ids(long_name) == "8");
    BOOST_TEST(ids(long_name.substr(1)) == "");
    BOOST_TEST((ledger->purchases_named("Joe", 0).front() == ledger->purchase("2")));

    // The sale names it again.
    Fact join = transaction("9", "9");
    join.event.username = "joseph";
    join.event.occurred_at_ms = 100;
    deliver(*ledger, join);
    BOOST_TEST(ids("joe") == "41");
    BOOST_TEST(ids("joseph") == "9");
    deliver(*ledger, transaction("9", "10", Kind::rebill));
    BOOST_TEST(ids("joseph") == "9");
}

BOOST_AUTO_TEST_CASE(a_kept_sale_gives_its_user_name_and_no_more) {
    KeptRequest request = kept("segpay/kept/1");
    request.event = transaction("1", "1001").event;
    request.event->username = "joe";
    request.event->member_id = "908172";
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    const std::vector<Purchase> found = ledger->purchases_named("joe", 0);
    BOOST_REQUIRE(found.size() == 1u);
    Purchase nothing_else;
    nothing_else.id = "1";
    nothing_else.username = "joe";
    nothing_else.held_by = "segpay/kept/1";
    BOOST_TEST((found.front() == nothing_else));
    Fact sale = transaction("1", "1002");
    sale.event.username = "ann";
    deliver(*ledger, sale);
    BOOST_TEST(ledger->purchases_named("joe", 0).empty());
    BOOST_TEST(ledger->purchases_named("ann", 0).size() == 1u);
}

BOOST_AUTO_TEST_CASE(is_held_by_a_kept_sale_until_a_sale_opens_it) {
    KeptRequest request = kept("segpay/kept/1");
    request.event = transaction("1", "1001").event;
    request.event->member_id = "908172";
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    const auto held = ledger->purchase("1");
    BOOST_REQUIRE(held);
    BOOST_TEST(held->held_by == "segpay/kept/1");
    Purchase nothing_else;
    nothing_else.id = "1";
    nothing_else.held_by = "segpay/kept/1";
    BOOST_TEST((*held == nothing_else));

    deliver(*ledger, transaction("1", "1002", Kind::rebill));
    BOOST_TEST(ledger->purchase("1")->held_by == "segpay/kept/1");
    BOOST_TEST(is_released(*ledger, "segpay/kept/1", transaction("1", "1001")));
    BOOST_TEST(ledger->purchase("1")->held_by == "");
    // A repeat, and a request kept once the purchase is open, hold nothing.
    BOOST_TEST((ledger->keep(request, kNow) == Kept::before));
    request.key = "segpay/kept/2";
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    BOOST_TEST(ledger->purchase("1")->held_by == "");
}

BOOST_AUTO_TEST_CASE(a_held_purchase_keeps_its_data) {
    Fact enable = member("1", Kind::member_enable);
    enable.event.username = "joe";
    deliver(*ledger, enable);
    KeptRequest request = kept("segpay/kept/1");
    request.event = transaction("1", "1001").event;
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    BOOST_TEST(ledger->purchase("1")->username == "joe");
    BOOST_TEST(ledger->purchase("1")->held_by == "segpay/kept/1");
    BOOST_TEST(is_dismissed(*ledger, "segpay/kept/1", kNow));
    BOOST_TEST((ledger->keep(request, kNow) == Kept::before));
    BOOST_TEST(ledger->purchase("1")->held_by == "segpay/kept/1");
}

BOOST_AUTO_TEST_CASE(a_request_that_holds_nothing_leaves_no_purchase) {
    KeptRequest request = kept("segpay/kept/1", EntryState::conflict);
    request.event = transaction("1", "1001").event;
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    request = kept("segpay/kept/2");
    request.event = transaction("1", "1001", Kind::rebill).event;
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    BOOST_TEST(!ledger->purchase("1"));
    request = kept("segpay/kept/3");
    request.event = transaction("", "1001").event;
    BOOST_TEST((ledger->keep(request, kNow) == Kept::anew));
    BOOST_TEST(!ledger->purchase(""));
}

BOOST_AUTO_TEST_CASE(finds_the_approved_transaction_by_its_id) {
    const auto claim = [&](std::string_view id, bool is_approved, std::string_view outcome) {
        Fact fact = transaction("1", id, EventKind::rebill, 2995, "USD", is_approved);
        fact.identity.key_prefix = transaction_key_prefix(id) + std::string(outcome);
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
