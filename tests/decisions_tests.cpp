// What an operator decides about dead letters and kept requests, and what Segpay hears afterwards.
#include "fixtures.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

void check_duplicate(const Reply& reply) {
    BOOST_TEST(disposition_name(reply.disposition) == "duplicate");
    BOOST_TEST(reply.http_status == 200u);
    BOOST_TEST(reply.body == "*success*");
}

} // namespace

BOOST_AUTO_TEST_SUITE(decisions_tests)

BOOST_AUTO_TEST_CASE(a_dead_letter_can_be_redelivered) {
    Account account;
    account.host.answers(BILLER_REFUSE);
    const std::string key = account.get(sign_up("1")).key;
    Report report;
    BOOST_TEST((account.biller.redeliver(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::none));
    BOOST_TEST(report.dead_letters == 1u); // refused once more
    account.host.answers(BILLER_DONE);
    report = {};
    BOOST_TEST((account.biller.redeliver(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::none));
    BOOST_TEST(report.delivered == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::settled));
    BOOST_TEST(account.biller.ledger().entry(key)->decided_by == "ann");
    BOOST_TEST(account.host.events.back()["key"] == key);
    BOOST_TEST((account.biller.redeliver(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::wrong_state));
    const Refused missing = account.biller.redeliver("none", "ann", Biller::Deliver::here, report);
    BOOST_TEST((missing.cause == Refused::Cause::not_found));
    BOOST_TEST(contains(missing.message, "\"none\""));
}

BOOST_AUTO_TEST_CASE(a_quarantined_request_can_be_released_once_it_is_believed) {
    Account account;
    const std::string forged = sign_up("1") + "&" + example_config().seal.parameter + "=" +
                               std::string(32, 'a') + "&ref1=one";
    const std::string key = account.get(forged).key;
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    Report report;
    BOOST_TEST((account.biller.release(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::none));
    BOOST_TEST(report.delivered == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::released));
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0].kind == "join");
    BOOST_TEST(account.host.events[0]["amount"] == "39.95USD");
    // The same request again is no news, and neither is an honest one about the same sale.
    check_duplicate(account.get(forged));
    check_duplicate(account.get(sign_up("1")));
    BOOST_TEST((account.biller.release(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::wrong_state));
    BOOST_TEST(account.host.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_stays_quarantined) {
    Account account;
    const std::string key = account.get(sign_up("1") + "&relatedtranid=no+id").key;
    Report report;
    const Refused refused = account.biller.release(key, "ann", Biller::Deliver::here, report);
    BOOST_TEST((refused.cause == Refused::Cause::wrong_state));
    BOOST_TEST(contains(refused.message, "relatedtranid"));
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    BOOST_TEST((account.biller.release("none", "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::not_found));
}

BOOST_AUTO_TEST_CASE(a_contradiction_can_be_released_beside_what_it_contradicts) {
    Account account;
    (void)account.get(sign_up("1", "7"));
    const std::string other = cheaper("1", "7");
    const std::string key = account.get(other).key;
    Report report;
    BOOST_TEST((account.biller.release(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::none));
    BOOST_REQUIRE(account.host.events.size() == 2u);
    BOOST_TEST(account.host.events[1]["amount"] == "1.00USD");
    BOOST_TEST(account.host.events[0]["key"] != account.host.events[1]["key"]);
    check_duplicate(account.get(other));
}

BOOST_AUTO_TEST_CASE(a_garbled_request_keeps_its_currency_in_quarantine) {
    Account account;
    const std::string garbled =
        "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=19.95&eticketid=162209:1221"
        "&purchaseid=1&transid=7&" +
        example_config().seal.parameter + "=" + std::string(32, 'a') +
        "&password=canary%A4cycode=EUR";
    const std::string key = account.get(garbled).key;
    BOOST_TEST((account.state_of(key) == EntryState::quarantined));
    Report report;
    BOOST_TEST((account.biller.release(key, "ann", Biller::Deliver::here, report).cause ==
                Refused::Cause::none));
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0]["amount"] == "19.95EUR"); // not the option's dollars
}

BOOST_AUTO_TEST_CASE(a_released_request_brings_its_password_when_there_is_a_key) {
    Account account(example_config(), ledger_in_memory("a key for passwords"));
    const std::string forged = sign_up("1") + "&password=canary&" +
                               example_config().seal.parameter + "=" + std::string(32, 'a');
    const std::string key = account.get(forged).key;
    Report report;
    (void)account.biller.release(key, "ann", Biller::Deliver::here, report);
    BOOST_REQUIRE(account.host.events.size() == 1u);
    BOOST_TEST(account.host.events[0].password == "canary");
}

// Of a decision and of all that was decided with it.
BOOST_AUTO_TEST_CASE(who_decided_and_when_is_kept) {
    for (const EntryState decided : {EntryState::released, EntryState::dismissed}) {
        Account account;
        const std::string sale =
            account.get(sign_up("1") + "&natsseal=" + std::string(32, 'a')).key;
        const std::string held = account.get(member_post("Cancel", "1")).key;
        BOOST_TEST(contains(held, "segpay/held/"));
        BOOST_TEST(account.biller.ledger().entry(sale)->decided_by == "");

        account.host.now += kDay;
        Report report;
        const Refused refused =
            decided == EntryState::released
                ? account.biller.release(sale, "ann", Biller::Deliver::here, report)
                : account.biller.dismiss(sale, "ann");
        BOOST_TEST((refused.cause == Refused::Cause::none), refused.message);
        for (const std::string& key : {sale, held}) {
            const Entry entry = account.biller.ledger().entry(key).value();
            BOOST_TEST((entry.state == decided));
            BOOST_TEST(entry.decided_by == "ann");
            BOOST_TEST(entry.changed_at_ms == kStart + kDay);
            BOOST_TEST(entry.received_at_ms == kStart);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_nothing_can_be_dismissed) {
    Account account;
    const auto dismissed = [&](const std::string& key) {
        BOOST_TEST((account.biller.dismiss(key, "ann").cause == Refused::Cause::none));
        BOOST_TEST((account.state_of(key) == EntryState::dismissed));
        BOOST_TEST((account.biller.dismiss(key, "ann").cause == Refused::Cause::wrong_state));
    };
    const std::string broken = sign_up("1") + "&relatedtranid=no+id";
    dismissed(account.get(broken).key);
    check_duplicate(account.get(broken)); // Segpay need not come again
    dismissed(account.get("transtype=gift&purchaseid=1").key);
    account.host.answers(BILLER_REFUSE);
    dismissed(account.get(sign_up("2", "2")).key);
    check_duplicate(account.get(sign_up("2", "2")));
    account.host.answers(BILLER_DONE);
    const std::string settled = account.get(sign_up("3", "3")).key;
    BOOST_TEST((account.biller.dismiss(settled, "ann").cause == Refused::Cause::wrong_state));
    BOOST_TEST((account.biller.dismiss("none", "ann").cause == Refused::Cause::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
