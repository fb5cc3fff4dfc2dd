// Link integrity: the seal of a link against the echoed values, and test money in a live account.
#include "postbacks/link_integrity.hpp"

#include "fixtures.hpp"
#include "wire/seal.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

// A link's seal and the postback that echoes it.
struct Echo {
    SealedFacts sealed;
    EventDraft event;
    Postback postback;

    Echo() {
        sealed.package = 162209;
        sealed.option = "101";
        sealed.member_id = "908172";
        sealed.session = "0123456789abcdef0123456789abcdef";
        sealed.affiliate = "aff";
        sealed.xref1 = "XS-8-301";
        sealed.xref2 = "XS-9-201";
        event.kind = EventKind::join;
        event.eticket = {162209, 3097};
        event.option = "101";
        postback[Fact::member_id] = sealed.member_id;
        postback[Fact::session] = sealed.session;
        postback[Fact::affiliate] = sealed.affiliate;
        postback[Fact::xref1] = sealed.xref1;
        postback[Fact::xref2] = sealed.xref2;
    }
    std::string check(const Config& config = example_config(), TimeMs now = kStart) {
        const std::string seal(make_seal(config.seal.keys.front(), sealed, kStart));
        postback[Fact::seal] = postback.texts.keep(seal);
        return check_link_integrity(event, postback, config, false, now).text();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(link_integrity_tests)

BOOST_AUTO_TEST_CASE(an_honest_echo_keeps_the_promise) { BOOST_TEST(Echo().check() == ""); }

BOOST_AUTO_TEST_CASE(each_edited_value_breaks_it) {
    for (Fact fact : {Fact::member_id, Fact::session, Fact::affiliate, Fact::xref1, Fact::xref2,
                      Fact::upsell, Fact::tokenplus, Fact::octoken}) {
        Echo echo;
        echo.postback[fact] = "edited";
        BOOST_TEST_CONTEXT("fact " << static_cast<int>(fact))
        BOOST_TEST(contains(echo.check(), "the seal does not fit"));
    }
    Echo cheaper; // another option of the same package
    cheaper.event.option = "102";
    cheaper.event.eticket = {162209, 1221};
    BOOST_TEST(contains(cheaper.check(), "the seal does not fit"));
    Echo other_package;
    other_package.event.option = "104";
    other_package.event.eticket = {162210, 4100};
    BOOST_TEST(contains(other_package.check(), "the seal does not fit"));
}

BOOST_AUTO_TEST_CASE(a_link_with_a_choice_of_prices_promises_the_package) {
    Echo echo;
    echo.sealed.option = "";
    BOOST_TEST(echo.check() == "");
    echo.event.option = "102";
    echo.event.eticket = {162209, 1221};
    BOOST_TEST(echo.check() == "");
    echo.event.option = "104";
    echo.event.eticket = {162210, 4100};
    BOOST_TEST(echo.check() != "");
}

BOOST_AUTO_TEST_CASE(a_cross_sell_was_promised_by_the_link_of_its_parent) {
    Echo echo;
    echo.event.kind = EventKind::cross_sell;
    echo.event.cross_sell_slot = 2;
    echo.event.option = "201";
    echo.event.eticket = {122905, 9699};
    BOOST_TEST(echo.check() == "");
    // Option 102 offers no cross sells, but its link can have refs: they are sealed.
    echo.sealed.option = "102";
    BOOST_TEST(echo.check() == "");
    echo.sealed.option = "no such option";
    BOOST_TEST(echo.check() != "");
}

BOOST_AUTO_TEST_CASE(the_seal_tells_what_was_sold_where_the_postback_does_not) {
    Echo echo;
    echo.event.kind = EventKind::token_purchase;
    echo.event.eticket = {};
    echo.event.option = "";
    echo.sealed.package = 122905;
    echo.sealed.option = "201";
    BOOST_TEST(echo.check() == "");
    const JoinOption* option = sealed_option(echo.postback, example_config(), kStart);
    BOOST_REQUIRE(option != nullptr);
    BOOST_TEST(option->id == "201");

    echo.sealed.affiliate = "somebody else";
    BOOST_TEST(echo.check() != "");
    BOOST_TEST(sealed_option(echo.postback, example_config(), kStart) == nullptr);
    BOOST_TEST(sealed_option(Postback(), example_config(), kStart) == nullptr);
}

BOOST_AUTO_TEST_CASE(expired_malformed_and_missing_are_told_apart) {
    Echo echo;
    BOOST_TEST(echo.check(example_config(), kStart + 29 * kDay) == "");
    BOOST_TEST(contains(echo.check(example_config(), kStart + 31 * kDay), "older than"));
    const Config hasty = example_config_but([](Config& config) { config.seal.max_age_days = 2; });
    BOOST_TEST(echo.check(hasty, kStart + 2 * kDay) == "");
    BOOST_TEST(contains(echo.check(hasty, kStart + 2 * kDay + kSecond), "max_age_days (2)"));
    BOOST_TEST(echo.check(hasty, kStart - 300 * kSecond) == "");
    const std::string early = echo.check(hasty, kStart - 301 * kSecond);
    BOOST_TEST(contains(early, "from the future, by more than 5 minutes"));
    BOOST_TEST(!contains(early, "older"));
    echo.postback[Fact::seal] = "not a seal";
    BOOST_TEST(contains(
        check_link_integrity(echo.event, echo.postback, example_config(), false, kStart).text(),
        "not one of ours"));
    echo.postback[Fact::seal] = {};
    BOOST_TEST(
        check_link_integrity(echo.event, echo.postback, example_config(), false, kStart).text() ==
        "");
    const Config strict =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::require; });
    BOOST_TEST(
        contains(check_link_integrity(echo.event, echo.postback, strict, false, kStart).text(),
                 "there is no seal"));
    const Config off =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::off; });
    echo.postback[Fact::seal] = "not a seal";
    BOOST_TEST(check_link_integrity(echo.event, echo.postback, off, false, kStart).text() == "");
}

