// Which purchase a link uses: each rule at its edge, and the reason when none can be used.
#include "links/cards.hpp"

#include "fixtures.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr TimeMs kMinute = 60 * kSecond;
constexpr TimeMs kHour = 60 * kMinute;

Purchase purchase_of(std::string id, std::string option, TimeMs opened_at) {
    Purchase purchase;
    purchase.id = std::move(id);
    purchase.opened_by = EventKind::join;
    purchase.option = std::move(option);
    if (const JoinOption* sold = example_config().option(purchase.option)) {
        purchase.eticket = sold->eticket;
        purchase.site = sold->site;
    }
    purchase.member_id = "908172";
    purchase.trans_guid = "guid-of-" + purchase.id;
    purchase.card_type = "Visa";
    purchase.opened_at_ms = opened_at;
    return purchase;
}

LinkRequest one_click(std::string_view option = "201") {
    LinkRequest request;
    request.kind = LinkKind::one_click;
    request.option = option;
    request.member_id = "908172";
    return request;
}

LinkRequest conversion() {
    LinkRequest request;
    request.kind = LinkKind::instant_conversion;
    request.member_id = "908172";
    return request;
}

// The token that was chosen, or the reason for none.
std::string chosen(LinkRequest request, const std::vector<Purchase>& purchases, TimeMs now = kStart,
                   const Config& config = example_config()) {
    if (const auto error = choose_card(config, purchases, now, request)) return error->message;
    return std::string(request.kind == LinkKind::one_click ? request.octoken : request.ictoken);
}

Purchase changed(Purchase purchase, void (*change)(Purchase&)) {
    change(purchase);
    return purchase;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cards_tests)

BOOST_AUTO_TEST_CASE(the_most_recent_purchase_that_serves_is_charged) {
    const Purchase old = purchase_of("1", "101", kStart - 300 * kDay);
    const Purchase recent = purchase_of("2", "101", kStart - 2 * kDay);
    const Purchase unpaid = changed(purchase_of("3", "101", kStart - kDay),
                                    [](Purchase& each) { each.is_unpaid = true; });
    BOOST_TEST(chosen(one_click(), {old, recent, unpaid}) == "2");
    BOOST_TEST(chosen(one_click(), {unpaid, recent, old}) == "2");
    BOOST_TEST(chosen(one_click(), {old}) == "1");
    // The reason is that of the latest purchase.
    BOOST_TEST(chosen(one_click(), {unpaid}) ==
               "octoken: purchase 3 is not paid: its sale was taken back");
}

BOOST_AUTO_TEST_CASE(a_card_serves_until_thirty_days_after_the_end) {
    Purchase ended = purchase_of("1", "101", kStart - 90 * kDay);
    ended.ended_at_ms = kStart;
    BOOST_TEST(chosen(one_click(), {ended}, kStart + 30 * kDay - 1) == "1");
    BOOST_TEST(chosen(one_click(), {ended}, kStart + 30 * kDay) ==
               "octoken: purchase 1 ended at 2026-09-21T14:13:20Z, 30 days ago or longer");
    // A single sale for a limited time ends by itself.
    const Purchase once = purchase_of("2", "102", kStart); // 90 days
    BOOST_TEST(chosen(one_click(), {once}, kStart + 120 * kDay - 1) == "2");
    BOOST_TEST(contains(chosen(one_click(), {once}, kStart + 120 * kDay), "2 ended at 2026-12-20"));
    // A permanent single sale, and a subscription without later events, have not ended.
    BOOST_TEST(chosen(one_click(), {purchase_of("3", "201", kStart)}, kStart + 999 * kDay) == "3");
    BOOST_TEST(chosen(one_click(), {purchase_of("4", "301", kStart)}, kStart + 999 * kDay) == "4");
}

BOOST_AUTO_TEST_CASE(digital_and_dynamic_purchases_serve_for_ever) {
    Purchase dynamic = purchase_of("1", "202", kStart);
    dynamic.ended_at_ms = kStart;
    BOOST_TEST(chosen(one_click(), {dynamic}, kStart + 999 * kDay) == "1");
    Purchase digital = purchase_of("2", "102", kStart);
    digital.ended_at_ms = kStart;
    const Config config = example_config_but([](Config& each) {
        for (JoinOption& option : each.options)
            if (option.id == "102") option.price.type = Price::Type::digital;
    });
    BOOST_TEST(chosen(one_click(), {digital}, kStart + 999 * kDay, config) == "2");
    BOOST_TEST(contains(chosen(one_click(), {digital}, kStart + 999 * kDay), "ended at"));
}

