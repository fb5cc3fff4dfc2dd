// Events as ledgers store them: what is written is read back, the password excepted.
#include "events/record.hpp"

#include "fixtures.hpp"

#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

Event full_event() {
    Event event;
    event.kind = EventKind::cross_sell;
    event.purchase_id = "26346680";
    event.transaction_id = "1234567890";
    event.related_transaction_id = "1234567889";
    event.amount = Money{2995, currency("USD")};
    event.approved = false;
    event.test = true;
    event.standin = true;
    event.trial = false;
    event.member_id = "908172";
    event.session = "0123456789abcdef";
    event.affiliate = "aff";
    event.username = "joe & \xC3\xA9=%";
    event.password = Secret("canary-password");
    event.email = "joe@example.com";
    event.name = "Joe Segpay";
    event.country = "US";
    event.eticket = {162209, 3097};
    event.site = "7";
    event.option = "101";
    event.tokens = 50;
    event.cross_sell_slot = 2;
    event.cross_sell_ref = "XS-9-201";
    event.upsell = "u";
    event.tokenplus = "t";
    event.octoken = "o";
    event.trans_guid = "g";
    event.card_type = "Visa";
    event.payment_type = "CC";
    event.occurred_at_ms = 1'217'259'523'007;
    event.received_at_ms = kStart;
    event.reason_code = "5";
    event.reason_text = "do not honour";
    event.by = "operator";
    event.warnings = {"garbled_template", "second"};
    event.extras = {{"ref1", "one"}, {"kind", "join"}, {"empty", ""}, {"ref1", "again"}};
    return event;
}

// All fields but the password.
bool is_same(const Event& a, const Event& b) {
    return a.kind == b.kind && a.purchase_id == b.purchase_id &&
           a.transaction_id == b.transaction_id &&
           a.related_transaction_id == b.related_transaction_id && a.amount == b.amount &&
           a.approved == b.approved && a.test == b.test && a.standin == b.standin &&
           a.trial == b.trial && a.member_id == b.member_id && a.session == b.session &&
           a.affiliate == b.affiliate && a.username == b.username && a.email == b.email &&
           a.name == b.name && a.country == b.country && a.eticket == b.eticket &&
           a.site == b.site && a.option == b.option && a.tokens == b.tokens &&
           a.cross_sell_slot == b.cross_sell_slot && a.cross_sell_ref == b.cross_sell_ref &&
           a.upsell == b.upsell && a.tokenplus == b.tokenplus && a.octoken == b.octoken &&
           a.trans_guid == b.trans_guid && a.card_type == b.card_type &&
           a.payment_type == b.payment_type && a.occurred_at_ms == b.occurred_at_ms &&
           a.received_at_ms == b.received_at_ms && a.reason_code == b.reason_code &&
           a.reason_text == b.reason_text && a.by == b.by && a.warnings == b.warnings &&
           a.extras == b.extras;
}

} // namespace

BOOST_AUTO_TEST_SUITE(record_tests)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    for (const Event& event : {full_event(), Event()})
        BOOST_TEST(is_same(from_record(to_record(event)), event));
}

BOOST_AUTO_TEST_CASE(every_kind_comes_back) {
    for (std::uint32_t number = 0; number <= BILLER_EVENT_MEMBER_CANCEL; ++number) {
        Event event;
        event.kind = static_cast<EventKind>(number);
        BOOST_TEST((from_record(to_record(event)).kind == event.kind));
    }
}

BOOST_AUTO_TEST_CASE(yes_no_and_nothing_are_three_things) {
    for (std::optional<bool> truth : {std::optional<bool>(), {true}, {false}}) {
        Event event;
        event.approved = event.trial = truth;
        const Event back = from_record(to_record(event));
        BOOST_TEST((back.approved == truth));
        BOOST_TEST((back.trial == truth));
    }
}

BOOST_AUTO_TEST_CASE(amounts_keep_sign_and_currency) {
    for (const Money& money : {Money{0, currency("USD")}, Money{500, currency("JPY")},
                               Money{1250, currency("KWD")}, Money{-1, currency("EUR")}}) {
        Event event;
        event.amount = money;
        BOOST_TEST((from_record(to_record(event)).amount == money));
    }
}

BOOST_AUTO_TEST_CASE(the_password_is_no_part_of_a_record) {
    const std::string record = to_record(full_event());
    BOOST_TEST(!contains(record, "canary"));
    BOOST_TEST(from_record(record).password.is_empty());
}

BOOST_AUTO_TEST_CASE(a_newer_record_can_be_read) {
    const Event event = from_record("kind=join&purchase_id=1&invented_later=2");
    BOOST_TEST((event.kind == EventKind::join));
    BOOST_TEST(event.purchase_id == "1");
    BOOST_TEST((from_record("kind=invented_later").kind == EventKind::unknown));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_no_event) {
    for (std::string_view record :
         {"amount=2995", "amount=2995+XXX", "amount=x+USD", "amount=", "eticket=1", "eticket=a:b",
          "cross_sell_slot=x", "cross_sell_slot=-1", "tokens=many",
          "occurred_at_ms=", "received_at_ms=1x"})
        BOOST_TEST_CONTEXT(record)
    BOOST_CHECK_THROW((void)from_record(record), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