BOOST_AUTO_TEST_CASE(only_sales_that_open_something_are_promised) {
    const Config strict =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::require; });
    for (std::uint32_t number = 0; number <= BILLER_EVENT_MEMBER_CANCEL; ++number) {
        EventDraft event;
        event.kind = static_cast<EventKind>(number);
        event.option = "101";
        const bool is_sale = number == BILLER_EVENT_JOIN || number == BILLER_EVENT_CROSS_SELL ||
                             number == BILLER_EVENT_TOKEN_PURCHASE ||
                             number == BILLER_EVENT_UPSELL || number == BILLER_EVENT_ONE_CLICK;
        const bool is_enable = number == BILLER_EVENT_MEMBER_ENABLE;
        BOOST_TEST_CONTEXT(kind_name(event.kind)) {
            BOOST_TEST((check_link_integrity(event, {}, strict, true, kStart).text() != "") ==
                       is_sale);
            // A link vouches also for access that begins before its sale.
            BOOST_TEST((check_link_integrity(event, {}, strict, false, kStart).text() != "") ==
                       (is_sale || is_enable));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_sold_on_a_partners_form_has_no_seal_of_ours) {
    const Config strict =
        example_config_but([](Config& config) { config.seal.mode = Seal::Mode::require; });
    for (const EventKind kind : {EventKind::cross_sell, EventKind::upsell}) {
        EventDraft event;
        event.kind = kind;
        event.option = "301";
        Postback postback;
        BOOST_TEST(check_link_integrity(event, postback, strict, false, kStart).text() != "");
        event.partner = "20789";
        BOOST_TEST(check_link_integrity(event, postback, strict, false, kStart).text() == "");
        postback[Fact::seal] = "the partner has seals of his own";
        BOOST_TEST(check_link_integrity(event, postback, strict, false, kStart).text() == "");
    }
}

BOOST_AUTO_TEST_CASE(a_rotated_key_is_accepted_and_a_foreign_one_is_not) {
    const Config rotated = example_config_but([](Config& config) {
        config.seal.keys.insert(config.seal.keys.begin(), HmacKey("the new key of this account"));
    });
    Echo echo;
    const std::string old_seal(make_seal(example_config().seal.keys.front(), echo.sealed, kStart));
    echo.postback[Fact::seal] = old_seal;
    BOOST_TEST(check_link_integrity(echo.event, echo.postback, rotated, false, kStart).text() ==
               "");
    const std::string foreign(make_seal(HmacKey("of another account"), echo.sealed, kStart));
    echo.postback[Fact::seal] = foreign;
    BOOST_TEST(check_link_integrity(echo.event, echo.postback, rotated, false, kStart).text() !=
               "");
}

BOOST_AUTO_TEST_CASE(test_money_is_not_real_money) {
    EventDraft event;
    event.kind = EventKind::rebill;
    event.test = true;
    BOOST_TEST(check_link_integrity(event, {}, example_config(), false, kStart).text() == "");
    const Config live = example_config_but([](Config& config) { config.mode = Mode::live; });
    BOOST_TEST(
        contains(check_link_integrity(event, {}, live, false, kStart).text(), "TESTTRANS=1"));
    event.test = false;
    BOOST_TEST(check_link_integrity(event, {}, live, false, kStart).text() == "");
}

BOOST_AUTO_TEST_SUITE_END()