BOOST_AUTO_TEST_CASE(only_paid_cards_of_the_member_serve) {
    const Purchase good = purchase_of("1", "101", kStart - kDay);
    struct Row {
        void (*change)(Purchase&);
        const char* why;
    };
    for (const Row& row :
         {Row{[](Purchase& each) { each.card_type = "eCheck"; }, "was paid by eCheck, not by card"},
          {[](Purchase& each) { each.card_type = "Direct Debit"; }, "was paid by Direct Debit"},
          {[](Purchase& each) { each.is_unpaid = true; }, "is not paid"},
          {[](Purchase& each) { each.held_by = "segpay/kept/1"; }, "waits for the operator"},
          {[](Purchase& each) { each.opened_by = EventKind::unknown; }, "has no sale"},
          {[](Purchase& each) { each.member_id = "1"; }, "is another member's"}}) {
        BOOST_TEST_CONTEXT(row.why)
        BOOST_TEST(chosen(one_click(), {changed(good, row.change)})
                       .starts_with("octoken: purchase 1 " + std::string(row.why)));
    }
    BOOST_TEST(chosen(one_click(), {good}) == "1");
    // Without a card type the purchase may have a card; Segpay knows.
    BOOST_TEST(chosen(one_click(),
                      {changed(good, [](Purchase& each) { each.card_type.clear(); })}) == "1");
}

BOOST_AUTO_TEST_CASE(an_upsell_is_for_the_members_of_its_sites) {
    LinkRequest request = one_click("301");
    request.upsell = "UP-8-301"; // from site 7
    BOOST_TEST(chosen(request, {purchase_of("1", "101", kStart)}) == "1");
    BOOST_TEST(chosen(request, {purchase_of("2", "201", kStart)}) ==
               "octoken: purchase 2 is of site 9, whose members upsell UP-8-301 is not for");
    BOOST_TEST(chosen(request, {purchase_of("1", "101", kStart - kDay),
                                purchase_of("2", "201", kStart)}) == "1");
    request.octoken = "2";
    BOOST_TEST(contains(chosen(request, {purchase_of("2", "201", kStart)}), "is of site 9"));
    request.upsell = "of the host's own";
    BOOST_TEST(chosen(request, {purchase_of("2", "201", kStart)}) == "2");
}

BOOST_AUTO_TEST_CASE(a_trial_is_converted_by_the_trans_guid_of_its_sign_up) {
    const Purchase trial = purchase_of("1", "103", kStart); // 10 days
    BOOST_TEST(chosen(conversion(), {trial}, kStart + kDay) == "guid-of-1");
    const Purchase other = purchase_of("2", "101", kStart + kHour);
    BOOST_TEST(chosen(conversion(), {other, trial}, kStart + kDay) == "guid-of-1");
    BOOST_TEST(chosen(conversion(), {other}, kStart + kDay) ==
               "ictoken: purchase 2 was not sold at an instant-conversion price");
}

BOOST_AUTO_TEST_CASE(a_conversion_is_neither_too_early_nor_too_late) {
    const std::vector<Purchase> trial = {purchase_of("1", "103", kStart)};
    BOOST_TEST(chosen(conversion(), trial, kStart + 2 * kMinute - 1) ==
               "ictoken: purchase 1 was sold at 2026-09-21T14:13:20Z and can be converted from "
               "2026-09-21T14:15:20Z on, two minutes later; it is 2026-09-21T14:15:19Z");
    BOOST_TEST(chosen(conversion(), trial, kStart + 2 * kMinute) == "guid-of-1");
    BOOST_TEST(chosen(conversion(), trial, kStart + 10 * kDay - 12 * kHour) == "guid-of-1");
    BOOST_TEST(chosen(conversion(), trial, kStart + 10 * kDay - 12 * kHour + 1) ==
               "ictoken: purchase 1 has a trial that ends at 2026-10-01T14:13:20Z and could be "
               "converted until 2026-10-01T02:13:20Z, 12 hours before; it is "
               "2026-10-01T02:13:20Z");
}

