// What is known of a postback's purchase: the purchase itself, overridden by the sale that is taken
// back, if it is of that purchase.
#include "postbacks/known.hpp"

#include "fixtures.hpp"

using namespace segpay;

namespace {

Loaded memory_of() {
    Loaded loaded;
    loaded.purchase.emplace();
    loaded.purchase->opened_by = EventKind::join;
    loaded.purchase->option = "101";
    loaded.purchase->member_id = "M1";
    loaded.purchase->affiliate = "A1";
    loaded.sale.emplace();
    loaded.sale->kind = EventKind::one_click;
    loaded.sale->purchase_id = "1";
    loaded.sale->option = "102";
    loaded.sale->affiliate = "B2";
    return loaded;
}

} // namespace

BOOST_AUTO_TEST_SUITE(known_tests)

BOOST_AUTO_TEST_CASE(nothing_is_known_of_nothing) {
    BOOST_TEST(!known_from({}, EventKind::rebill, "1").has_value());
}

BOOST_AUTO_TEST_CASE(what_takes_a_sale_back_is_on_the_account_of_that_sale) {
    const Loaded loaded = memory_of();
    for (EventKind kind :
         {EventKind::void_sale, EventKind::credit, EventKind::chargeback, EventKind::revoke,
          EventKind::chargeback_reversal, EventKind::rdr_reversal, EventKind::standin_decline}) {
        const Known known = known_from(loaded, kind, "1").value();
        BOOST_TEST(known.option == "102");
        BOOST_TEST(known.affiliate == "B2");
        BOOST_TEST(known.member_id == "M1"); // the sale has none
        BOOST_TEST(known.is_opened());
    }
}

BOOST_AUTO_TEST_CASE(nothing_else_is) {
    const Loaded loaded = memory_of();
    for (EventKind kind : {EventKind::join, EventKind::rebill, EventKind::conversion,
                           EventKind::member_enable, EventKind::member_disable})
        BOOST_TEST(known_from(loaded, kind, "1").value().affiliate == "A1");
    // A sale of another purchase does not count.
    BOOST_TEST(known_from(loaded, EventKind::credit, "2").value().affiliate == "A1");
    Loaded sale_alone = loaded;
    sale_alone.purchase.reset();
    BOOST_TEST(!known_from(sale_alone, EventKind::rebill, "1").has_value());
    BOOST_TEST(!known_from(sale_alone, EventKind::credit, "2").has_value());
    BOOST_TEST(!known_from(sale_alone, EventKind::credit, "1").value().is_opened());
}

BOOST_AUTO_TEST_CASE(a_partners_sale_has_no_member_of_ours) {
    Loaded loaded = memory_of();
    loaded.sale->partner = "20700";
    const Known known = known_from(loaded, EventKind::credit, "1").value();
    BOOST_TEST(known.partner == "20700");
    BOOST_TEST(known.member_id == "");
}

BOOST_AUTO_TEST_SUITE_END()
