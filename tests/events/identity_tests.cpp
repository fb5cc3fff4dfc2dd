// Epochs: a change of state opens one, a repeat within it gives the same key.
#include "events/identity.hpp"

#include "fixtures.hpp"

using namespace segpay;

namespace {

const Identity kEnable{"p1/enable", Change::on, Change::none, true};
const Identity kDisable{"p1/disable", Change::off, Change::none, true};
const Identity kCancel{"p1/cancel", Change::none, Change::off, true};
const Identity kReactivation{"p1/reactivation", Change::on, Change::on, true};
const Identity kSale{"t7/sale", Change::none, Change::none, false};

// The keys that a purchase's events get, one after the other.
std::vector<std::string> keys_of(const std::vector<Identity>& story) {
    PurchaseState state;
    std::vector<std::string> keys;
    for (const Identity& identity : story) {
        state = advanced(state, identity);
        keys.push_back(key_of(identity, state));
    }
    return keys;
}

using Keys = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(identity_tests)

BOOST_AUTO_TEST_CASE(a_purchase_begins_with_access_and_renewal) {
    const PurchaseState state;
    BOOST_TEST(state.has_access);
    BOOST_TEST(state.renews);
    BOOST_TEST((advanced(state, kEnable) == state)); // nothing new
    BOOST_TEST((advanced(state, kSale) == state));
}

BOOST_AUTO_TEST_CASE(a_change_opens_an_epoch_of_what_it_changes) {
    const PurchaseState disabled = advanced({}, kDisable);
    BOOST_TEST(!disabled.has_access);
    BOOST_TEST(disabled.renews);
    BOOST_TEST(disabled.access_epoch == 1u);
    BOOST_TEST(disabled.renewal_epoch == 0u);
    BOOST_TEST((advanced(disabled, kDisable) == disabled));

    const PurchaseState requeued = advanced(advanced(disabled, kCancel), kReactivation);
    BOOST_TEST(requeued.has_access);
    BOOST_TEST(requeued.renews);
    BOOST_TEST(requeued.access_epoch == 2u);
    BOOST_TEST(requeued.renewal_epoch == 2u);
}

BOOST_AUTO_TEST_CASE(a_repeat_has_the_same_key_and_a_second_time_has_another) {
    BOOST_TEST((keys_of({kCancel, kCancel}) == Keys{"p1/cancel/r1", "p1/cancel/r1"}));
    BOOST_TEST((keys_of({kCancel, kReactivation, kCancel}) ==
                Keys{"p1/cancel/r1", "p1/reactivation/a0r2", "p1/cancel/r3"}));
    BOOST_TEST((keys_of({kDisable, kReactivation, kDisable, kDisable}) ==
                Keys{"p1/disable/a1", "p1/reactivation/a2r0", "p1/disable/a3", "p1/disable/a3"}));
    BOOST_TEST((keys_of({kEnable, kEnable, kDisable, kEnable}) ==
                Keys{"p1/enable/a0", "p1/enable/a0", "p1/disable/a1", "p1/enable/a2"}));
}

BOOST_AUTO_TEST_CASE(access_and_renewal_do_not_disturb_each_other) {
    // An expiration is disable and cancel in either order, each retried at any time.
    BOOST_TEST((keys_of({kDisable, kCancel, kDisable, kCancel}) ==
                Keys{"p1/disable/a1", "p1/cancel/r1", "p1/disable/a1", "p1/cancel/r1"}));
    BOOST_TEST((keys_of({kCancel, kDisable, kCancel, kDisable}) ==
                Keys{"p1/cancel/r1", "p1/disable/a1", "p1/cancel/r1", "p1/disable/a1"}));
}

BOOST_AUTO_TEST_CASE(a_transaction_has_no_epoch) {
    Identity reactivated{"t8/sale-reactivation", Change::on, Change::on, false};
    BOOST_TEST((keys_of({kSale, kDisable, reactivated, kSale, reactivated}) ==
                Keys{"t7/sale", "p1/disable/a1", "t8/sale-reactivation", "t7/sale",
                     "t8/sale-reactivation"}));
    BOOST_TEST(advanced(advanced({}, kDisable), reactivated).has_access);
}

// What a postback and a row of a report give the same words has the same key.
BOOST_AUTO_TEST_CASE(a_fact_is_known_by_its_words) {
    const auto identity_of = [](const EventDraft& event, const FactWords& fact,
                                std::string_view digest = {}) {
        Identity identity;
        identify(identity, event, fact, digest);
        return identity;
    };
    EventDraft event;
    event.kind = EventKind::rebill;
    event.purchase_id = "5001";
    event.transaction_id = "9001";
    const FactWords rebill{true, "sale", "auth", "rebill", true};
    const FactWords refund{true, "credit", "auth", "", true};
    const FactWords denial{true, "sale", "auth", "initial", false};
    BOOST_TEST(identity_of(event, rebill).key_prefix == "segpay/t9001/sale-auth-rebill-yes");
    BOOST_TEST(identity_of(event, refund).key_prefix == "segpay/t9001/credit-auth-yes");
    BOOST_TEST(!identity_of(event, rebill).has_epoch);
    event.transaction_id = {};
    BOOST_TEST(identity_of(event, denial, "abc").key_prefix == "segpay/dabc/sale-auth-initial-no");

    event.kind = EventKind::member_disable;
    const FactWords disable{false, "", "disable", "", false};
    BOOST_TEST(identity_of(event, disable).key_prefix == "segpay/p5001/disable");
    BOOST_TEST(identity_of(event, disable).has_epoch);
    BOOST_TEST((identity_of(event, disable).access == Change::off));
    event.transaction_id = "9002";
    BOOST_TEST(identity_of(event, disable).key_prefix == "segpay/p5001/disable@9002");
    event.kind = EventKind::reactivation;
    event.occurred_at_ms = 7;
    BOOST_TEST(identity_of(event, {false, "", "reactivation", "", false}).key_prefix ==
               "segpay/p5001/reactivation@7");

    // A word from elsewhere may be of any length.
    const std::string endless(1'000, 'x');
    BOOST_TEST(identity_of(event, {true, endless, endless, endless, true}).key_prefix.size() <
               100u);
}

BOOST_AUTO_TEST_SUITE_END()