BOOST_AUTO_TEST_CASE(what_segpay_would_not_convert_is_refused_before) {
    const Purchase good = purchase_of("1", "103", kStart - kDay);
    struct Row {
        void (*change)(Purchase&);
        const char* why;
    };
    for (const Row& row :
         {Row{[](Purchase& each) { each.converted_at_ms = kStart; },
              "was converted at 2026-09-21T14:13:20Z"},
          {[](Purchase& each) { each.ended_at_ms = kStart; }, "ended at 2026-09-21T14:13:20Z"},
          {[](Purchase& each) { each.state.renews = false; }, "was cancelled"},
          {[](Purchase& each) { each.trans_guid.clear(); }, "has no trans_guid"},
          {[](Purchase& each) { each.opened_at_ms = 0; }, "began at a time that"},
          {[](Purchase& each) { each.is_unpaid = true; }, "is not paid"},
          {[](Purchase& each) { each.held_by = "segpay/kept/1"; }, "waits for the operator"},
          {[](Purchase& each) { each.member_id = "1"; }, "is another member's"}}) {
        const Purchase bad = changed(good, row.change);
        BOOST_TEST_CONTEXT(row.why) {
            BOOST_TEST(chosen(conversion(), {bad})
                           .starts_with("ictoken: purchase 1 " + std::string(row.why)));
            // The same when the host names the token itself.
            LinkRequest named = conversion();
            named.ictoken = "guid-of-1";
            const std::string answer = chosen(named, {bad});
            BOOST_TEST(
                (bad.trans_guid.empty() ? answer == "guid-of-1" : contains(answer, row.why)));
        }
    }
    LinkRequest of_another_option = conversion();
    of_another_option.option = "101";
    BOOST_TEST(chosen(of_another_option, {good}) == "ictoken: purchase 1 was sold as option 103");
}

BOOST_AUTO_TEST_CASE(what_the_host_names_itself_is_left_as_it_is) {
    LinkRequest request = one_click();
    request.octoken = "77";
    BOOST_TEST(chosen(request, {}) == "77");
    Purchase ended = purchase_of("77", "101", kStart - 90 * kDay);
    ended.ended_at_ms = kStart - 80 * kDay;
    BOOST_TEST(chosen(request, {ended}) == "77"); // it leads to the full page
    ended.member_id = "somebody else";
    BOOST_TEST(contains(chosen(request, {ended}), "is another member's"));
    request = conversion();
    request.ictoken = "unknown";
    BOOST_TEST(chosen(request, {purchase_of("1", "101", kStart)}) == "unknown");
    LinkRequest join;
    join.member_id = "908172";
    BOOST_TEST(!choose_card(example_config(), {}, kStart, join));
    BOOST_TEST((join.octoken.empty() && join.ictoken.empty()));
}

BOOST_AUTO_TEST_CASE(it_tells_what_it_wants_to_see_and_what_was_not_there) {
    LinkRequest request = one_click();
    BOOST_TEST(purchases_wanted(request).member_id == "908172");
    BOOST_TEST(purchases_wanted(request).purchase_id == "");
    BOOST_TEST(chosen(request, {}) ==
               "octoken: is missing, and the ledger knows no purchase of member \"908172\"");
    request.octoken = "5";
    BOOST_TEST(purchases_wanted(request).purchase_id == "5");
    request.octoken = "";
    request.purchase_id = "6";
    BOOST_TEST(purchases_wanted(request).purchase_id == "6");
    BOOST_TEST(purchases_wanted(request).member_id == "");
    BOOST_TEST(chosen(request, {}) ==
               "octoken: is missing, and the ledger knows no purchase \"6\"");
    LinkRequest nobody = conversion();
    nobody.member_id = "";
    BOOST_TEST(purchases_wanted(nobody).member_id == "");
    BOOST_TEST(chosen(nobody, {}) == ""); // build_link reports the missing token
    LinkRequest join;
    join.member_id = "908172";
    BOOST_TEST(purchases_wanted(join).member_id == "");
}

BOOST_AUTO_TEST_SUITE_END()
