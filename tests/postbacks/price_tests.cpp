// The prices that an option may cost, by kind of charge and time.
#include "postbacks/price.hpp"

#include "fixtures.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

Money money(std::int64_t minor, std::string_view code = "USD") { return {minor, currency(code)}; }

EventDraft charge(EventKind kind, const Money& amount) {
    EventDraft event;
    event.kind = kind;
    event.approved = true;
    event.amount = amount;
    return event;
}

const JoinOption& option_of(const char* id) { return *example_config().option(id); }

std::string check(EventKind kind, const Money& amount, const JoinOption& option) {
    return check_price(charge(kind, amount), option).text();
}

constexpr EventKind kSales[] = {EventKind::join, EventKind::cross_sell, EventKind::upsell,
                                EventKind::token_purchase, EventKind::one_click};
constexpr EventKind kRenewals[] = {EventKind::conversion, EventKind::rebill, EventKind::upgrade,
                                   EventKind::reactivation};

} // namespace

BOOST_AUTO_TEST_SUITE(price_tests)

BOOST_AUTO_TEST_CASE(a_sale_costs_the_initial_price_or_the_recurring_one) {
    for (EventKind kind : kSales)
        BOOST_TEST_CONTEXT(kind_name(kind)) {
            BOOST_TEST(check(kind, money(295), option_of("101")) == "");
            BOOST_TEST(check(kind, money(2995), option_of("101")) == ""); // a second trial
            BOOST_TEST(check(kind, money(294), option_of("101")) ==
                       "option 101 was sold for 2.94 USD; it costs 2.95 USD (initial) or "
                       "29.95 USD (recurring)");
            BOOST_TEST(check(kind, money(0), option_of("101")) != "");
            BOOST_TEST(check(kind, money(3995), option_of("102")) == "");
            BOOST_TEST(check(kind, money(3996), option_of("102")) != "");
        }
}

BOOST_AUTO_TEST_CASE(a_renewal_costs_the_recurring_price) {
    for (EventKind kind : kRenewals)
        BOOST_TEST_CONTEXT(kind_name(kind)) {
            BOOST_TEST(check(kind, money(2995), option_of("101")) == "");
            BOOST_TEST(check(kind, money(295), option_of("101")) ==
                       "option 101 was charged with 2.95 USD; it costs 29.95 USD (recurring)");
        }
}

BOOST_AUTO_TEST_CASE(who_converts_early_may_pay_the_discount) {
    JoinOption option = option_of("103");
    option.price.discount = money(1995);
    BOOST_TEST(check(EventKind::upgrade, money(1995), option) == "");
    BOOST_TEST(check(EventKind::upgrade, money(2495), option) == "");
    BOOST_TEST(contains(check(EventKind::upgrade, money(495), option),
                        "24.95 USD (recurring) or 19.95 USD (discount)"));
    BOOST_TEST(check(EventKind::join, money(495), option) == "");
    BOOST_TEST(check(EventKind::join, money(1995), option) != ""); // not for a sign-up
}

BOOST_AUTO_TEST_CASE(another_currency_is_another_price) {
    BOOST_TEST(check(EventKind::join, money(295, "EUR"), option_of("101")) != "");
    BOOST_TEST(check(EventKind::join, money(500, "JPY"), option_of("104")) == "");
    BOOST_TEST(check(EventKind::join, money(500, "USD"), option_of("104")) != "");
    BOOST_TEST(check(EventKind::join, money(1250, "EUR"), option_of("202")) != "");
}

