// One account, from request to reply: the results of each answer of the host, and of a failing
// ledger.
#include "inbox/inbox.hpp"

#include "failing_ledger.hpp"
#include "fixtures.hpp"
#include "ledger/fixture.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

using Kinds = std::vector<std::string>;

void check_deferred(const Reply& reply) {
    check_reply(reply, Disposition::deferred, 503, "*failure*");
    BOOST_TEST(reply.retry_after_s > 0u);
    BOOST_TEST(!reply.message.empty());
}

std::string kinds_and_purchases(const TestAccount& account) {
    std::string text;
    for (const HostEvent& event : account.host.events)
        text += event.kind + " " + event["purchase_id"] + ",";
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inbox_tests)

BOOST_AUTO_TEST_CASE(dispositions_have_the_names_of_the_contract) {
    struct Row {
        Disposition disposition;
        std::uint32_t number;
        std::string_view name;
    };
    for (const Row& row :
         {Row{Disposition::delivered, BILLER_DISPOSITION_DELIVERED, "delivered"},
          {Disposition::duplicate, BILLER_DISPOSITION_DUPLICATE, "duplicate"},
          {Disposition::quarantined, BILLER_DISPOSITION_QUARANTINED, "quarantined"},
          {Disposition::conflict, BILLER_DISPOSITION_CONFLICT, "conflict"},
          {Disposition::refused, BILLER_DISPOSITION_REFUSED, "refused"},
          {Disposition::dead_letter, BILLER_DISPOSITION_DEAD_LETTER, "dead_letter"},
          {Disposition::unknown, BILLER_DISPOSITION_UNKNOWN, "unknown"},
          {Disposition::answered, BILLER_DISPOSITION_ANSWERED, "answered"},
          {Disposition::deferred, BILLER_DISPOSITION_DEFERRED, "deferred"},
          {Disposition::unavailable, BILLER_DISPOSITION_UNAVAILABLE, "unavailable"}}) {
        BOOST_TEST(static_cast<std::uint32_t>(row.disposition) == row.number);
        BOOST_TEST(disposition_name(row.disposition) == row.name);
    }
}

// ---- What a request leads to --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(delivered_once_and_then_a_duplicate) {
    TestAccount account;
    const Reply first = account.get(sign_up("1"));
    check_success(first, Disposition::delivered);
    BOOST_TEST(first.message == "");
    const Reply again = account.get(sign_up("1"));
    check_success(again, Disposition::duplicate);
    BOOST_TEST(again.key == first.key);
    BOOST_TEST((account.kinds() == Kinds{"join"}));
    BOOST_TEST((account.state_of(first.key) == EntryState::settled));
    BOOST_TEST(account.host.events[0]["key"] == first.key);
    BOOST_TEST(account.host.events[0]["redelivery"] == "no");
}

