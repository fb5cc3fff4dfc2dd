// Several requests in one round: one commit, and all else as if each had come alone. sequence_tests
// shows that stories end the same way.
#include "failing_ledger.hpp"
#include "fixtures.hpp"

#include <cstring>
#include <set>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

// Counts the claims of each commit.
class CountingLedger final : public ForwardingLedger {
public:
    using ForwardingLedger::ForwardingLedger;
    std::vector<std::size_t> claims; // per commit
    std::function<void()> after_claim = [] {};

    std::vector<Claim> claim_all(std::span<const Arrival> arrivals, TimeMs now) override {
        claims.push_back(arrivals.size());
        std::vector<Claim> made = ForwardingLedger::claim_all(arrivals, now);
        after_claim();
        return made;
    }
    Claim claim(const Event& event, const Identity& identity, TimeMs now) override {
        claims.push_back(1);
        return ForwardingLedger::claim(event, identity, now);
    }
};

struct Batches {
    CountingLedger* ledger = new CountingLedger(ledger_in_memory());
    TestAccount account{example_config(), std::unique_ptr<Ledger>(ledger)};

    std::vector<std::string> send(const std::vector<std::string>& queries, bool at_once = false) {
        return send(account, queries, at_once);
    }
    std::vector<std::string> send_in_bulk(const std::vector<std::string>& queries) {
        return send(queries, true);
    }
    static std::vector<std::string> send(TestAccount& account,
                                         const std::vector<std::string>& queries, bool at_once) {
        std::vector<HttpRequest> requests;
        for (const std::string& query : queries)
            requests.push_back({"GET", query, "", "127.0.0.1", {}});
        std::vector<std::string> said;
        const auto on_reply = [&](std::size_t number, const Reply& reply) {
            BOOST_TEST(number == said.size());
            said.emplace_back(disposition_name(reply.disposition));
        };
        account.handle_all(requests, on_reply, at_once);
        return said;
    }
};

using Words = std::vector<std::string>;
using Sizes = std::vector<std::size_t>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(batch_tests, Batches)

BOOST_AUTO_TEST_CASE(what_does_not_depend_on_each_other_is_claimed_at_once) {
    Words queries;
    for (int i = 0; i < 50; ++i)
        queries.push_back(sign_up(std::to_string(100 + i), std::to_string(9000 + i)));
    BOOST_TEST(send(queries) == Words(50, "delivered"), boost::test_tools::per_element());
    BOOST_TEST((ledger->claims == Sizes{50}));
    BOOST_TEST(account.host.events.size() == 50u);
    BOOST_TEST(account.host.events[49]["purchase_id"] == "149");
    BOOST_TEST(send(queries) == Words(50, "duplicate"), boost::test_tools::per_element());
    BOOST_TEST(account.host.events.size() == 50u);
}

BOOST_AUTO_TEST_CASE(nothing_is_nothing) {
    BOOST_TEST(send({}).empty());
    BOOST_TEST(ledger->claims.empty());
}

