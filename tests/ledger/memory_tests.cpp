// What events teach about a purchase, line by line.
#include "ledger/memory.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

Fact sale(EventKind kind, bool approved, ETicket eticket, std::string option) {
    Fact fact = transaction("1", "1001", kind, 2995, "USD", approved);
    fact.event.eticket = eticket;
    fact.event.option = std::move(option);
    return fact;
}

} // namespace

BOOST_AUTO_TEST_SUITE(memory_tests)

BOOST_AUTO_TEST_CASE(the_first_approved_opening_sale_opens) {
    const struct {
        EventKind kind;
        bool approved;
        bool opens;
    } table[] = {
        {EventKind::join, true, true},           {EventKind::cross_sell, true, true},
        {EventKind::token_purchase, true, true}, {EventKind::upsell, true, true},
        {EventKind::one_click, true, true},      {EventKind::join, false, false},
        {EventKind::denial, false, false},       {EventKind::upgrade_denial, false, false},
        {EventKind::rebill, true, false},        {EventKind::conversion, true, false},
        {EventKind::unknown, true, false},       {EventKind::member_enable, true, false},
    };
    for (const auto& line : table) {
        const Fact fact = sale(line.kind, line.approved, {5, 6}, "101");
        const Purchase purchase = learned({}, fact.event);
        BOOST_TEST((purchase.opened_by == line.kind) == (line.opens || line.kind == EventKind{}),
                   kind_name(line.kind));
        BOOST_TEST((purchase.option == "101") == line.opens, kind_name(line.kind));
        BOOST_TEST((purchase.eticket == ETicket{5, 6}) == line.opens, kind_name(line.kind));

        Purchase open;
        open.opened_by = EventKind::join;
        open.option = "102";
        BOOST_TEST(learned(open, fact.event).option == "102", kind_name(line.kind));
    }
}

BOOST_AUTO_TEST_CASE(only_the_opening_sale_overwrites) {
    Purchase known;
    known.member_id = "908172";
    known.session = "aa55";
    Fact sale_by_click = sale(EventKind::token_purchase, true, {5, 6}, "201");
    sale_by_click.event.member_id = "";
    sale_by_click.event.session = "bb66";
    sale_by_click.event.affiliate = "42";
    const Purchase opened = learned(known, sale_by_click.event);
    BOOST_TEST(opened.member_id == "908172"); // what is not said stays
    BOOST_TEST(opened.session == "bb66");     // the opening sale knows better
    BOOST_TEST(opened.affiliate == "42");

    sale_by_click.event.affiliate = "43";
    sale_by_click.event.trans_guid = "G-2";
    const Purchase later = learned(opened, sale_by_click.event);
    BOOST_TEST(later.affiliate == "42");   // a later sale under the same id moves nobody
    BOOST_TEST(later.trans_guid == "G-2"); // but fills a gap
}

BOOST_AUTO_TEST_CASE(a_declined_sale_teaches_nothing) {
    Event denial = sale(EventKind::denial, false, {5, 6}, "101").event;
    denial.member_id = "1";
    denial.affiliate = "thief";
    BOOST_TEST((learned({}, denial) == Purchase()));
}

BOOST_AUTO_TEST_CASE(remembers_approvals_by_standin) {
    Fact approval = transaction("1", "1001");
    approval.event.standin = true;
    Fact decline = transaction("1", "1002", EventKind::denial, 2995, "USD", false);
    decline.event.standin = true;
    const Purchase after = learned(learned({}, approval.event), decline.event);
    BOOST_TEST(after.standin_transaction == "1001");
    BOOST_TEST(learned(after, transaction("1", "1003").event).standin_transaction == "1001");
}

BOOST_AUTO_TEST_CASE(contradicts_only_what_both_say) {
    const Essence stored{"1", Money{2995, *Currency::from_code("USD")}};
    Event event = transaction("1", "1001").event;
    BOOST_TEST(!contradiction(event, stored));
    BOOST_TEST(contradiction(event, {"2", stored.amount}).has_value());
    event.amount.reset();
    BOOST_TEST(!contradiction(event, stored));
    event.amount = Money{2996, stored.amount->currency};
    BOOST_TEST(contradiction(event, stored).has_value());
    BOOST_TEST(!contradiction(event, {"1", std::nullopt}));
    event.transaction_id.clear(); // a member event
    BOOST_TEST(!contradiction(event, stored));
}

BOOST_AUTO_TEST_SUITE_END()
