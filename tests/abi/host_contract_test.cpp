// A host's actions and their results: odd answers, exceptions, calls from inside a callback, forks,
// threads, refusals and an operator's decisions.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

namespace {

using abi_tests::Account;
using abi_tests::Delivered;
using abi_tests::plugin;
using abi_tests::sign_up;

constexpr int64_t kDayMs = 24 * 3600 * 1000;

uint32_t refuse(const biller_event&, biller_reason* reason) {
    biller::explain(reason, "no such site here");
    return BILLER_REFUSE;
}

uint32_t done(const biller_event&, biller_reason*) { return BILLER_DONE; }

// The example's configuration with HTTP Basic asked for.
std::string config_with_basic() {
    std::ifstream file(abi_tests::files.config);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string place = "    addresses:\n      - 127.0.0.1\n";
    const std::size_t at = text.find(place);
    BOOST_REQUIRE(at != std::string::npos);
    return text.insert(at, "    basic:\n      username: segpay\n      password: canary-basic\n");
}

// Every hook of an instance, called with otherwise valid arguments.
std::map<std::string, uint32_t> call_every_hook(biller_instance* instance) {
    biller_link_request link_request = biller::link_request(BILLER_LINK_JOIN);
    link_request.option = biller_text("101");
    biller_link_sink link_sink{sizeof link_sink, 0, nullptr, [](void*, const biller_link*) {}};
    std::string query = sign_up(999);
    biller_http_request http{};
    http.struct_size = sizeof http;
    http.method = biller_text("GET");
    http.query = biller::bytes(query);
    http.peer = biller_text("127.0.0.1");
    biller_reply_sink reply_sink{sizeof reply_sink, 0, nullptr,
                                 [](void*, const biller_http_reply*) {}};
    biller_entry_query entry_query = biller::entry_query(BILLER_STATES_ALL);
    biller_entry_sink entry_sink{sizeof entry_sink, 0, nullptr,
                                 [](void*, const biller_entry*) { return uint32_t{BILLER_MORE}; }};
    biller_decision decision{sizeof decision,
                             BILLER_DECIDE_DISMISS,
                             biller_text("no-such-key"),
                             biller_text("me"),
                             BILLER_NO,
                             0,
                             {}};
    const biller_plugin& p = plugin();
    return {
        {"link", p.link(instance, &link_request, &link_sink, nullptr)},
        {"handle", p.handle(instance, &http, &reply_sink, nullptr)},
        {"recover", p.recover(instance, 10, nullptr, nullptr)},
        {"entries", p.entries(instance, &entry_query, &entry_sink, nullptr)},
        {"decide", p.decide(instance, &decision, nullptr, nullptr)},
    };
}

} // namespace

BOOST_AUTO_TEST_SUITE(host_contract_test)

BOOST_AUTO_TEST_CASE(an_event_is_delivered_once_however_often_it_is_sent) {
    Account account;
    auto first = account.handle(sign_up(1));
    BOOST_TEST(first.http_status == 200u);
    BOOST_TEST(first.disposition_name == "delivered", first.message);
    auto second = account.handle(sign_up(1));
    BOOST_TEST(second.http_status == 200u);
    BOOST_TEST(second.disposition_name == "duplicate");
    BOOST_REQUIRE(account.host.delivered().size() == 1u);
    Delivered delivered = account.host.delivered()[0];
    BOOST_TEST(delivered.kind == uint32_t{BILLER_EVENT_JOIN});
    BOOST_TEST(delivered.redelivery == uint32_t{BILLER_NO});
    BOOST_TEST(delivered.attempt == 1u);
    BOOST_TEST(delivered.key == first.key);
    BOOST_TEST(delivered.key.size() <= 120u);
}

