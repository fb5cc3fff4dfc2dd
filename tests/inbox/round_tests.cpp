// Take and settle, as for a host that pulls events and has no callback.
#include "inbox/round.hpp"

#include "failing_ledger.hpp"
#include "fixtures.hpp"
#include "ledger/fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr HostAnswer::Verdict kDone = HostAnswer::Verdict::done;
constexpr HostAnswer::Verdict kRetry = HostAnswer::Verdict::retry;

struct Rounds {
    TestAccount account;
    std::vector<std::string> queries;

    Round take(std::vector<std::string> all) {
        queries = std::move(all);
        std::vector<HttpRequest> requests;
        for (const std::string& query : queries)
            requests.push_back({"GET", query, "", "127.0.0.1", {}});
        return account.inbox.take(requests);
    }
    bool settle(Round& round, std::vector<std::uint64_t> tokens,
                HostAnswer::Verdict verdict = kDone) {
        std::vector<TokenAnswer> settled;
        for (const std::uint64_t token : tokens)
            settled.push_back({token, {verdict, "said by the host"}});
        return account.inbox.settle(round, settled);
    }
    static std::vector<std::string> out(const Round& round) {
        std::vector<std::string> kinds;
        for (const Delivery& delivery : round.deliveries())
            kinds.push_back(std::string(kind_name(delivery.entry.event->kind)) + " " +
                            delivery.entry.event->purchase_id);
        return kinds;
    }
    static std::vector<std::string> words(const Round& round) {
        std::vector<std::string> words;
        for (const std::optional<Reply>& reply : round.replies())
            words.emplace_back(reply ? disposition_name(reply->disposition) : "-");
        return words;
    }
};

using Words = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(round_tests, Rounds)

BOOST_AUTO_TEST_CASE(an_event_goes_out_and_its_reply_waits_for_the_answer) {
    Round round = take({sign_up("1", "9001")});
    BOOST_TEST(round.taken() == 1u);
    BOOST_TEST((out(round) == Words{"join 1"}));
    BOOST_TEST((words(round) == Words{"-"}));
    BOOST_TEST(!round.is_over());
    BOOST_TEST(account.host.events.empty()); // no callback
    const std::uint64_t token = round.deliveries().front().token;
    BOOST_TEST(settle(round, {token}));
    BOOST_TEST((words(round) == Words{"delivered"}));
    BOOST_TEST(round.is_over());
    BOOST_TEST(round.report().delivered == 1u);
    BOOST_TEST(!settle(round, {token})); // it was settled before
    BOOST_TEST(!settle(round, {77}));
    BOOST_TEST(disposition_name(account.get(sign_up("1", "9001")).disposition) == "duplicate");
}

BOOST_AUTO_TEST_CASE(what_does_not_depend_on_each_other_is_taken_together) {
    Round round =
        take({sign_up("1", "9001"), sign_up("2", "9002"), "action=gift", sign_up("3", "9003")});
    // A request to keep is not taken behind a claim.
    BOOST_TEST(round.taken() == 2u);
    BOOST_TEST((out(round) == Words{"join 1", "join 2"}));
    const std::uint64_t first = round.deliveries().front().token;
    const std::uint64_t second = round.deliveries().back().token;
    BOOST_TEST(settle(round, {second}));
    BOOST_TEST((words(round) == Words{"-", "delivered"}));
    BOOST_TEST(settle(round, {first}, kRetry));
    BOOST_TEST((words(round) == Words{"deferred", "delivered"}));

    Round rest = take({"action=gift", sign_up("3", "9003"), member_post("Disable", "3")});
    BOOST_TEST(rest.taken() == 2u); // the Disable depends on the sign-up
    BOOST_TEST((words(rest) == Words{"unknown", "-"}));
}

