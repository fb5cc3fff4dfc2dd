// What events change in a purchase's row, line by line.
#include "ledger/purchase_changes.hpp"

#include "ledger/fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <utility>

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

BOOST_AUTO_TEST_SUITE(purchase_changes_tests)

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
    BOOST_TEST(opened.session == "bb66");     // the opening sale overwrites
    BOOST_TEST(opened.affiliate == "42");

    sale_by_click.event.affiliate = "43";
    sale_by_click.event.trans_guid = "G-2";
    const Purchase later = learned(opened, sale_by_click.event);
    BOOST_TEST(later.affiliate == "42");   // a later sale under the same id changes no owner
    BOOST_TEST(later.trans_guid == "G-2"); // but fills a gap
}

BOOST_AUTO_TEST_CASE(a_declined_sale_changes_nothing) {
    Event denial = sale(EventKind::denial, false, {5, 6}, "101").event;
    denial.member_id = "1";
    denial.affiliate = "thief";
    BOOST_TEST((learned({}, denial) == Purchase()));
}

BOOST_AUTO_TEST_CASE(what_is_charged_to_the_purchase_of_another_sale_opens_none) {
    Event item = sale(EventKind::one_click, true, {5, 6}, "102").event;
    item.is_later_sale = true;
    const Purchase before = learned({}, item);
    BOOST_TEST((before.opened_by == EventKind::unknown));
    BOOST_TEST(before.option == "");
    const Purchase after = learned(before, sale(EventKind::join, true, {7, 8}, "101").event);
    BOOST_TEST((after.opened_by == EventKind::join));
    BOOST_TEST(after.option == "101");
}

BOOST_AUTO_TEST_CASE(the_opening_sale_gives_the_time_and_the_card) {
    Event join = sale(EventKind::join, true, {5, 6}, "101").event;
    join.card_type = "Visa";
    join.received_at_ms = kNow;
    BOOST_TEST(learned({}, join).opened_at_ms == kNow);
    join.occurred_at_ms = kNow - 500;
    const Purchase opened = learned({}, join);
    BOOST_TEST(opened.opened_at_ms == kNow - 500);
    BOOST_TEST(opened.card_type == "Visa");
    BOOST_TEST(opened.opening_transaction == "1001");

    Event click = transaction("1", "1002", EventKind::one_click).event;
    click.card_type = "MasterCard";
    click.occurred_at_ms = kNow;
    BOOST_TEST((learned(opened, click) == opened));
}

BOOST_AUTO_TEST_CASE(the_first_approved_conversion_or_upgrade_converts) {
    const struct {
        EventKind kind;
        bool approved;
        bool converts;
    } table[] = {
        {EventKind::conversion, true, true},           {EventKind::upgrade, true, true},
        {EventKind::insufficient_funds, false, false}, {EventKind::upgrade_denial, false, false},
        {EventKind::conversion, false, false},         {EventKind::rebill, true, false},
    };
    for (const auto& line : table) {
        Event event = transaction("1", "1002", line.kind, 2995, "USD", line.approved).event;
        event.occurred_at_ms = kNow;
        Purchase purchase = learned({}, event);
        BOOST_TEST(purchase.converted_at_ms == (line.converts ? kNow : 0), kind_name(line.kind));
        purchase.converted_at_ms = kNow - 1;
        BOOST_TEST(learned(purchase, event).converted_at_ms == kNow - 1, kind_name(line.kind));
    }
}

BOOST_AUTO_TEST_CASE(has_the_time_when_access_ended_while_it_is_off) {
    Event disable = member("1", EventKind::member_disable).event;
    disable.received_at_ms = kNow;
    Purchase purchase;
    BOOST_TEST(learned(purchase, disable).ended_at_ms == 0); // the state is what counts
    purchase.state.has_access = false;
    purchase = learned(purchase, disable);
    BOOST_TEST(purchase.ended_at_ms == kNow);

    Event later = member("1", EventKind::member_cancel).event;
    later.received_at_ms = kNow + 1;
    BOOST_TEST(learned(purchase, later).ended_at_ms == kNow);
    Event denial = transaction("1", "1002", EventKind::denial, 2995, "USD", false).event;
    denial.received_at_ms = kNow + 1;
    BOOST_TEST(learned(purchase, denial).ended_at_ms == kNow);

    purchase.state.has_access = true;
    BOOST_TEST(learned(purchase, later).ended_at_ms == 0);
}