BOOST_AUTO_TEST_CASE(an_invalid_answer_counts_as_retry_and_loses_nothing) {
    using Answer = std::function<uint32_t(const biller_event&, biller_reason*)>;
    const std::pair<const char*, Answer> misdeeds[] = {
        {"answers 0", [](const auto&, auto*) { return 0u; }},
        {"answers 77", [](const auto&, auto*) { return 77u; }},
        {"answers retry", [](const auto&, auto*) { return uint32_t{BILLER_RETRY}; }},
        {"throws int", [](const auto&, auto*) -> uint32_t { throw 42; }},
        {"throws", [](const auto&, auto*) -> uint32_t { throw std::runtime_error("disk"); }},
    };
    for (const auto& [what, misdeed] : misdeeds) {
        BOOST_TEST_CONTEXT("a host that " << what) {
            Account account;
            account.host.answer = misdeed;
            auto handled = account.handle(sign_up(1));
            BOOST_TEST(handled.status == uint32_t{BILLER_STATUS_OK});
            BOOST_TEST(handled.replies == 1);
            BOOST_TEST(handled.http_status != 200u);
            BOOST_TEST(handled.disposition_name == "deferred", handled.message);
            BOOST_TEST(account.recover().delivered == 0u); // not due yet

            account.host.answer = done;
            account.host.now_ms += kDayMs;
            biller_report report = account.recover();
            BOOST_TEST(report.delivered == 1u);
            BOOST_TEST(report.pending == 0u);
            std::vector<Delivered> delivered = account.host.delivered();
            BOOST_REQUIRE(delivered.size() == 2u);
            BOOST_TEST(delivered[0].redelivery == uint32_t{BILLER_NO});
            BOOST_TEST(delivered[1].redelivery == uint32_t{BILLER_YES});
            BOOST_TEST(delivered[1].attempt == 2u);
            BOOST_TEST(delivered[1].key == delivered[0].key);
            BOOST_TEST(account.handle(sign_up(1)).disposition_name == "duplicate");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refused_event_waits_for_an_operator) {
    Account account;
    account.host.answer = refuse;
    auto handled = account.handle(sign_up(1));
    BOOST_TEST(handled.disposition_name == "dead_letter");
    auto dead = account.entries(BILLER_STATES(BILLER_STATE_DEAD_LETTER));
    BOOST_REQUIRE(dead.size() == 1u);
    BOOST_TEST(dead[0].message.find("no such site here") != std::string::npos, dead[0].message);
    account.host.now_ms += kDayMs;
    BOOST_TEST(account.recover().delivered == 0u);
    BOOST_TEST(account.host.delivered().size() == 1u);

    account.host.answer = done;
    biller_report report{};
    report.struct_size = sizeof report;
    BOOST_TEST(account.decide(BILLER_DECIDE_REDELIVER, dead[0].key, "ann", &report) ==
               uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(report.delivered == 1u);
    std::vector<Delivered> delivered = account.host.delivered();
    BOOST_REQUIRE(delivered.size() == 2u);
    BOOST_TEST(delivered[1].redelivery == uint32_t{BILLER_YES});
    BOOST_TEST(delivered[1].key == delivered[0].key);
    auto settled = account.entries(BILLER_STATES(BILLER_STATE_SETTLED));
    BOOST_REQUIRE(settled.size() == 1u);
    BOOST_TEST(settled[0].decided_by == "ann");
}

BOOST_AUTO_TEST_CASE(decisions_need_an_entry_in_a_state_for_them) {
    Account account;
    auto settled = account.handle(sign_up(1));
    account.host.answer = refuse;
    auto dead = account.handle(sign_up(2));
    const uint32_t wrong_state = BILLER_STATUS_STATE;
    BOOST_TEST(account.decide(BILLER_DECIDE_DISMISS, "no-such-key", "ann") ==
               uint32_t{BILLER_STATUS_NOT_FOUND});
    BOOST_TEST(account.decide(BILLER_DECIDE_REDELIVER, settled.key, "ann") == wrong_state);
    BOOST_TEST(account.decide(BILLER_DECIDE_RELEASE, dead.key, "ann") == wrong_state);
    BOOST_TEST(account.decide(BILLER_DECIDE_DISMISS, dead.key, std::string(65, 'x')) ==
               uint32_t{BILLER_STATUS_ARGUMENT});

    BOOST_TEST(account.decide(BILLER_DECIDE_DISMISS, dead.key, "ann") ==
               uint32_t{BILLER_STATUS_OK});
    auto dismissed = account.entries(BILLER_STATES(BILLER_STATE_DISMISSED));
    BOOST_REQUIRE(dismissed.size() == 1u);
    BOOST_TEST(dismissed[0].decided_by == "ann");
    BOOST_TEST(account.decide(BILLER_DECIDE_REDELIVER, dead.key, "ann") == wrong_state);
    account.host.answer = done;
    BOOST_TEST(account.handle(sign_up(2)).disposition_name == "duplicate");
    BOOST_TEST(account.host.delivered().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_corrected_link_is_logged_once) {
    Account account;
    biller_link_request request = biller::link_request(BILLER_LINK_JOIN);
    request.option = biller_text("101");
    request.country = biller_text("UK");
    std::string url;
    biller_link_sink sink{sizeof sink, 0, &url, [](void* self, const biller_link* link) {
                              *static_cast<std::string*>(self) = biller::text(link->url);
                          }};
    account.host.logged.clear();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(plugin().link(account.instance(), &request, &sink, nullptr) ==
                   uint32_t{BILLER_STATUS_OK});
        BOOST_TEST((url.find("x-billcntry=GB") != std::string::npos), url);
    }
    BOOST_REQUIRE(account.host.logged.size() == 1u);
    BOOST_TEST(account.host.logged[0].find("2 link: country \"UK\"") == 0u, account.host.logged[0]);
}

BOOST_AUTO_TEST_CASE(an_operator_completes_a_released_request) {
    constexpr uint32_t state = BILLER_STATUS_STATE, argument = BILLER_STATUS_ARGUMENT;
    Account account;
    const auto kept = account.handle(abi_tests::sign_up(1) + "&memberid=7");
    BOOST_TEST(kept.disposition_name == "quarantined", kept.message);
    const std::string key = account.entries()[0].key;
    const auto release = [&](const std::string& says) {
        return account.decide(BILLER_DECIDE_RELEASE, key, "ann", nullptr, says);
    };
    for (const std::string says : {"", "memberid=7&purchaseid=2", "nobody=7"})
        BOOST_TEST(release(says) == state, says);
    BOOST_TEST(release("memberid=" + std::string(100'000, '7')) == argument);
    BOOST_TEST(account.decide(BILLER_DECIDE_DISMISS, key, "ann", nullptr, "memberid=7") ==
               argument);
    BOOST_TEST(account.host.delivered().empty());
    BOOST_TEST(release("memberid=7") == uint32_t{BILLER_STATUS_OK});
    BOOST_REQUIRE(account.host.delivered().size() == 1u);
    BOOST_TEST(account.host.delivered()[0].purchase == "1");
}

BOOST_AUTO_TEST_CASE(a_released_request_reaches_the_host) {
    Account account;
    auto kept = account.handle(abi_tests::forged_sign_up(1));
    BOOST_TEST(kept.disposition_name == "quarantined", kept.message);
    BOOST_TEST(account.host.delivered().empty());
    auto listed = account.entries(BILLER_STATES(BILLER_STATE_QUARANTINED));
    BOOST_REQUIRE(listed.size() == 1u);
    BOOST_TEST(listed[0].has_event);
    BOOST_TEST(account.decide(BILLER_DECIDE_RELEASE, listed[0].key, "ann") ==
               uint32_t{BILLER_STATUS_OK});
    BOOST_REQUIRE(account.host.delivered().size() == 1u);
    BOOST_TEST(account.host.delivered()[0].purchase == "1");
    BOOST_TEST(account.entries(BILLER_STATES(BILLER_STATE_QUARANTINED)).empty());
}

BOOST_AUTO_TEST_CASE(a_refused_request_is_answered_and_leaves_nothing) {
    Account account;
    auto handled = account.handle(""); // nothing to keep
    BOOST_TEST(handled.status == uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(handled.replies == 1);
    BOOST_TEST(handled.http_status == 400u);
    BOOST_TEST(handled.disposition_name == "refused");
    BOOST_TEST(account.entries().empty());
}

BOOST_AUTO_TEST_CASE(a_reply_has_all_its_headers) {
    const biller::Pairs always = {{"Content-Type", "text/plain; charset=utf-8"},
                                  {"Cache-Control", "no-store"}};
    const auto with = [&](const char* name, const char* value) {
        biller::Pairs headers = always;
        headers.emplace_back(name, value);
        return headers;
    };
    Account account(":memory:", 0, config_with_basic());
    const biller_pair host = {biller_text("Host"), biller_text("join.example.com")};
    const biller_pair password = {biller_text("Authorization"), // segpay:canary-basic
                                  biller_text("Basic c2VncGF5OmNhbmFyeS1iYXNpYw==")};
    const auto stranger = account.handle(sign_up(1), {host});
    BOOST_TEST(stranger.http_status == 401u);
    BOOST_TEST((stranger.headers ==
                with("WWW-Authenticate", R"(Basic realm="join.example.com", charset="UTF-8")")));
    const auto delivered = account.handle(sign_up(1), {host, password});
    BOOST_TEST(delivered.http_status == 200u);
    BOOST_TEST((delivered.headers == always));
    const auto wrong = account.handle(sign_up(1), {host, password}, "PUT");
    BOOST_TEST(wrong.http_status == 405u);
    BOOST_TEST((wrong.headers == with("Allow", "GET, POST")));
    account.host.answer = [](const auto&, auto*) { return uint32_t{BILLER_RETRY}; };
    const auto deferred = account.handle(sign_up(2), {host, password});
    BOOST_TEST(deferred.http_status == 503u);
    BOOST_TEST((deferred.headers == with("Retry-After", "60")));
}

BOOST_AUTO_TEST_CASE(calls_from_inside_the_event_callback_are_refused) {
    Account account;
    Account other;
    std::map<std::string, uint32_t> inside;
    std::map<std::string, uint32_t> elsewhere;
    account.host.answer = [&](const biller_event&, biller_reason*) {
        inside = call_every_hook(account.instance());
        elsewhere = call_every_hook(other.instance());
        return BILLER_DONE;
    };
    BOOST_TEST(account.handle(sign_up(1)).disposition_name == "delivered");
    BOOST_TEST(inside.size() == 5u);
    for (const auto& [hook, status] : inside)
        BOOST_TEST(status == uint32_t{BILLER_STATUS_REENTERED}, hook << ": status " << status);
    for (const auto& [hook, status] : elsewhere)
        BOOST_TEST(status != uint32_t{BILLER_STATUS_REENTERED}, hook << ": another instance");
    BOOST_TEST(other.host.delivered().size() == 1u);
    account.host.answer = done;
    BOOST_TEST(account.handle(sign_up(2)).disposition_name == "delivered");
}

BOOST_AUTO_TEST_CASE(calls_from_inside_a_sink_are_refused) {
    Account account;
    account.handle(sign_up(1));
    struct Context {
        biller_instance* instance;
        std::map<std::string, uint32_t> inside;
    } context{account.instance(), {}};
    biller_entry_query query = biller::entry_query(BILLER_STATES_ALL);
    biller_entry_sink sink{sizeof sink, 0, &context, [](void* self, const biller_entry*) {
                               auto& c = *static_cast<Context*>(self);
                               c.inside = call_every_hook(c.instance);
                               return uint32_t{BILLER_STOP};
                           }};
    BOOST_TEST(plugin().entries(account.instance(), &query, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_STOPPED});
    BOOST_TEST(context.inside.size() == 5u);
    for (const auto& [hook, status] : context.inside)
        BOOST_TEST(status == uint32_t{BILLER_STATUS_REENTERED}, hook << ": status " << status);
}

BOOST_AUTO_TEST_CASE(a_forked_child_is_refused_and_the_parent_goes_on) {
    Account account;
    account.handle(sign_up(1));
    pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        int strangers = 0;
        for (const auto& [hook, status] : call_every_hook(account.instance()))
            strangers += status != BILLER_STATUS_FORKED;
        _exit(strangers);
    }
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
    BOOST_TEST(account.handle(sign_up(2)).disposition_name == "delivered");
}

// Runs `work` in a child and returns its exit code.
int in_child(const std::function<int()>& work) {
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) _exit(work());
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

BOOST_AUTO_TEST_CASE(a_child_may_open_an_instance_only_if_its_parent_had_none_open) {
    const auto open_one = [] {
        try {
            Account own;
            return own.handle(sign_up(1)).disposition_name == "delivered" ? 0 : 100;
        } catch (const biller::Error& error) {
            return static_cast<int>(error.status());
        }
    };
    {
        Account parents;
        BOOST_TEST(in_child(open_one) == BILLER_STATUS_FORKED);
        Account another; // the parent itself may open more
    }
    BOOST_TEST(in_child(open_one) == BILLER_STATUS_OK);
}

BOOST_AUTO_TEST_CASE(two_instances_on_one_ledger_deliver_an_event_once) {
    std::string name = (std::filesystem::temp_directory_path() / "abi-tests-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()));
    {
        Account first(name + "/ledger.sqlite");
        Account second(name + "/ledger.sqlite");
        BOOST_TEST(first.handle(sign_up(1)).disposition_name == "delivered");
        BOOST_TEST(second.handle(sign_up(1)).disposition_name == "duplicate");
        BOOST_TEST(second.host.delivered().empty());
        BOOST_TEST(second.entries().size() == 1u);
    }
    std::filesystem::remove_all(name);
}

BOOST_AUTO_TEST_CASE(many_threads_deliver_each_event_once) {
    constexpr uint64_t kThreads = 8;
    constexpr uint64_t kEvents = 200;
    Account account;
    auto send = [&account](uint64_t share) {
        for (uint64_t i = 0; i < kEvents; ++i)
            account.handle(sign_up(1 + share * kEvents + i));
    };
    std::vector<std::thread> threads;
    for (uint64_t t = 0; t < kThreads; ++t)
        threads.emplace_back([&send, t] {
            send(t);
            send((t + 1) % kThreads); // sent by another thread, too
        });
    for (std::thread& thread : threads)
        thread.join();
    std::map<std::string, int> deliveries;
    for (const Delivered& delivered : account.host.delivered())
        ++deliveries[delivered.key];
    BOOST_TEST(deliveries.size() == kThreads * kEvents);
    for (const auto& [key, count] : deliveries)
        BOOST_TEST(count == 1, key << " was delivered " << count << " times");
    BOOST_TEST(account.entries(BILLER_STATES(BILLER_STATE_SETTLED)).size() == kThreads * kEvents);
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_host) {
    Account account;
    BOOST_TEST(account.handle(sign_up(1) + "&name=Ann%1B%5B31m%0AAbc%7F").disposition_name ==
               "delivered");
    const auto delivered = account.host.delivered();
    BOOST_REQUIRE(delivered.size() == 1u);
    for (char c : delivered[0].name)
        BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    BOOST_TEST(delivered[0].name.find("Ann") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