BOOST_AUTO_TEST_CASE(a_queued_event_goes_out_when_it_is_promoted) {
    account.host.answers(BILLER_RETRY);
    (void)account.get(sign_up("1", "9001"));
    account.host.now += kDay;
    Round round = take({member_post("Disable", "1")});
    BOOST_TEST((out(round) == Words{"join 1"})); // it comes first
    BOOST_TEST((words(round) == Words{"-"}));
    BOOST_TEST(settle(round, {round.deliveries().front().token}));
    BOOST_TEST((out(round) == Words{"member_disable 1"}));
    BOOST_TEST((words(round) == Words{"-"}));
    BOOST_TEST(settle(round, {round.deliveries().front().token}));
    BOOST_TEST((words(round) == Words{"delivered"}));
    BOOST_TEST(round.report().delivered == 2u);

    account.host.now += kDay;
    (void)account.get(sign_up("2", "9002"));
    account.host.now += kDay;
    Round refused = take({member_post("Disable", "2")});
    BOOST_TEST(settle(refused, {refused.deliveries().front().token}, kRetry));
    BOOST_TEST((words(refused) == Words{"deferred"})); // not promoted
    BOOST_TEST(refused.is_over());
}

BOOST_AUTO_TEST_CASE(a_token_that_is_never_settled_is_a_lease_that_ends) {
    {
        const Round left = take({sign_up("1", "9001")});
        BOOST_TEST(!left.is_over());
    }
    Round soon = take({sign_up("1", "9001")});
    BOOST_TEST((words(soon) == Words{"deferred"})); // the lease is not over
    BOOST_TEST(account.inbox.lease_due(10).is_over());
    account.host.now += 31 * kSecond;
    Round due = account.inbox.lease_due(10);
    BOOST_REQUIRE((out(due) == Words{"join 1"}));
    BOOST_TEST(due.deliveries().front().entry.attempts == 2u);
    Round again = take({sign_up("1", "9001")});
    BOOST_TEST((words(again) == Words{"deferred"}));
    BOOST_TEST(settle(due, {due.deliveries().front().token}));
    BOOST_TEST(disposition_name(account.get(sign_up("1", "9001")).disposition) == "duplicate");
}

// Another process has settled the event meanwhile.
BOOST_AUTO_TEST_CASE(an_answer_after_the_lease_changes_nothing) {
    Round late = take({sign_up("1", "9001")});
    account.host.now += 31 * kSecond;
    const std::optional<Entry> neighbours = account.ledger().lease_next("1", account.host.now);
    BOOST_REQUIRE(neighbours.has_value());
    BOOST_TEST(account.ledger().settle(*neighbours, {}, account.host.now));
    BOOST_TEST(settle(late, {late.deliveries().front().token}, kRetry));
    BOOST_TEST((words(late) == Words{"deferred"}));
    BOOST_TEST((account.state_of("segpay/t9001/sale-auth-initial-yes") == EntryState::settled));
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_and_answered) {
    const std::pair<NameAnswer, std::string> answers[] = {{NameAnswer::free, "*success*"},
                                                          {NameAnswer::taken, "*failure*"},
                                                          {NameAnswer::cannot_tell, "*failure*"}};
    for (const auto& [name, body] : answers) {
        Round round = take({"action=Probe&username=joe"});
        BOOST_REQUIRE(round.questions().size() == 1u);
        BOOST_TEST(round.questions().front().event.username == "joe");
        BOOST_TEST(account.inbox.settle_question(round, round.questions().front().token, name));
        BOOST_REQUIRE(round.is_over());
        BOOST_TEST(round.replies()[0]->body == body);
        BOOST_TEST((round.replies()[0]->http_status == 200) == (name != NameAnswer::cannot_tell));
        BOOST_TEST(!account.inbox.settle_question(round, 1, name));
    }
    Round nameless = take({"action=Probe"});
    BOOST_TEST(nameless.is_over());
    BOOST_TEST(nameless.replies()[0]->http_status == 503u);
}