BOOST_AUTO_TEST_CASE(one_purchase_keeps_its_order_and_what_it_taught) {
    BOOST_TEST(
        send({sign_up("1", "11"), sign_up("2", "21"), member_post("enable", "1"),
              member_post("disable", "1"), member_post("enable", "1")}) == Words(5, "delivered"),
        boost::test_tools::per_element());
    BOOST_TEST(account.kinds() ==
                   (Words{"join", "join", "member_enable", "member_disable", "member_enable"}),
               boost::test_tools::per_element());
    BOOST_TEST(account.host.events[2]["member_id"] == "908172"); // learned from the sale before it
    BOOST_TEST((ledger->claims == Sizes{2, 1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(a_repeat_in_the_same_batch_is_a_duplicate) {
    BOOST_TEST(send({sign_up("1", "11"), sign_up("1", "11"), sign_up("2", "11")}) ==
                   (Words{"delivered", "duplicate", "conflict"}),
               boost::test_tools::per_element());
    BOOST_TEST(account.host.events.size() == 1u);
}

// A postback without a purchase id may be about any earlier one, and a later one about the same.
BOOST_AUTO_TEST_CASE(a_purchase_is_found_by_its_user_name_in_the_same_batch) {
    const std::string disable = "action=Disable&username=joe";
    const Words queries = {
        "action=Enable&username=joe",
        sign_up("1", "11", "&username=joe"),
        "action=Enable&username=joe",
        sign_up("2", "21", "&username=ann"),
        member_post("cancel", "1"),
        disable,
        sign_up("3", "31"),
        member_post("reactivation", "1"),
        disable,
        sign_up("4", "41", "&username=joe"),
        disable,
    };
    const Words expected = {"quarantined", "delivered", "delivered",  "delivered",
                            "delivered",   "delivered", "delivered",  "delivered",
                            "delivered",   "delivered", "quarantined"};
    BOOST_TEST(send(queries) == expected, boost::test_tools::per_element());
    BOOST_TEST(account.kinds() ==
                   (Words{"join", "member_enable", "join", "member_cancel", "member_disable",
                          "join", "reactivation", "member_disable", "join"}),
               boost::test_tools::per_element());
    for (const std::size_t about_joe : {1, 3, 4, 6, 7})
        BOOST_TEST(account.host.events[about_joe]["purchase_id"] == "1");
    // The Enable that came too early was released when it was repeated.
    std::size_t quarantined = 0;
    for (const Entry& entry : account.entries())
        if (entry.state == EntryState::quarantined) ++quarantined;
    BOOST_TEST(quarantined == 1u);
    // A kept request is claimed alone, and later requests about its purchase wait for it.
    BOOST_TEST((ledger->claims == Sizes{1, 1, 1, 2, 1, 2}));
}

BOOST_AUTO_TEST_CASE(money_back_knows_the_sale_of_the_same_batch) {
    const std::string refund =
        "transtype=credit&action=Auth&stage=Initial&approved=Yes&price=-39.95&currencycode=USD"
        "&purchaseid=1&transid=12&relatedtranid=11";
    BOOST_TEST(send({sign_up("1", "11"), refund}) == Words(2, "delivered"),
               boost::test_tools::per_element());
    BOOST_TEST(account.host.events[1]["member_id"] == "908172");
}

BOOST_AUTO_TEST_CASE(a_question_sees_what_came_before_it) {
    std::set<std::string> taken;
    account.host.answer = [&](const biller_event& event, biller_reason*) {
        taken.emplace(view(event.username));
        return BILLER_DONE;
    };
    account.host.probe = [&](const biller_probe& probe) {
        return taken.contains(std::string(view(probe.username))) ? BILLER_NAME_TAKEN
                                                                 : BILLER_NAME_FREE;
    };
    const std::string probe = "action=Probe&username=";
    std::vector<std::string> bodies;
    const std::string join = sign_up("1", "11", "&username=joe");
    const std::vector<std::string> queries = {probe + "joe", join, probe + "joe", probe + "ann"};
    std::vector<HttpRequest> requests;
    for (const std::string& query : queries)
        requests.push_back({"GET", query, "", "127.0.0.1", {}});
    account.handle_all(requests,
                       [&](std::size_t, const Reply& reply) { bodies.push_back(reply.body); });
    BOOST_TEST(bodies == (Words{"*success*", "*success*", "*failure*", "*success*"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_bad_request_spoils_nothing) {
    BOOST_TEST(send({sign_up("1", "11"), "", sign_up("2", "21"), cheaper("3", "31")}) ==
                   (Words{"delivered", "refused", "delivered", "quarantined"}),
               boost::test_tools::per_element());
    BOOST_TEST((ledger->claims == Sizes{2}));
}

BOOST_AUTO_TEST_CASE(each_event_gets_the_answer_of_the_host) {
    account.host.answer = [](const biller_event& event, biller_reason*) -> std::uint32_t {
        const std::string_view purchase = view(event.purchase_id);
        return purchase == "1" ? BILLER_RETRY : purchase == "2" ? BILLER_REFUSE : BILLER_DONE;
    };
    BOOST_TEST(send({sign_up("1", "11"), sign_up("2", "21"), sign_up("3", "31"),
                     member_post("enable", "1")}) ==
                   (Words{"deferred", "dead_letter", "delivered", "deferred"}),
               boost::test_tools::per_element());
}

// A slow host: an event whose lease is over is not delivered, because another process may be
// delivering it already.
BOOST_AUTO_TEST_CASE(nothing_is_begun_after_its_lease) {
    account.host.answer = [&](const biller_event&, biller_reason*) {
        account.host.now += 20'000; // the lease is of 30 s
        return BILLER_DONE;
    };
    BOOST_TEST(send({sign_up("1", "11"), sign_up("2", "21"), sign_up("3", "31")}) ==
                   (Words{"delivered", "delivered", "deferred"}),
               boost::test_tools::per_element());
    BOOST_TEST(account.host.events.size() == 2u);
    BOOST_TEST(account.inbox.recover(10).delivered == 1u);
    BOOST_TEST(account.host.events.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_ledger_that_fails_answers_for_all) {
    auto owned = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& failing = *owned;
    TestAccount other(example_config(), std::move(owned));
    failing.failing = {"claim_all"};
    const std::string one = sign_up("1", "11"), two = sign_up("2", "21");
    const std::vector<HttpRequest> requests = {{"GET", one, "", "127.0.0.1", {}},
                                               {"GET", two, "", "127.0.0.1", {}}};
    std::vector<unsigned> statuses;
    const auto on_reply = [&](std::size_t, const Reply& reply) {
        statuses.push_back(reply.http_status);
    };
    other.handle_all(requests, on_reply);
    failing.failing = {"settle"};
    other.handle_all(requests, on_reply);
    failing.failing.clear();
    BOOST_TEST(statuses == (std::vector<unsigned>{503, 503, 503, 503}),
               boost::test_tools::per_element());
    BOOST_TEST(other.host.events.size() == 2u);
}

// ---- Delivered in one call ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_host_gets_a_run_of_events_in_one_call) {
    BOOST_TEST(
        send_in_bulk({sign_up("1", "11"), sign_up("2", "21"), "", cheaper("3", "31"),
                      sign_up("1", "11"), sign_up("4", "41")}) ==
            (Words{"delivered", "delivered", "refused", "quarantined", "duplicate", "delivered"}),
        boost::test_tools::per_element());
    BOOST_TEST((account.host.bulks == Sizes{2, 1}));
    BOOST_TEST((ledger->claims == Sizes{2, 2}));
    BOOST_TEST(account.host.events.size() == 3u);
    BOOST_TEST(account.inbox.recover(10).delivered == 0u);
}

BOOST_AUTO_TEST_CASE(a_round_without_deliveries_makes_no_call) {
    BOOST_TEST(send_in_bulk({sign_up("1", "11")}) == Words{"delivered"});
    BOOST_TEST(send_in_bulk({sign_up("1", "11")}) == Words{"duplicate"});
    BOOST_TEST(send_in_bulk({}).empty());
    BOOST_TEST((account.host.bulks == Sizes{1}));
}

BOOST_AUTO_TEST_CASE(each_of_one_call_is_settled_as_it_was_answered) {
    account.host.answer = [](const biller_event& event, biller_reason* reason) -> std::uint32_t {
        const std::string_view purchase = view(event.purchase_id);
        std::strcpy(reason->text, "because");
        return purchase == "1"   ? BILLER_RETRY
               : purchase == "2" ? BILLER_REFUSE
               : purchase == "3" ? 77u
                                 : BILLER_DONE;
    };
    BOOST_TEST(send_in_bulk({sign_up("1", "11"), sign_up("2", "21"), sign_up("3", "31"),
                             sign_up("4", "41")}) ==
                   (Words{"deferred", "dead_letter", "deferred", "delivered"}),
               boost::test_tools::per_element());
    const std::vector<Entry> entries = account.entries();
    BOOST_REQUIRE(entries.size() == 4u);
    constexpr EntryState kStates[] = {EntryState::pending, EntryState::dead_letter,
                                      EntryState::pending, EntryState::settled};
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST((entries[i].state == kStates[i]));
        BOOST_TEST(entries[i].message == (i == 3 ? "" : "because"));
    }
    account.host.answers(BILLER_DONE);
    account.host.now += 3'600 * kSecond;
    BOOST_TEST(account.inbox.recover(10).delivered == 2u);
}

// Whatever answers the host had set before it threw.
BOOST_AUTO_TEST_CASE(what_a_call_throws_is_a_retry_of_all) {
    account.host.after_bulk = [] { throw std::runtime_error("no database"); };
    BOOST_TEST(send_in_bulk({sign_up("1", "11"), sign_up("2", "21")}) == Words(2, "deferred"),
               boost::test_tools::per_element());
    for (const Entry& entry : account.entries()) {
        BOOST_TEST((entry.state == EntryState::pending));
        BOOST_TEST(entry.message == "no database");
    }
    account.host.after_bulk = [] {};
    account.host.now += 3'600 * kSecond;
    BOOST_TEST(account.inbox.recover(10).delivered == 2u);
}

// An answer after the lease is lost only for an event that was leased again; it comes again.
BOOST_AUTO_TEST_CASE(a_call_that_outlasts_the_lease_settles_what_was_not_leased_again) {
    account.host.after_bulk = [&] {
        account.host.now += 31'000;
        BOOST_TEST(account.ledger().lease_next("1", account.host.now).has_value()); // a neighbour's
    };
    BOOST_TEST(
        send_in_bulk({sign_up("1", "11"), sign_up("2", "21")}) == (Words{"deferred", "delivered"}),
        boost::test_tools::per_element());
    account.host.now += 31'000;
    BOOST_TEST(account.inbox.recover(10).delivered == 1u);
}

BOOST_AUTO_TEST_CASE(all_of_a_round_are_in_flight_until_they_are_settled) {
    account.host.after_bulk = [&] {
        account.host.now += 31'000;
        const Report report = account.inbox.recover(10); // another thread's
        BOOST_TEST(report.delivered + report.deferred == 0u);
        BOOST_TEST(send_in_bulk({sign_up("2", "21")}) == Words{"deferred"}); // Segpay's
    };
    BOOST_TEST(send_in_bulk({sign_up("1", "11"), sign_up("2", "21")}) == Words(2, "delivered"),
               boost::test_tools::per_element());
    BOOST_TEST(account.host.events.size() == 2u);
}

// An event that has used up its attempts is not delivered again, though others of the round are.
BOOST_AUTO_TEST_CASE(an_exhausted_event_is_not_delivered_with_the_others) {
    const std::string exhausted = sign_up("1", "11");
    const HttpRequest request = {"GET", exhausted, "", "127.0.0.1", {}};
    BOOST_TEST(account.inbox.take({&request, 1}).deliveries().size() == 1u); // never settled
    const std::uint32_t allowed = example_config().ledger.max_attempts;
    for (std::uint32_t attempt = 1; attempt < allowed; ++attempt) {
        account.host.now += 3'600 * kSecond; // leased, and never settled
        BOOST_TEST(account.ledger().lease_next("1", account.host.now).has_value());
    }
    account.host.now += 3'600 * kSecond;
    BOOST_TEST(send_in_bulk({exhausted, sign_up("2", "21")}) == (Words{"dead_letter", "delivered"}),
               boost::test_tools::per_element());
    BOOST_TEST((account.host.bulks == Sizes{1}));
    BOOST_TEST(account.host.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_settlement_that_fails_spoils_no_other) {
    auto owned = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& failing = *owned;
    TestAccount other(example_config(), std::move(owned));
    other.host.after_bulk = [&] { failing.failing = {"settle"}; };
    BOOST_TEST(send(other, {sign_up("1", "11"), sign_up("2", "21")}, true) == Words(2, "deferred"),
               boost::test_tools::per_element());
    failing.failing.clear();
    other.host.after_bulk = [] {};
    other.host.now += 31'000;
    BOOST_TEST(other.inbox.recover(10).delivered == 2u); // again: the host honours no keys
    BOOST_TEST(other.host.events.size() == 4u);
}

// An event that queued behind one of the call during the call.
BOOST_AUTO_TEST_CASE(what_queued_behind_one_of_a_call_follows_it) {
    account.host.after_bulk = [&] {
        BOOST_TEST(send({member_post("enable", "1")}) == Words{"deferred"}); // another thread's
    };
    BOOST_TEST(send_in_bulk({sign_up("1", "11"), sign_up("2", "21")}) == Words(2, "delivered"),
               boost::test_tools::per_element());
    BOOST_TEST(account.kinds() == (Words{"join", "join", "member_enable"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
