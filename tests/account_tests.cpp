// Links of one account, with what its ledger remembers.
#include "account.hpp"

#include "fixtures.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

void deliver(TestAccount& account, std::string_view query) {
    BOOST_TEST(disposition_name(account.get(query).disposition) == "delivered");
}

} // namespace

BOOST_AUTO_TEST_SUITE(account_tests)

BOOST_AUTO_TEST_CASE(links_carry_the_hosts_clock_in_their_seal) {
    TestAccount account;
    LinkRequest request;
    request.option = "101";
    const auto url = [&] {
        MadeLink made;
        const auto error = account.link(request, made);
        return error ? error->message : made.link.url;
    };
    const std::string now = url();
    BOOST_TEST(url() == now);
    account.host.now += kDay;
    BOOST_TEST(url() != now);
    request.option = "none";
    BOOST_TEST(contains(url(), "option"));
}

// The member's purchases are all that the host asks with.
BOOST_AUTO_TEST_CASE(a_link_finds_card_and_trial_in_the_ledger) {
    TestAccount account;
    const auto link_for = [&](LinkKind kind, std::string_view option, std::string_view member,
                              std::string_view purchase = {}) {
        LinkRequest request;
        request.kind = kind;
        request.option = option;
        request.member_id = member;
        request.purchase_id = purchase;
        MadeLink made;
        const auto error = account.link(request, made);
        return error ? error->message : made.link.url;
    };
    const auto one_click = [&](std::string_view member, std::string_view purchase = {}) {
        return link_for(LinkKind::one_click, "102", member, purchase);
    };
    BOOST_TEST(contains(one_click("908172"), "octoken: "));

    deliver(account, sign_up("5001", "9001"));
    account.host.now += kSecond;
    deliver(account, sign_up("5002", "9002"));
    BOOST_TEST(contains(one_click("908172"), "&OCToken=5002")); // the most recent
    BOOST_TEST(contains(one_click("908172", "5001"), "&OCToken=5001"));
    BOOST_TEST(contains(one_click("1"), "octoken: ")); // another member's
    deliver(account,
            "transtype=sale&action=Void&stage=Initial&approved=Yes&price=39.95"
            "&currencycode=USD&purchaseid=5002&transid=9012"
            "&relatedtranid=9002");
    BOOST_TEST(contains(one_click("908172"), "&OCToken=5001")); // the most recent that serves

    deliver(account,
            "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=4.95"
            "&currencycode=USD&eticketid=162209:9689&memberid=77&purchaseid=5003"
            "&transid=9003&transguid=a-guid");
    const auto conversion = [&] { return link_for(LinkKind::instant_conversion, "", "77"); };
    BOOST_TEST(contains(conversion(), "two minutes")); // not yet
    account.host.now += 180 * kSecond;
    BOOST_TEST(contains(conversion(), "InstantConv.aspx?ICToken=a-guid"));
    account.host.now += 10 * kDay;
    BOOST_TEST(contains(conversion(), "12 h"));
}

BOOST_AUTO_TEST_CASE(a_summary_says_whose_and_how) {
    const Account account(example_config());
    BOOST_TEST(contains(account.summary(), " in test mode, "));
    BOOST_TEST(contains(account.summary(),
                        std::to_string(account.config().options.size()) + " join options"));
}

BOOST_AUTO_TEST_SUITE_END()