BOOST_AUTO_TEST_CASE(get_and_post_and_mixtures_are_one) {
    TestAccount account;
    const std::string whole = sign_up("1");
    const std::size_t half = whole.find("&price");
    check_success(account.post(whole.substr(0, half), whole.substr(half + 1)),
                  Disposition::delivered);
    check_success(account.post("", whole), Disposition::duplicate);
    check_success(account.post(whole, whole), Disposition::duplicate);
    check_success(account.get(whole), Disposition::duplicate);
    check_reply(account.post(whole, "price=1.00"), Disposition::quarantined, 422, "*failure*");
    BOOST_TEST(account.host.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_refused_leaves_no_trace) {
    TestAccount account;
    const auto refused = [&](const HttpRequest& request, unsigned status) {
        const Reply reply = account.inbox.handle(request);
        BOOST_TEST_CONTEXT(reply.message) {
            check_reply(reply, Disposition::refused, status, "*failure*");
            BOOST_TEST(!reply.message.empty());
            BOOST_TEST(reply.key == "");
        }
    };
    const std::string good = sign_up("1");
    refused({"GET", good, "", "203.0.113.9", {}}, 403);
    refused({"GET", good, "", "", {}}, 403);
    refused({"PUT", good, "", "127.0.0.1", {}}, 405);
    refused({"GET", "", "", "127.0.0.1", {}}, 400);
    refused({"GET", "&&&", "", "127.0.0.1", {}}, 400);
    refused({"GET", good + "&price=1.00", "", "203.0.113.9", {}}, 403);
    const std::string too_long = good + "&x=" + std::string(9'000, 'x');
    refused({"GET", too_long, "", "203.0.113.9", {}}, 403);
    refused({"POST", "", good, "203.0.113.9", {{"Content-Encoding", "gzip"}}}, 403);
    const std::string huge(kMaxRequestBytes + 1, 'x');
    refused({"POST", "", huge, "127.0.0.1", {}}, 413);
    BOOST_TEST(account.host.events.empty());
    BOOST_TEST(account.entries().empty());
}

// Neither in an event nor in a kept request.
BOOST_AUTO_TEST_CASE(the_secret_parameter_is_neither_delivered_nor_kept) {
    TestAccount account(example_config_but([](Config& config) {
        config.postbacks.authenticity.secret = SecretParameter{"natskey", Secret("canary-key")};
    }));
    check_reply(account.get(sign_up("1")), Disposition::refused, 403, "*failure*");
    check_success(account.get(sign_up("1", "1", "&NatsKey=canary-key")), Disposition::delivered);
    BOOST_TEST(account.host.events[0].extras.empty());
    (void)account.get(sign_up("2", "2", "&natskey=canary-key&relatedtranid=no+id"));
    for (const Entry& entry : account.entries())
        BOOST_TEST(!contains(entry.request, "canary"));
}

BOOST_AUTO_TEST_CASE(words_and_bodies_are_the_configured_ones) {
    TestAccount account(example_config_but([](Config& config) {
        config.postbacks.success_word = "GOOD";
        config.postbacks.failure_word = "BAD";
    }));
    BOOST_TEST(account.get(sign_up("1")).body == "GOOD");
    BOOST_TEST(account.get("a=1&a=2").body == "BAD");
}

BOOST_AUTO_TEST_CASE(probes_are_answered_by_the_host) {
    TestAccount account;
    const auto ask = [&](uint32_t answer) {
        account.host.probe = [answer](const biller_probe&) { return answer; };
        return account.get("action=Probe&username=joe&email=joe%40example.com");
    };
    check_reply(ask(BILLER_NAME_FREE), Disposition::answered, 200, "*success*");
    check_reply(ask(BILLER_NAME_TAKEN), Disposition::answered, 200, "*failure*");
    check_reply(ask(0), Disposition::answered, 503, "*failure*");
    check_reply(ask(99), Disposition::answered, 503, "*failure*");
    account.host.probe = [](const biller_probe&) -> uint32_t { throw std::runtime_error("x"); };
    check_reply(account.get("action=Probe&username=joe"), Disposition::answered, 503, "*failure*");
    account.host.probe = [](const biller_probe&) { return BILLER_NAME_FREE; };
    check_reply(account.get("action=Probe"), Disposition::answered, 503, "*failure*");
    BOOST_TEST(account.host.events.empty());
    BOOST_TEST(account.entries().empty());
}

// Only Segpay may ask whether a user name exists.
BOOST_AUTO_TEST_CASE(a_stranger_learns_nothing_of_user_names) {
    TestAccount account(example_config_but([](Config& config) {
        config.postbacks.authenticity.basic = BasicCredentials{"segpay", Secret("canary-basic")};
        config.postbacks.authenticity.secret = SecretParameter{"natskey", Secret("canary-key")};
    }));
    int asked = 0;
    uint32_t answer = 0;
    account.host.probe = [&](const biller_probe&) {
        ++asked;
        return answer;
    };
    const std::string question = "action=Probe&username=joe";
    const std::string with_key = question + "&natskey=canary-key";
    constexpr std::string_view kRight = "Basic c2VncGF5OmNhbmFyeS1iYXNpYw=="; // segpay:canary-basic
    const auto ask = [&](std::string_view query, std::string_view peer, std::string_view basic) {
        const Reply reply =
            account.inbox.handle({"GET", query, "", peer, {{"Authorization", basic}}});
        return std::to_string(reply.http_status) + " " + reply.body;
    };
    for (const uint32_t each : {BILLER_NAME_FREE, BILLER_NAME_TAKEN}) {
        answer = each;
        BOOST_TEST(ask(with_key, "203.0.113.9", kRight) == "403 *failure*");
        BOOST_TEST(ask(with_key, "127.0.0.1", "") == "401 *failure*");
        BOOST_TEST(ask(question, "127.0.0.1", kRight) == "403 *failure*");
    }
    BOOST_TEST(asked == 0);
    BOOST_TEST(ask(with_key, "127.0.0.1", kRight) == "200 *failure*"); // taken
    BOOST_TEST(asked == 1);
}

// ---- What the host answers ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_refusal_is_a_dead_letter) {
    TestAccount account;
    account.host.answer = [](const biller_event&, biller_reason* reason) {
        std::string("no such member").copy(reason->text, sizeof reason->text - 1);
        return BILLER_REFUSE;
    };
    const Reply reply = account.get(sign_up("1"));
    check_reply(reply, Disposition::dead_letter, 422, "*failure*");
    BOOST_TEST(reply.message == "no such member");
    BOOST_TEST(account.ledger().entry(reply.key)->message == "no such member");
    check_reply(account.get(sign_up("1")), Disposition::dead_letter, 422, "*failure*");
    BOOST_TEST(account.host.events.size() == 1u); // a repeat is not delivered again
}

BOOST_AUTO_TEST_CASE(retry_nonsense_and_exceptions_come_again) {
    const std::vector<std::function<uint32_t(const biller_event&, biller_reason*)>> answers = {
        [](const biller_event&, biller_reason*) -> uint32_t { return BILLER_RETRY; },
        [](const biller_event&, biller_reason*) -> uint32_t { return 0; },
        [](const biller_event&, biller_reason*) -> uint32_t { return 77; },
        [](const biller_event&, biller_reason*) -> uint32_t { throw std::runtime_error("down"); },
        [](const biller_event&, biller_reason*) -> uint32_t { throw 42; }};
    for (const auto& answer : answers) {
        TestAccount account;
        account.host.answer = answer;
        const Reply first = account.get(sign_up("1"));
        check_deferred(first);
        BOOST_TEST((account.state_of(first.key) == EntryState::pending));
        check_deferred(account.get(sign_up("1"))); // Segpay's repeat is delivered at once
        BOOST_TEST(account.host.events.size() == 2u);
        account.host.answers(BILLER_DONE);
        const Reply last = account.get(sign_up("1"));
        check_success(last, Disposition::delivered);
        BOOST_TEST(last.key == first.key);
        BOOST_TEST(account.host.events[2]["redelivery"] == "yes");
        BOOST_TEST(account.host.events[2]["attempt"] == "3");
        check_success(account.get(sign_up("1")), Disposition::duplicate);
        BOOST_TEST(account.host.events.size() == 3u);
    }
}

BOOST_AUTO_TEST_CASE(what_went_wrong_is_logged) {
    TestAccount account;
    account.host.answers(77);
    (void)account.get(sign_up("1"));
    BOOST_REQUIRE(account.host.log.size() == 1u);
    BOOST_TEST((account.host.log[0].level == LogLevel::warning));
    BOOST_TEST(contains(account.host.log[0].text, "answered 77"));
    account.host.answers(BILLER_DONE);
    (void)account.get(sign_up("1"));
    BOOST_TEST((account.host.log[1].level == LogLevel::info));
    BOOST_TEST(contains(account.host.log[1].text, "join"));
}

BOOST_AUTO_TEST_CASE(recovery_waits_longer_each_time_and_gives_up_in_the_end) {
    TestAccount account(example_config_but([](Config& config) {
        config.ledger.retry_seconds = 10;
        config.ledger.max_attempts = 4;
    }));
    account.host.answers(BILLER_RETRY);
    const std::string key = account.get(sign_up("1")).key;
    for (TimeMs pause : {10 * kSecond, 20 * kSecond, 40 * kSecond}) {
        BOOST_TEST(account.ledger().waiting().next_attempt_at_ms == account.host.now + pause);
        account.host.now += pause - 1;
        BOOST_TEST(account.inbox.recover(10).deferred == 0u); // not yet
        account.host.now += 1;
        const Report report = account.inbox.recover(10);
        BOOST_TEST(report.deferred + report.dead_letters == 1u);
    }
    BOOST_TEST(account.host.events.size() == 4u);
    BOOST_TEST((account.state_of(key) == EntryState::dead_letter));
    BOOST_TEST(contains(account.ledger().entry(key)->message, "given up after 4 attempts"));
    // A warning needs no operator; an error waits for one.
    BOOST_REQUIRE(account.host.log.size() == 4u);
    const struct {
        LogLevel level;
        std::string_view text;
    } lines[] = {{LogLevel::warning, ": deferred, attempt 1 of 4, next in 10 s: "},
                 {LogLevel::warning, ": deferred, attempt 2 of 4, next in 20 s: "},
                 {LogLevel::warning, ": deferred, attempt 3 of 4, next in 40 s: "},
                 {LogLevel::error, ": dead letter: given up after 4 attempts"}};
    for (std::size_t i = 0; i < std::size(lines); ++i) {
        BOOST_TEST((account.host.log[i].level == lines[i].level), account.host.log[i].text);
        BOOST_TEST(contains(account.host.log[i].text, lines[i].text), account.host.log[i].text);
    }
    account.host.now += kDay;
    BOOST_TEST(account.inbox.recover(10).deferred == 0u);
    BOOST_TEST(account.host.events.size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_a_host_dies_of_is_given_up_too) {
    TestAccount account(example_config_but([](Config& config) { config.ledger.max_attempts = 3; }));
    account.host.answers(BILLER_RETRY);
    const std::string key = account.get(sign_up("1")).key;
    for (int death = 0; death < 2; ++death) { // leased, and never settled
        account.host.now += kDay;
        BOOST_TEST(account.ledger().lease_due(account.host.now).has_value());
    }
    account.host.now += kDay;
    BOOST_TEST(account.inbox.recover(10).dead_letters == 1u);
    BOOST_TEST(account.host.events.size() == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::dead_letter));
    BOOST_TEST(contains(account.ledger().entry(key)->message, "without an answer"));
    // An operator may insist.
    account.host.answers(BILLER_DONE);
    Report report;
    account.redeliver(key, "ann", Deliver::here, report);
    BOOST_TEST(report.delivered == 1u);
}

// An operator's decision in another process must reach the host, whatever the attempts before it.
BOOST_AUTO_TEST_CASE(a_decision_left_to_the_host_costs_no_attempt) {
    TestAccount account(example_config_but([](Config& config) { config.ledger.max_attempts = 1; }));
    account.host.answers(BILLER_RETRY);
    const std::string key = account.get(sign_up("1")).key;
    BOOST_TEST((account.state_of(key) == EntryState::dead_letter));
    Report report;
    account.redeliver(key, "ann", Deliver::elsewhere, report);
    BOOST_TEST(account.host.events.size() == 1u);
    BOOST_TEST((account.state_of(key) == EntryState::pending));
    account.host.answers(BILLER_DONE);
    BOOST_TEST(account.inbox.recover(10).delivered == 1u); // due at once
    BOOST_REQUIRE(account.host.events.size() == 2u);
    BOOST_TEST(account.host.events[1]["redelivery"] == "yes");

    const std::string forged =
        account
            .get(sign_up("2", "9002") + "&" + example_config().seal.parameter + "=" +
                 std::string(32, 'a'))
            .key;
    BOOST_TEST((account.state_of(forged) == EntryState::quarantined));
    const Refused refused = account.release(forged, "ann", Deliver::elsewhere, report);
    BOOST_TEST((refused.cause == Refused::Cause::none), refused.message);
    BOOST_TEST(account.host.events.size() == 2u);
    BOOST_TEST(account.inbox.recover(10).delivered == 1u);
    BOOST_REQUIRE(account.host.events.size() == 3u);
    BOOST_TEST(account.host.events[2]["redelivery"] != "yes"); // it is the first delivery
}

BOOST_AUTO_TEST_CASE(a_pause_is_an_hour_at_most) {
    TestAccount account;
    account.host.answers(BILLER_RETRY);
    (void)account.get(sign_up("1"));
    TimeMs longest = 0;
    for (int round = 0; round < 30; ++round) {
        const TimeMs next = account.ledger().waiting().next_attempt_at_ms;
        longest = std::max(longest, next - account.host.now);
        account.host.now = next;
        BOOST_TEST(account.inbox.recover(10).deferred == 1u);
    }
    BOOST_TEST(longest == 3'600 * kSecond);
}

BOOST_AUTO_TEST_CASE(recovery_delivers_what_is_due_up_to_its_limit) {
    TestAccount account;
    account.host.answers(BILLER_RETRY);
    for (const char* purchase : {"1", "2", "3"})
        (void)account.get(sign_up(purchase, purchase));
    account.host.answers(BILLER_DONE);
    account.host.now += kDay;
    BOOST_TEST(account.inbox.recover(2).delivered == 2u);
    BOOST_TEST(account.inbox.recover(2).delivered == 1u);
    BOOST_TEST(account.inbox.recover(2).delivered == 0u);
    BOOST_TEST(account.ledger().waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(events_of_a_purchase_keep_their_order) {
    TestAccount account;
    account.host.answers(BILLER_RETRY);
    const std::string join = account.get(sign_up("1")).key;
    // The cancellation is durable, and waits for the sign-up; another purchase does not.
    account.host.now += 5 * kSecond;
    const Reply cancel = account.get(member_post("Cancel", "1"));
    check_deferred(cancel);
    BOOST_TEST(contains(cancel.message, "an earlier event of the purchase"));
    account.host.answers(BILLER_DONE);
    check_success(account.get(sign_up("2", "9002")), Disposition::delivered);
    BOOST_TEST(kinds_and_purchases(account) == "join 1,join 2,");
    // Settling the sign-up promotes the cancellation.
    check_success(account.get(sign_up("1")), Disposition::delivered);
    BOOST_TEST(kinds_and_purchases(account) == "join 1,join 2,join 1,member_cancel 1,");
    BOOST_TEST((account.state_of(join) == EntryState::settled));
    BOOST_TEST((account.state_of(cancel.key) == EntryState::settled));
    check_success(account.get(member_post("Cancel", "1")), Disposition::duplicate);
}

BOOST_AUTO_TEST_CASE(a_postback_that_comes_when_the_first_is_due_brings_both_through) {
    TestAccount account;
    account.host.answers(BILLER_RETRY);
    (void)account.get(sign_up("1"));
    account.host.answers(BILLER_DONE);
    account.host.now += kDay;
    check_success(account.get(member_post("Disable", "1")), Disposition::delivered);
    BOOST_TEST((account.kinds() == Kinds{"join", "join", "member_disable"}));
}

BOOST_AUTO_TEST_CASE(a_dead_letter_does_not_hold_up_its_purchase) {
    TestAccount account;
    account.host.answers(BILLER_REFUSE);
    (void)account.get(sign_up("1"));
    account.host.answers(BILLER_DONE);
    check_success(account.get(member_post("Cancel", "1")), Disposition::delivered);
}

BOOST_AUTO_TEST_CASE(what_a_callback_is_busy_with_is_not_delivered_twice) {
    // Stands for another process that gets the repeat during a delivery: the callback sends it
    // through a second account on the same ledger file.
    const std::string file = (std::filesystem::temp_directory_path() /
                              ("segpay-biller-" + std::to_string(getpid()) + ".sqlite"))
                                 .string();
    {
        TestAccount one(example_config(), open_sqlite_ledger({file, 30'000, Secret()}));
        TestAccount two(example_config(), open_sqlite_ledger({file, 30'000, Secret()}));
        Reply meanwhile;
        Reply after_the_lease;
        one.host.answer = [&](const biller_event&, biller_reason*) -> uint32_t {
            meanwhile = two.get(sign_up("1"));
            two.host.now += 31 * kSecond;
            after_the_lease = two.get(sign_up("1"));
            return BILLER_DONE;
        };
        const Reply lost = one.get(sign_up("1"));
        check_deferred(meanwhile);
        BOOST_TEST(contains(meanwhile.message, "being delivered right now"));
        check_success(after_the_lease, Disposition::delivered);
        BOOST_TEST(two.host.events.size() == 1u);
        BOOST_TEST(two.host.events[0]["redelivery"] == "yes");
        check_deferred(lost); // the other process has settled it
        check_success(one.get(sign_up("1")), Disposition::duplicate);
    }
    for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(file + suffix);
}

BOOST_AUTO_TEST_CASE(a_callback_that_outlasts_its_lease_is_not_called_again_beside_it) {
    // Stands for a recovery on another thread and a repeat from Segpay during a delivery: the
    // callback does both.
    for (const bool honours_keys : {false, true}) {
        TestAccount account(example_config(), ledger_in_memory(), honours_keys);
        Report meanwhile;
        Reply again;
        account.host.answers(BILLER_RETRY);
        account.get(sign_up("2", "1002"));
        account.host.answer = [&](const biller_event& event, biller_reason*) -> uint32_t {
            if (view(event.purchase_id) != "1") return BILLER_DONE;
            account.host.now += kDay; // the lease is over, or the clock was set forward
            meanwhile = account.inbox.recover(10);
            account.host.now += kDay;
            again = account.get(sign_up("1"));
            return BILLER_DONE;
        };
        check_success(account.get(sign_up("1")), Disposition::delivered);
        BOOST_TEST(meanwhile.deferred == 0u);
        BOOST_TEST(meanwhile.delivered == 1u); // what else is due
        check_deferred(again);
        BOOST_TEST(account.host.events.size() == 3u); // twice the other one
        check_success(account.get(sign_up("1")), Disposition::duplicate);
        BOOST_TEST(account.ledger().waiting().pending == 0u);
    }
}

// ---- A ledger that fails ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_the_ledger_nothing_is_delivered_and_segpay_comes_again) {
    for (const char* step : {"purchase", "claim"}) {
        auto ledger = std::make_unique<FailingLedger>(ledger_in_memory());
        FailingLedger& storage = *ledger;
        TestAccount account(example_config(), std::move(ledger));
        storage.failing = {step};
        const Reply reply = account.get(sign_up("1"));
        check_reply(reply, Disposition::unavailable, 503, "*failure*");
        BOOST_TEST(reply.retry_after_s > 0u);
        BOOST_TEST(contains(reply.message, "the disk is full"));
        BOOST_TEST(account.host.events.empty());
        BOOST_REQUIRE(account.host.log.size() == 1u);
        BOOST_TEST((account.host.log[0].level == LogLevel::error));
        storage.failing.clear();
        check_success(account.get(sign_up("1")), Disposition::delivered);
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_kept_is_not_answered_with_success) {
    auto ledger = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& storage = *ledger;
    TestAccount account(example_config(), std::move(ledger));
    storage.failing = {"keep"};
    for (const char* query : {"transtype=gift&purchaseid=1", "action=Cancel"})
        check_reply(account.get(query), Disposition::unavailable, 503, "*failure*");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_settled_is_delivered_again) {
    auto ledger = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& storage = *ledger;
    TestAccount account(example_config(), std::move(ledger));
    storage.failing = {"settle"};
    const Reply reply = account.get(sign_up("1"));
    check_deferred(reply);
    storage.failing.clear();
    check_deferred(account.get(sign_up("1"))); // the lease is not over
    account.host.now += 31 * kSecond;
    check_success(account.get(sign_up("1")), Disposition::delivered);
    BOOST_REQUIRE(account.host.events.size() == 2u);
    BOOST_TEST(account.host.events[1]["redelivery"] == "yes");
    BOOST_TEST(account.host.events[0]["key"] == account.host.events[1]["key"]);
}

// An event that the host has applied is answered with success, even if a later step fails.
BOOST_AUTO_TEST_CASE(what_was_done_is_reported_as_done) {
    auto ledger = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& storage = *ledger;
    TestAccount account(example_config(), std::move(ledger));
    storage.failing = {"lease_next"};
    check_success(account.get(sign_up("1", "9001")), Disposition::delivered);
    check_success(account.get(sign_up("1", "9001")), Disposition::duplicate);

    storage.failing.clear();
    account.host.answers(BILLER_RETRY);
    check_deferred(account.get(sign_up("2", "9002")));
    account.host.answers(BILLER_DONE);
    storage.failing = {"entry"}; // it is durable, and waits behind the other
    check_deferred(account.get(member_post("Disable", "2")));

    account.host.now += kDay;
    storage.failing = {"purge"};
    BOOST_TEST(account.inbox.recover(10).delivered == 2u);
    BOOST_CHECK_THROW(account.inbox.recover(10), LedgerError); // nothing was delivered

    storage.failing.clear();
    const std::string kept = account.get(sign_up("5", "9005", "&PRICE=1.00")).key;
    storage.failing = {"give_back", "lease_next"};
    Report report;
    const Refused refused = account.release(kept, "ann", Deliver::elsewhere, report, "price=39.95");
    BOOST_TEST((refused.cause == Refused::Cause::none), refused.message);
    BOOST_TEST((account.state_of(kept) == EntryState::released));
}

// ---- Warnings to the operator -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_garbled_template_is_logged_once) {
    TestAccount account;
    const auto warnings = [&] {
        int count = 0;
        for (const LogLine& line : account.host.log)
            if (contains(line.text, "garbled")) ++count;
        return count;
    };
    (void)account.get(sign_up("1", "1"));
    BOOST_TEST(warnings() == 0);
    for (const char* purchase : {"2", "3", "4"}) {
        const Reply reply = account.get(
            "transtype=sale&action=Auth&stage=Initial&approved=Yes&price=39.95"
            "&eticketid=162209:1221&password=s%A4cycode=USD&transid=" +
            std::string(purchase) + "&purchaseid=" + purchase);
        check_success(reply, Disposition::delivered);
        BOOST_TEST(account.host.events.back()["warnings"] == "garbled_template");
        BOOST_TEST(account.host.events.back()["amount"] == "39.95USD");
        BOOST_TEST(account.host.events.back().password == "s");
    }
    BOOST_TEST(warnings() == 1);
}

// Once for all instances that share the ledger.
BOOST_AUTO_TEST_CASE(a_garbled_template_is_logged_once_a_ledger) {
    const test::TemporaryFolder folder;
    std::size_t lines = 0;
    for (const char* purchase : {"1", "2", "3"}) {
        LedgerSettings settings;
        settings.path = folder.file();
        TestAccount account(example_config(), open_for_test(settings));
        check_success(account.get("transtype=sale&action=Auth&stage=Initial&approved=Yes"
                                  "&price=39.95&eticketid=162209:1221&password=s%A4cycode=USD"
                                  "&transid=" +
                                  std::string(purchase) + "&purchaseid=" + purchase),
                      Disposition::delivered);
        for (const LogLine& line : account.host.log)
            lines += contains(line.text, "garbled");
    }
    BOOST_TEST(lines == 1u);
}

BOOST_AUTO_TEST_CASE(postbacks_without_authentication_are_logged_at_the_start) {
    TestAccount open(example_config_but([](Config& config) {
        config.postbacks.authenticity = {};
        config.postbacks.authenticity.is_none = true;
    }));
    BOOST_REQUIRE(open.host.log.size() == 1u);
    BOOST_TEST((open.host.log[0].level == LogLevel::warning));
    BOOST_TEST(TestAccount().host.log.empty());
}

BOOST_AUTO_TEST_SUITE_END()