// A letter is an event: o opens; d standin_decline, v void, c chargeback, r revoke, R, B reversals,
// k credit of the opening sale. After '!', of another sale; after '?', of one that is not named.
BOOST_AUTO_TEST_CASE(knows_whether_the_opening_sale_is_paid) {
    const auto event = [](char letter, std::string_view sale) {
        constexpr std::pair<char, EventKind> kKinds[] = {
            {'o', EventKind::join},         {'d', EventKind::standin_decline},
            {'v', EventKind::void_sale},    {'c', EventKind::chargeback},
            {'r', EventKind::revoke},       {'R', EventKind::chargeback_reversal},
            {'B', EventKind::rdr_reversal}, {'k', EventKind::credit}};
        const auto* row = std::ranges::find(kKinds, letter, &std::pair<char, EventKind>::first);
        BOOST_REQUIRE(row != std::end(kKinds));
        const bool is_decline = letter == 'd';
        Event made = transaction("1", letter == 'o' || is_decline ? sale : "9", row->second, 2995,
                                 "USD", !is_decline)
                         .event;
        if (letter != 'o' && !is_decline) made.related_transaction_id = sale;
        return made;
    };
    const struct {
        std::string_view story;
        bool is_unpaid;
    } table[] = {
        {"o", false},   {"od", true},   {"ov", true},   {"oc", true},    {"or", true},
        {"ok", false},  {"o!d", false}, {"o!v", false}, {"o!c", false},  {"o?c", false},
        {"ocR", false}, {"ocB", false}, {"oc!R", true}, {"oc?R", false}, {"oc?B", false},
        {"ocRc", true}, {"ovc", true},  {"oc!c", true}, {"oc!o", true},  {"oR", false},
        {"vo", true}, // in any order
        {"v!o", false}, {"!vo", false}, {"coR", false}, {"cRo", false},  {"c?Ro", false},
        {"!vvo", true},
    };
    for (const auto& line : table) {
        Purchase purchase;
        std::string_view sale = "1001";
        for (const char letter : line.story) {
            if (letter == '!' || letter == '?') {
                sale = letter == '!' ? "1002" : "";
                continue;
            }
            purchase = learned(purchase, event(letter, sale));
            sale = "1001";
        }
        BOOST_TEST(purchase.is_unpaid == line.is_unpaid, line.story);
    }
}

BOOST_AUTO_TEST_CASE(a_partners_member_is_not_ours) {
    Event enable = member("1", EventKind::member_enable).event;
    Event partners_sale = sale(EventKind::cross_sell, true, {5, 6}, "101").event;
    Event rebill = transaction("1", "1002", EventKind::rebill).event;
    for (Event* event : {&enable, &partners_sale, &rebill}) {
        event->member_id = "908172";
        event->session = "aa55";
        event->affiliate = "42";
        event->username = "joe";
    }
    partners_sale.partner = "Other Sites Inc";
    for (const bool comes_later : {false, true}) {
        Purchase purchase;
        if (!comes_later) purchase = learned(purchase, enable);
        purchase = learned(purchase, partners_sale);
        if (comes_later) purchase = learned(purchase, enable);
        purchase = learned(purchase, rebill);
        BOOST_TEST(purchase.partner == "Other Sites Inc");
        BOOST_TEST(purchase.member_id == "");
        BOOST_TEST(purchase.session == "");
        BOOST_TEST(purchase.affiliate == "");
        BOOST_TEST(purchase.username == "joe");
        BOOST_TEST((purchase.opened_by == EventKind::cross_sell));
    }
    // A sale by a partner to our member, later and under the same purchase, leaves the member ours.
    Event join = sale(EventKind::join, true, {5, 6}, "101").event;
    join.member_id = "1";
    const Purchase ours = learned(learned({}, join), partners_sale);
    BOOST_TEST(ours.member_id == "1");
    BOOST_TEST(ours.affiliate == "");
    BOOST_TEST(ours.partner == "");
}