// The answer is noted in the ledger before the reply is available.
BOOST_AUTO_TEST_CASE(what_was_answered_with_success_is_not_awaited) {
    (void)account.get(sign_up("1", "9001"));
    Round round = take({member_post("Disable", "1")});
    BOOST_TEST(account.ledger().purchase("1")->outstanding.size() == 1u);
    BOOST_TEST(settle(round, {round.deliveries().front().token}));
    BOOST_TEST(account.ledger().purchase("1")->outstanding.empty());

    Round failed = take({member_post("Enable", "1")});
    BOOST_TEST(settle(failed, {failed.deliveries().front().token}, kRetry));
    BOOST_TEST(account.ledger().purchase("1")->outstanding.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_decision_goes_out_in_a_round) {
    const std::string key = account.get(sign_up("1", "9001", "&PRICE=1.00")).key;
    Round round(account.host.now);
    const Refused refused = account.inbox.release(key, "ann", Deliver::here, round, "price=39.95");
    BOOST_TEST((refused.cause == Refused::Cause::none), refused.message);
    BOOST_TEST((out(round) == Words{"join 1"}));
    BOOST_TEST(account.host.events.empty());
    BOOST_TEST(settle(round, {round.deliveries().front().token}));
    BOOST_TEST(round.report().delivered == 1u);
    BOOST_TEST(round.is_over());
}

// ---- Together as alone --------------------------------------------------------------------------

namespace {

// Any postback about a few purchases, among them ones that are kept, held, found by user name, or
// repeated.
std::string any_query(std::mt19937& dice) {
    const auto any = [&](unsigned many) { return dice() % many; };
    const std::string number = std::to_string(1 + any(3));
    const std::string user = any(2) ? "&username=u" + number : "";
    const std::string purchase = any(4) ? "&purchaseid=" + number : "&username=u" + number;
    const std::string money = "&price=39.95&currencycode=USD";
    switch (any(10)) {
        case 0:
            return sign_up(number, "1" + number, user);
        case 1:
            return sign_up(number, "1" + number, "&natsseal=no" + user);
        case 2:
            return "action=Enable" + purchase + user;
        case 3:
            return "action=Disable" + purchase;
        case 4:
            return "action=Cancel" + purchase;
        case 5:
            return "transtype=sale&action=Auth&stage=Rebill&approved=Yes&purchaseid=" + number +
                   "&transid=2" + number + money;
        case 6:
            return "transtype=credit&action=Auth&stage=Initial&approved=Yes&purchaseid=" + number +
                   "&transid=3" + number + "&relatedtranid=1" + number + money;
        case 7:
            return "action=Probe&username=u" + number;
        case 8:
            return "transtype=sale&action=Auth&stage=Initial&approved=No&eticketid=162209:1221" +
                   money;
        default:
            return "nonsense=1&purchaseid=" + number;
    }
}

// The disposition of each query, then the events of each purchase, in order.
std::vector<std::string> lead_to(const std::vector<std::string>& queries, std::size_t at_once) {
    const test::TemporaryFolder folder;
    Config config = example_config();
    config.seal.mode = Seal::Mode::check;
    config.seal.keys = {HmacKey("a key of the tests, long enough")};
    TestAccount account(config, open_for_test({folder.file(), 30'000, {}}));
    account.host.probe = [](const biller_probe&) { return BILLER_NAME_FREE; };
    std::vector<std::string> became;
    for (std::size_t first = 0; first < queries.size(); first += at_once) {
        std::vector<HttpRequest> requests;
        for (std::size_t i = first; i < std::min(first + at_once, queries.size()); ++i)
            requests.push_back({"GET", queries[i], "", "127.0.0.1", {}});
        account.handle_all(
            requests,
            [&](std::size_t, const Reply& reply) {
                became.emplace_back(disposition_name(reply.disposition));
            },
            true);
    }
    std::map<std::string, std::string> delivered;
    for (const HostEvent& event : account.host.events)
        delivered[event["purchase_id"]] += " " + event.kind + " of " + event["member_id"] + "/" +
                                           event["username"] + " " + event["key"];
    for (const auto& [purchase, events] : delivered)
        became.push_back(purchase + ":" + events);
    return became;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_round_leads_to_what_each_alone_would_lead_to) {
    std::mt19937 dice(20'261'130);
    for (int run = 0; run < 150; ++run) {
        std::vector<std::string> sent;
        for (std::size_t size = 3 + dice() % 8; sent.size() < size;)
            sent.push_back(any_query(dice));
        BOOST_TEST_CONTEXT(run) {
            BOOST_TEST(lead_to(sent, sent.size()) == lead_to(sent, 1),
                       boost::test_tools::per_element());
        }
    }
}

// The kept sale is seen by the request behind it in the same batch.
BOOST_AUTO_TEST_CASE(an_enable_waits_with_the_sale_that_came_with_it) {
    const std::vector<std::string> sent = {sign_up("1", "11", "&natsseal=no"),
                                           member_post("Enable", "1")};
    BOOST_TEST((lead_to(sent, 2) == std::vector<std::string>{"quarantined", "quarantined"}));
}

BOOST_AUTO_TEST_SUITE_END()
