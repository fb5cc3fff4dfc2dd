// An operator's decisions on dead letters and kept requests, and the later replies to Segpay.
#include "failing_ledger.hpp"
#include "fixtures.hpp"
#include "ledger/fixture.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

void check_duplicate(const Reply& reply) {
    BOOST_TEST(disposition_name(reply.disposition) == "duplicate");
    BOOST_TEST(reply.http_status == 200u);
    BOOST_TEST(reply.body == "*success*");
}

} // namespace

BOOST_AUTO_TEST_SUITE(decide_tests)

BOOST_AUTO_TEST_CASE(a_dead_letter_can_be_redelivered) {
    TestAccount account;
    account.host.answers(BILLER_REFUSE);
    const std::string key = account.get(sign_up("1")).key;
    Report report;
    BOOST_TEST(
        (account.redeliver(key, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_TEST(report.dead_letters == 1u); // refused once more
    account.host.answers(BILLER_DONE);
    report = {};
    BOOST_TEST(
        (account.redeliver(key, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_TEST(report.delivered == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::settled));
    BOOST_TEST(account.ledger().entry(key)->decided_by == "ann");
    BOOST_TEST(account.host.events.back()["key"] == key);
    BOOST_TEST((account.redeliver(key, "ann", Deliver::here, report).cause ==
                Refused::Cause::wrong_state));
    const Refused missing = account.redeliver("none", "ann", Deliver::here, report);
    BOOST_TEST((missing.cause == Refused::Cause::not_found));
    BOOST_TEST(contains(missing.message, "\"none\""));
}

BOOST_AUTO_TEST_CASE(a_quarantined_request_can_be_released_once_it_is_believed) {
    TestAccount account;
    const std::string forged = sign_up("1") + "&" + example_config().seal.parameter + "=" +
                               std::string(32, 'a') + "&ref1=one";
    const std::string key = account.get(forged).key;
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    Report report;
    BOOST_TEST((account.release(key, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_TEST(report.delivered == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::released));
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0].kind == "join");
    BOOST_TEST(account.host.events[0]["amount"] == "39.95USD");
    // A repeat is a duplicate, and so is a genuine postback about the same sale.
    check_duplicate(account.get(forged));
    check_duplicate(account.get(sign_up("1")));
    BOOST_TEST(
        (account.release(key, "ann", Deliver::here, report).cause == Refused::Cause::wrong_state));
    BOOST_TEST(account.host.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_delivered_stays_quarantined) {
    TestAccount account;
    const std::string key = account.get(sign_up("1") + "&relatedtranid=no+id").key;
    Report report;
    const Refused refused = account.release(key, "ann", Deliver::here, report);
    BOOST_TEST((refused.cause == Refused::Cause::wrong_state));
    BOOST_TEST(contains(refused.message, "relatedtranid"));
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    BOOST_TEST(
        (account.release("none", "ann", Deliver::here, report).cause == Refused::Cause::not_found));
}

BOOST_AUTO_TEST_CASE(a_contradiction_can_be_released_beside_what_it_contradicts) {
    TestAccount account;
    (void)account.get(sign_up("1", "7"));
    const std::string other = cheaper("1", "7");
    const std::string key = account.get(other).key;
    Report report;
    BOOST_TEST((account.release(key, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_REQUIRE(account.host.events.size() == 2u);
    BOOST_TEST(account.host.events[1]["amount"] == "1.00USD");
    BOOST_TEST(account.host.events[0]["key"] != account.host.events[1]["key"]);
    check_duplicate(account.get(other));
}

BOOST_AUTO_TEST_CASE(a_garbled_request_keeps_its_currency_in_quarantine) {
    TestAccount account;
    const std::string garbled =
        "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=19.95&eticketid=162209:1221"
        "&purchaseid=1&transid=7&" +
        example_config().seal.parameter + "=" + std::string(32, 'a') +
        "&password=canary%A4cycode=EUR";
    const std::string key = account.get(garbled).key;
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    Report report;
    BOOST_TEST((account.release(key, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0]["amount"] == "19.95EUR"); // not the option's dollars
}

BOOST_AUTO_TEST_CASE(a_released_request_brings_its_password_when_there_is_a_key) {
    TestAccount account(example_config(), ledger_in_memory("a key for passwords"));
    const std::string forged = sign_up("1") + "&password=canary&" +
                               example_config().seal.parameter + "=" + std::string(32, 'a');
    const std::string key = account.get(forged).key;
    Report report;
    (void)account.release(key, "ann", Deliver::here, report);
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0].password == "canary");
}

// Of the entry decided on, and of those held for it.
BOOST_AUTO_TEST_CASE(the_operator_and_the_time_of_a_decision_are_kept) {
    for (const EntryState decided : {EntryState::released, EntryState::dismissed}) {
        TestAccount account;
        const std::string sale =
            account.get(sign_up("1") + "&natsseal=" + std::string(32, 'a')).key;
        const std::string held = account.get(member_post("Cancel", "1")).key;
        BOOST_TEST(contains(held, "segpay/held/"));
        BOOST_TEST(account.ledger().entry(sale)->decided_by == "");

        account.host.now += kDay;
        Report report;
        const Refused refused = decided == EntryState::released
                                    ? account.release(sale, "ann", Deliver::here, report)
                                    : account.inbox.dismiss(sale, "ann");
        BOOST_TEST((refused.cause == Refused::Cause::none), refused.message);
        for (const std::string& key : {sale, held}) {
            const Entry entry = account.ledger().entry(key).value();
            BOOST_TEST((entry.state == decided));
            BOOST_TEST(entry.decided_by == "ann");
            BOOST_TEST(entry.changed_at_ms == kStart + kDay);
            BOOST_TEST(entry.received_at_ms == kStart);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_nothing_can_be_dismissed) {
    TestAccount account;
    const auto dismissed = [&](const std::string& key) {
        BOOST_TEST((account.inbox.dismiss(key, "ann").cause == Refused::Cause::none));
        BOOST_TEST((account.state_of(key) == EntryState::dismissed));
        BOOST_TEST((account.inbox.dismiss(key, "ann").cause == Refused::Cause::wrong_state));
    };
    const std::string broken = sign_up("1") + "&relatedtranid=no+id";
    dismissed(account.get(broken).key);
    check_duplicate(account.get(broken)); // Segpay need not repeat it
    dismissed(account.get("transtype=gift&purchaseid=1").key);
    account.host.answers(BILLER_REFUSE);
    dismissed(account.get(sign_up("2", "2")).key);
    check_duplicate(account.get(sign_up("2", "2")));
    account.host.answers(BILLER_DONE);
    const std::string settled = account.get(sign_up("3", "3")).key;
    BOOST_TEST((account.inbox.dismiss(settled, "ann").cause == Refused::Cause::wrong_state));
    BOOST_TEST((account.inbox.dismiss("none", "ann").cause == Refused::Cause::not_found));
}

// ---- One decision wins --------------------------------------------------------------------------

namespace {

using Kinds = std::vector<std::string>;

std::string forged_sale() { return sign_up("1") + "&natsseal=" + std::string(32, 'a'); }

// Two hosts, or a host and the tool, on one ledger.
struct TwoOperators {
    test::TemporaryFolder folder;
    std::unique_ptr<TestAccount> ann = open(example_config()), bob = open(example_config());
    std::string sale, enable, cancel; // keys

    std::unique_ptr<TestAccount> open(Config config) {
        LedgerSettings settings;
        settings.path = folder.file();
        settings.lease_ms = 30'000;
        return std::make_unique<TestAccount>(std::move(config), open_for_test(settings));
    }
    // A sale that is not believed, and requests held for it.
    void keep_some() {
        sale = ann->get(forged_sale()).key;
        enable = ann->get(member_post("Enable", "1")).key;
        cancel = ann->get(member_post("Cancel", "1")).key;
    }
    bool are_all(EntryState state) {
        return ann->state_of(sale) == state && ann->state_of(enable) == state &&
               ann->state_of(cancel) == state;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(what_is_being_released_cannot_be_dismissed) {
    TwoOperators both;
    both.keep_some();
    Refused late;
    both.ann->host.answer = [&](const biller_event&, biller_reason*) { // the host is busy
        if (both.ann->host.events.size() == 1) late = both.bob->inbox.dismiss(both.sale, "bob");
        return BILLER_DONE;
    };
    Report report;
    BOOST_TEST(
        (both.ann->release(both.sale, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_TEST((late.cause == Refused::Cause::wrong_state));
    BOOST_TEST(contains(late.message, "is released"), late.message);
    BOOST_TEST(both.ann->kinds() == (Kinds{"join", "member_enable", "member_cancel"}),
               boost::test_tools::per_element());
    BOOST_TEST(both.are_all(EntryState::released));
    BOOST_TEST(both.bob->ledger().entry(both.cancel)->decided_by == "ann");
}

BOOST_AUTO_TEST_CASE(what_was_dismissed_cannot_be_released) {
    TwoOperators both;
    both.keep_some();
    BOOST_TEST((both.bob->inbox.dismiss(both.sale, "bob").cause == Refused::Cause::none));
    Report report;
    for (const std::string& key : {both.sale, both.enable, both.cancel}) {
        const Refused late = both.ann->release(key, "ann", Deliver::here, report);
        BOOST_TEST((late.cause == Refused::Cause::wrong_state));
        BOOST_TEST(contains(late.message, "is dismissed"), late.message);
    }
    BOOST_TEST(both.ann->host.events.empty());
    BOOST_TEST(both.are_all(EntryState::dismissed));
}

// The tool decides, and another process delivers: the decision is durable before any delivery.
BOOST_AUTO_TEST_CASE(a_release_by_the_tool_is_decided_before_it_is_delivered) {
    TwoOperators both;
    both.keep_some();
    Report report;
    BOOST_TEST((both.ann->release(both.sale, "ann", Deliver::elsewhere, report).cause ==
                Refused::Cause::none));
    BOOST_TEST(both.ann->host.events.empty());
    const Refused late = both.bob->inbox.dismiss(both.sale, "bob");
    BOOST_TEST((late.cause == Refused::Cause::wrong_state));
    BOOST_TEST(both.are_all(EntryState::released));
    both.ann.reset();
    (void)both.bob->inbox.recover(10);
    BOOST_TEST(both.bob->kinds() == (Kinds{"join", "member_enable", "member_cancel"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refused_dismissal_dismisses_nothing_that_was_held) {
    TwoOperators both;
    both.keep_some();
    // Another operator decides after the entry was read, before this decision.
    class Overtaken final : public ForwardingLedger {
    public:
        Overtaken(std::unique_ptr<Ledger> real, std::function<void()> before)
            : ForwardingLedger(std::move(real)), before_(std::move(before)) {}
        Decision dismiss(std::string_view key, std::string_view by, TimeMs now) override {
            before_();
            return ForwardingLedger::dismiss(key, by, now);
        }

    private:
        std::function<void()> before_;
    };
    LedgerSettings settings;
    settings.path = both.folder.file();
    Report report;
    TestAccount late(example_config(), std::make_unique<Overtaken>(open_for_test(settings), [&] {
                         (void)both.ann->release(both.sale, "ann", Deliver::here, report);
                     }));
    BOOST_TEST((late.inbox.dismiss(both.sale, "bob").cause == Refused::Cause::wrong_state));
    BOOST_TEST(both.are_all(EntryState::released));
    BOOST_TEST(both.ann->kinds() == (Kinds{"join", "member_enable", "member_cancel"}),
               boost::test_tools::per_element());
}

// A sale that was kept twice, because the link was edited twice: the last decision counts.
BOOST_AUTO_TEST_CASE(what_is_held_waits_for_the_last_sale_that_can_open_the_purchase) {
    TwoOperators both;
    both.keep_some();
    const std::string other = both.ann->get(forged_sale() + "&ref1=edited").key;
    BOOST_TEST(other != both.sale);
    BOOST_TEST((both.ann->inbox.dismiss(other, "ann").cause == Refused::Cause::none));
    BOOST_TEST((both.ann->state_of(both.enable) == EntryState::quarantined));
    Report report;
    BOOST_TEST(
        (both.ann->release(both.sale, "ann", Deliver::here, report).cause == Refused::Cause::none));
    BOOST_TEST(both.ann->kinds() == (Kinds{"join", "member_enable", "member_cancel"}),
               boost::test_tools::per_element());
    BOOST_TEST(both.are_all(EntryState::released));
}

// ---- Believed when it came again ----------------------------------------------------------------

namespace {

Config with_wrong_price() {
    return example_config_but([](Config& config) {
        for (JoinOption& option : config.options)
            if (option.id == "102" && option.price.initial)
                option.price.initial->amount.minor += 1'000;
    });
}

const std::string kRefund =
    "transtype=credit&action=Auth&stage=Initial&approved=Yes&price=39.95"
    "&currencycode=USD&purchaseid=1&transid=9002&relatedtranid=9001";

} // namespace

BOOST_AUTO_TEST_CASE(what_is_held_for_a_sale_follows_when_segpay_repeats_the_sale) {
    for (const bool is_in_a_batch : {false, true}) {
        TwoOperators hosts;
        const std::unique_ptr<TestAccount> before = hosts.open(with_wrong_price());
        const std::string sale = before->get(sign_up("1")).key;
        const std::string refund = before->get(kRefund).key;
        const std::string disable = before->get(member_post("Disable", "1")).key;
        BOOST_TEST(before->host.events.empty());
        BOOST_TEST((before->state_of(sale) == EntryState::quarantined));
        BOOST_TEST(contains(refund, "segpay/held/"));
        BOOST_TEST(contains(disable, "segpay/held/"));

        TestAccount& repaired = *hosts.ann; // the price is configured now
        const std::string again = sign_up("1");
        const HttpRequest request{"GET", again, "", "127.0.0.1", {}};
        Reply reply;
        if (is_in_a_batch)
            repaired.handle_all({&request, 1},
                                [&](std::size_t, const Reply& said) { reply = said; });
        else
            reply = repaired.get(again);
        BOOST_TEST(disposition_name(reply.disposition) == "delivered");
        BOOST_TEST(repaired.kinds() == (Kinds{"join", "credit", "member_disable"}),
                   boost::test_tools::per_element());
        BOOST_TEST(repaired.host.events.at(1)["member_id"] == "908172");
        BOOST_TEST(repaired.host.events.at(2)["option"] == "102");
        for (const std::string& key : {sale, refund, disable}) {
            const Entry entry = repaired.ledger().entry(key).value();
            BOOST_TEST(state_name(entry.state) == "released", key);
            BOOST_TEST(entry.decided_by == "believed when it came again");
        }
        // No decision is open any more, and no operator can drop the refund.
        BOOST_TEST((repaired.inbox.dismiss(sale, "ann").cause == Refused::Cause::wrong_state));
        // What Segpay still repeats has been delivered.
        BOOST_TEST(disposition_name(repaired.get(kRefund).disposition) == "duplicate");
        BOOST_TEST(disposition_name(repaired.get(member_post("Disable", "1")).disposition) ==
                   "duplicate");
        BOOST_TEST(repaired.host.events.size() == 3u);
    }
}

// An Enable that is believed only after its sale, and is repeated: it follows the sale once, and
// its repeat does not restore access that was taken away since.
BOOST_AUTO_TEST_CASE(an_enable_that_was_kept_before_its_sale_follows_it_once) {
    for (const bool is_in_a_batch : {false, true}) {
        TestAccount account;
        const std::string enable = member_post("Enable", "1") + "&eticketid=162209:9";
        const std::string kept = account.get(enable).key;
        BOOST_TEST((account.state_of(kept) == EntryState::quarantined));
        BOOST_TEST(contains(kept, "segpay/kept/"));
        account.host.now += kDay / 48; // its sale comes late
        const std::string sale = sign_up("1");
        const HttpRequest request{"GET", sale, "", "127.0.0.1", {}};
        if (is_in_a_batch)
            account.handle_all({&request, 1}, [](std::size_t, const Reply&) {});
        else
            (void)account.get(sale);
        BOOST_TEST(account.kinds() == (Kinds{"join", "member_enable"}),
                   boost::test_tools::per_element());
        BOOST_TEST((account.state_of(kept) == EntryState::released));
        (void)account.get(member_post("Disable", "1"));
        const std::size_t before = account.host.events.size();
        BOOST_TEST(disposition_name(account.get(enable).disposition) == "duplicate");
        BOOST_TEST(account.host.events.size() == before);
        BOOST_TEST(!account.ledger().purchase("1")->state.has_access);
    }
}

// Kept because of the configuration, repeated once that is repaired: the entry is released, and
// cannot be released again over what happened since.
BOOST_AUTO_TEST_CASE(what_was_kept_is_released_when_its_repeat_is_believed) {
    for (const bool is_in_a_batch : {false, true}) {
        TwoOperators hosts;
        const auto other_merchant = [] {
            return example_config_but([](Config& config) { config.merchant_id = "20656"; });
        };
        const std::unique_ptr<TestAccount> before = hosts.open(other_merchant());
        (void)before->get(sign_up("1", "9001"));
        const std::string of_us = "&merchantid=20657";
        const std::string disable = member_post("Disable", "1") + of_us;
        const std::string rebill =
            "transtype=sale&action=Auth&stage=Rebill&approved=Yes&price=39.95"
            "&currencycode=USD&purchaseid=1&transid=9002" +
            of_us;
        const std::vector<std::string> kept = {before->get(disable).key, before->get(rebill).key};
        for (const std::string& key : kept)
            BOOST_TEST((before->state_of(key) == EntryState::quarantined));

        TestAccount& repaired = *hosts.ann;
        for (const std::string& query : {disable, rebill}) {
            const HttpRequest request{"GET", query, "", "127.0.0.1", {}};
            if (is_in_a_batch)
                repaired.handle_all({&request, 1}, [](std::size_t, const Reply& reply) {
                    BOOST_TEST(disposition_name(reply.disposition) == "delivered");
                });
            else
                BOOST_TEST(disposition_name(repaired.get(query).disposition) == "delivered");
        }
        for (const std::string& key : kept) {
            const Entry entry = repaired.ledger().entry(key).value();
            BOOST_TEST(state_name(entry.state) == "released");
            BOOST_TEST(entry.decided_by == "believed when it came again");
        }
        (void)repaired.get("action=Reactivation&purchaseid=1");
        Report report;
        const std::size_t before_release = repaired.host.events.size();
        for (const std::string& key : kept)
            BOOST_TEST((repaired.release(key, "ann", Deliver::here, report).cause ==
                        Refused::Cause::wrong_state));
        BOOST_TEST(repaired.host.events.size() == before_release);
        BOOST_TEST(repaired.ledger().purchase("1")->state.has_access);
    }
}

// A host that dies before it applies the sale: another one delivers the sale and all that follows.
BOOST_AUTO_TEST_CASE(what_follows_a_sale_is_as_durable_as_the_sale) {
    TwoOperators hosts;
    const std::unique_ptr<TestAccount> before = hosts.open(with_wrong_price());
    (void)before->get(sign_up("1"));
    (void)before->get(kRefund);
    hosts.ann->host.answers(BILLER_RETRY);
    BOOST_TEST(disposition_name(hosts.ann->get(sign_up("1")).disposition) == "deferred");
    BOOST_TEST(hosts.ann->kinds() == (Kinds{"join"}), boost::test_tools::per_element());
    hosts.ann.reset();
    hosts.bob->host.now += kDay;
    (void)hosts.bob->inbox.recover(10);
    BOOST_TEST(hosts.bob->kinds() == (Kinds{"join", "credit"}), boost::test_tools::per_element());
}

// A request is not held if its sale is believed just before it would be kept.
BOOST_AUTO_TEST_CASE(what_comes_while_its_sale_is_believed_waits_for_nothing) {
    for (const bool is_in_a_batch : {false, true}) {
        TwoOperators hosts;
        hosts.keep_some();
        class Overtaken final : public ForwardingLedger {
        public:
            Overtaken(std::unique_ptr<Ledger> real, std::function<void()> before)
                : ForwardingLedger(std::move(real)), before_(std::move(before)) {}
            Kept keep(const KeptRequest& request, TimeMs now) override {
                before_();
                return ForwardingLedger::keep(request, now);
            }

        private:
            std::function<void()> before_;
        };
        LedgerSettings settings;
        settings.path = hosts.folder.file();
        settings.lease_ms = 30'000;
        TestAccount late(example_config(),
                         std::make_unique<Overtaken>(open_for_test(settings),
                                                     [&] { (void)hosts.ann->get(sign_up("1")); }));
        const HttpRequest request{"GET", kRefund, "", "127.0.0.1", {}};
        Reply reply;
        if (is_in_a_batch)
            late.handle_all({&request, 1}, [&](std::size_t, const Reply& said) { reply = said; });
        else
            reply = late.get(kRefund);
        BOOST_TEST(disposition_name(reply.disposition) == "delivered");
        BOOST_TEST(late.kinds() == (Kinds{"credit"}), boost::test_tools::per_element());
        BOOST_TEST(hosts.ann->kinds() == (Kinds{"join", "member_enable", "member_cancel"}),
                   boost::test_tools::per_element());
        BOOST_TEST(hosts.are_all(EntryState::released));
    }
}

BOOST_AUTO_TEST_SUITE_END()