BOOST_AUTO_TEST_CASE(a_kept_sale_holds_what_it_would_open) {
    const auto holds = [](Purchase purchase, const KeptRequest& request) {
        (void)learn_kept(purchase, request, kNow);
        return purchase.held_by == request.key;
    };
    KeptRequest request = kept("segpay/kept/1");
    BOOST_TEST(!holds({}, request)); // it has no event
    request.event = transaction("1", "1001").event;
    BOOST_TEST(holds({}, request));
    Purchase open;
    open.opened_by = EventKind::join;
    BOOST_TEST(!holds(open, request));
    request.state = EntryState::conflict;
    BOOST_TEST(!holds({}, request));
    request.state = EntryState::quarantined;
    for (const Fact& other : {transaction("1", "1001", EventKind::rebill),
                              transaction("1", "1001", EventKind::denial, 2995, "USD", false),
                              member("1", EventKind::member_enable)}) {
        request.event = other.event;
        BOOST_TEST(!holds({}, request), kind_name(other.event.kind));
    }
}

BOOST_AUTO_TEST_CASE(a_kept_enable_is_recorded_until_a_sale_opens_the_purchase) {
    KeptRequest request = kept("segpay/kept/1");
    request.event = member("1", EventKind::member_enable).event;
    Purchase purchase;
    BOOST_TEST(learn_kept(purchase, request, kNow));
    BOOST_TEST(purchase.id == "1");
    BOOST_TEST((purchase.outstanding == std::vector<Outstanding>{{"segpay/kept/1", kNow}}));
    request.is_held = true; // it waits for the operator's decision about the sale
    BOOST_TEST(!learn_kept(purchase, request, kNow));
    purchase = learned(purchase, transaction("1", "1001").event);
    BOOST_TEST(purchase.outstanding.empty());
    request.is_held = false;
    request.event = member("1", EventKind::member_cancel).event;
    Purchase unopened;
    BOOST_TEST(!learn_kept(unopened, request, kNow));
    BOOST_TEST(!has_kept(unopened));
}

// The configuration may be corrected before the postback comes again.
BOOST_AUTO_TEST_CASE(an_open_purchase_records_its_kept_requests) {
    Purchase purchase = learned({}, transaction("1", "1001").event);
    BOOST_TEST(!has_kept(purchase));
    for (int i = 0; i < 20; ++i) {
        KeptRequest request = kept("segpay/kept/" + std::to_string(i));
        request.event = i % 2 ? member("1", EventKind::member_cancel).event
                              : transaction("1", "1002", EventKind::rebill).event;
        BOOST_TEST(learn_kept(purchase, request, kNow) == (i < 16), i); // not without end
    }
    BOOST_TEST(has_kept(purchase));
    BOOST_TEST(purchase.held_by == "");
    KeptRequest held = kept("segpay/held/1");
    held.event = member("1", EventKind::member_cancel).event;
    held.is_held = true;
    BOOST_TEST(!learn_kept(purchase, held, kNow));
}

BOOST_AUTO_TEST_CASE(only_the_sale_that_opens_ends_the_wait_for_a_kept_one) {
    Purchase purchase;
    purchase.held_by = "segpay/kept/1";
    for (const Fact& other : {transaction("1", "1002", EventKind::rebill),
                              transaction("1", "1001", EventKind::denial, 2995, "USD", false),
                              member("1", EventKind::member_enable)})
        BOOST_TEST(learned(purchase, other.event).held_by == "segpay/kept/1");
    BOOST_TEST(learned(purchase, transaction("1", "1001").event).held_by == "");
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