BOOST_AUTO_TEST_CASE(a_dynamic_price_lies_between_its_limits) {
    for (const std::int64_t minor : {500, 501, 1250, 9'999, 10'000})
        BOOST_TEST(check(EventKind::token_purchase, money(minor), option_of("202")) == "");
    for (const std::int64_t minor : {0, 499, 10'001})
        BOOST_TEST(contains(check(EventKind::token_purchase, money(minor), option_of("202")),
                            "it costs 5.00 to 100.00 USD"));
}

BOOST_AUTO_TEST_CASE(each_price_has_its_name) {
    const Price& trial = option_of("103").price;
    BOOST_TEST(is_price(money(495), trial, PriceName::initial, kStart));
    BOOST_TEST(!is_price(money(495), trial, PriceName::recurring, kStart));
    BOOST_TEST(is_price(money(2495), trial, PriceName::recurring, kStart));
    BOOST_TEST(!is_price(money(2495), trial, PriceName::initial, kStart));
    BOOST_TEST(!is_price(money(495, "EUR"), trial, PriceName::initial, kStart));
    BOOST_TEST(!is_price(money(0), trial, PriceName::discount, kStart)); // it has none
    BOOST_TEST(is_price(money(1250), option_of("202").price, PriceName::dynamic, kStart));
    BOOST_TEST(!is_price(money(499), option_of("202").price, PriceName::dynamic, kStart));
}

BOOST_AUTO_TEST_CASE(a_former_price_is_right_until_its_day_is_over) {
    JoinOption option = option_of("101");
    FormerPrice grandfathered;
    grandfathered.recurring = Period{money(2495), 30};
    FormerPrice ended;
    ended.initial = Period{money(195), 3};
    ended.ends_at_ms = kStart;
    option.price.also_accepted = {grandfathered, ended};
    const auto at = [&](EventKind kind, std::int64_t minor, TimeMs occurred, TimeMs received) {
        EventDraft event = charge(kind, money(minor));
        event.occurred_at_ms = occurred;
        event.received_at_ms = received;
        return check_price(event, option).text();
    };
    BOOST_TEST(at(EventKind::rebill, 2495, kStart + 999 * kDay, 0) == "");
    BOOST_TEST(at(EventKind::rebill, 2495, 0, kStart + 999 * kDay) == "");
    BOOST_TEST(at(EventKind::rebill, 2995, 0, kStart) == ""); // the price of today
    BOOST_TEST(at(EventKind::join, 195, kStart - 1, kStart + kDay) == "");
    BOOST_TEST(at(EventKind::join, 195, 0, kStart - 1) == "");
    BOOST_TEST(at(EventKind::join, 195, kStart, kStart) ==
               "option 101 was sold for 1.95 USD; it costs 2.95 USD (initial) or 29.95 USD "
               "(recurring) or 24.95 USD (former recurring)");
    BOOST_TEST(at(EventKind::join, 195, 0, kStart) != "");
    BOOST_TEST(at(EventKind::rebill, 195, kStart - 1, 0) != ""); // initial is no renewal's
    BOOST_TEST(at(EventKind::join, 196, kStart - 1, 0) ==
               "option 101 was sold for 1.96 USD; it costs 2.95 USD (initial) or 1.95 USD (former "
               "initial) or 29.95 USD (recurring) or 24.95 USD (former recurring)");
    BOOST_TEST(is_price(money(195), option.price, PriceName::initial, kStart - 1));
    BOOST_TEST(!is_price(money(195), option.price, PriceName::initial, kStart));
}

BOOST_AUTO_TEST_CASE(a_dynamic_recurring_price_lies_within_its_ranges) {
    JoinOption option = option_of("101");
    option.price = Price();
    option.price.type = Price::Type::dynamic_recurring;
    option.price.initial_range = PeriodRange{money(295), money(1000), 3, 30};
    option.price.recurring_range = PeriodRange{money(1995), money(4995), 30, 60};
    for (const std::int64_t minor : {295, 500, 1000, 1995, 4995})
        BOOST_TEST(check(EventKind::join, money(minor), option) == "");
    for (const std::int64_t minor : {294, 1001, 1994, 4996})
        BOOST_TEST(check(EventKind::join, money(minor), option) != "");
    for (const std::int64_t minor : {1995, 4995})
        BOOST_TEST(check(EventKind::rebill, money(minor), option) == "");
    BOOST_TEST(check(EventKind::rebill, money(500), option) ==
               "option 101 was charged with 5.00 USD; it costs 19.95 to 49.95 USD (recurring)");
    BOOST_TEST(check(EventKind::join, money(500, "EUR"), option) != "");
}

BOOST_AUTO_TEST_CASE(what_a_delayed_capture_authorises_at_the_sign_up_is_not_paid) {
    JoinOption option = option_of("101");
    option.price.type = Price::Type::delayed_capture;
    option.price.initial->amount = money(0);
    const auto is_later = [&](EventKind kind, const Money& amount) {
        return is_captured_later(charge(kind, amount), option);
    };
    BOOST_TEST(is_later(EventKind::join, money(2995)));
    BOOST_TEST(!is_later(EventKind::join, money(2994)));
    BOOST_TEST(!is_later(EventKind::join, money(0)));
    BOOST_TEST(!is_later(EventKind::conversion, money(2995))); // that is the first charge
    BOOST_TEST(!is_captured_later(charge(EventKind::join, money(2995)), option_of("101")));
}

// The example of Processing API 2.0, "Adjust Trial Length": sign-up on 1 September, a trial until
// the 10th, converted on the 5th.
BOOST_AUTO_TEST_CASE(the_bill_after_a_conversion_comes_when_the_trial_is_adjusted_or_not) {
    Price price = option_of("103").price;
    price.initial->days = 9;
    const TimeMs sold_at = parse_timestamp("2026-09-01").value();
    const TimeMs converted_at = parse_timestamp("2026-09-05").value();
    BOOST_TEST(us_day_text(*next_bill_after_conversion(price, sold_at, converted_at)) ==
               "10/10/2026");
    BOOST_TEST(!next_bill_after_conversion(price, 0, converted_at));
    price.adjusts_trial = true;
    BOOST_TEST(us_day_text(*next_bill_after_conversion(price, sold_at, converted_at)) ==
               "10/05/2026");
    BOOST_TEST(us_day_text(*next_bill_after_conversion(price, 0, converted_at)) == "10/05/2026");
    BOOST_TEST(!next_bill_after_conversion(option_of("101").price, sold_at, converted_at));
}

BOOST_AUTO_TEST_CASE(where_there_is_nothing_to_compare_nothing_is_wrong) {
    EventDraft declined = charge(EventKind::join, money(1));
    declined.approved = false;
    BOOST_TEST(check_price(declined, option_of("101")).text() == "");
    EventDraft silent = charge(EventKind::join, money(1));
    silent.amount.reset();
    BOOST_TEST(check_price(silent, option_of("101")).text() == "");
    // A one-time option that renews after all has no price to compare with.
    BOOST_TEST(check(EventKind::rebill, money(1), option_of("102")) == "");
}

BOOST_AUTO_TEST_CASE(one_unit_for_a_free_trial_is_only_authorised) {
    BOOST_TEST(is_authorisation_only(money(100), money(0)));
    BOOST_TEST(is_authorisation_only(money(1, "JPY"), money(0, "JPY")));
    BOOST_TEST(is_authorisation_only(money(1'000, "KWD"), money(0, "KWD")));
    for (const Money& amount : {money(0), money(99), money(101), money(100, "EUR")})
        BOOST_TEST(!is_authorisation_only(amount, money(0)));
    BOOST_TEST(!is_authorisation_only(money(100), money(100)));
    BOOST_TEST(!is_authorisation_only(money(100), money(1)));
}

BOOST_AUTO_TEST_SUITE_END()
