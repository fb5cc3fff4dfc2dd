// biller.pull/1 as hosts use it: from C and by the wrapper.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <stdexcept>

namespace {

using abi_tests::Account;
using abi_tests::files;
using abi_tests::library;
using abi_tests::plugin;
using abi_tests::pull;
using abi_tests::request_of;
using abi_tests::sign_up;

using Numbers = std::vector<uint32_t>;
using Words = std::vector<std::string>;

constexpr uint32_t kOk = BILLER_STATUS_OK;
constexpr int64_t kLeaseMs = 30'000;

// A host without callbacks for events and questions.
struct Puller {
    Account account;
    biller_pulled pulled = abi_tests::pulled_room();

    uint32_t take(const Words& queries) {
        std::vector<biller_http_request> requests;
        for (const std::string& query : queries)
            requests.push_back(request_of(query));
        std::vector<const biller_http_request*> pointers;
        for (const biller_http_request& request : requests)
            pointers.push_back(&request);
        return pull().take(account.instance(), pointers.data(),
                           static_cast<uint32_t>(pointers.size()), &pulled, nullptr);
    }
    uint32_t settle(const std::vector<biller_answer>& answers) {
        std::vector<const biller_answer*> pointers;
        for (const biller_answer& answer : answers)
            pointers.push_back(&answer);
        return pull().settle(account.instance(), pulled.round, pointers.data(),
                             static_cast<uint32_t>(pointers.size()), &pulled, nullptr);
    }
    // All pulled events, with the same answer.
    uint32_t settle(uint32_t answer) {
        std::vector<biller_answer> answers;
        for (size_t i = 0; i < pulled.event_count; ++i)
            answers.push_back(answer_to(pulled.events[i]->token, answer));
        for (size_t i = 0; i < pulled.question_count; ++i)
            answers.push_back(answer_to(pulled.questions[i]->token, answer));
        return settle(answers);
    }
    static biller_answer answer_to(uint64_t token, uint32_t answer, const char* why = nullptr) {
        return {sizeof(biller_answer), answer, token, biller_text(why)};
    }
    Words events() const {
        Words events;
        for (size_t i = 0; i < pulled.event_count; ++i)
            events.push_back(biller::text(pulled.events[i]->event->kind_name) + " " +
                             biller::text(pulled.events[i]->event->purchase_id));
        return events;
    }
    // "0 delivered": the number of the request, and its outcome.
    Words replies() const {
        Words replies;
        for (size_t i = 0; i < pulled.reply_count; ++i)
            replies.push_back(std::to_string(pulled.replies[i]->request) + " " +
                              biller::text(pulled.replies[i]->reply->disposition_name));
        return replies;
    }
};

std::string member(const char* action, int purchase) {
    return std::string("action=") + action + "&purchaseid=" + std::to_string(purchase);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pull_test, Puller)

BOOST_AUTO_TEST_CASE(requests_in_events_out_answers_in_replies_out) {
    BOOST_TEST(take({sign_up(1), "", sign_up(2)}) == kOk);
    BOOST_TEST(pulled.taken == 3u);
    BOOST_TEST((events() == Words{"join 1", "join 2"}));
    BOOST_TEST((replies() == Words{"1 refused"}));
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    BOOST_TEST(events().empty());
    BOOST_TEST((replies() == Words{"0 delivered", "2 delivered"}));
    pull().end(account.instance(), pulled.round);
    BOOST_TEST(account.host.delivered().empty()); // its callback was never needed
    BOOST_TEST(take({sign_up(1)}) == kOk);
    BOOST_TEST((replies() == Words{"0 duplicate"}));
}

BOOST_AUTO_TEST_CASE(dependent_requests_are_left_for_the_next_round) {
    const Words queries = {sign_up(1), sign_up(2), member("Enable", 1), sign_up(3)};
    BOOST_TEST(take(queries) == kOk);
    BOOST_TEST(pulled.taken == 2u);
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    pull().end(account.instance(), pulled.round);
    BOOST_TEST(take({queries[2], queries[3]}) == kOk);
    BOOST_TEST(pulled.taken == 2u);
    BOOST_TEST((events() == Words{"member_enable 1", "join 3"}));
}

BOOST_AUTO_TEST_CASE(each_token_has_its_own_answer) {
    BOOST_TEST(take({sign_up(1), sign_up(2), sign_up(3), sign_up(4)}) == kOk);
    BOOST_REQUIRE(pulled.event_count == 4u);
    std::vector<biller_answer> answers;
    constexpr uint32_t kAnswers[] = {BILLER_RETRY, BILLER_REFUSE, 77, BILLER_DONE};
    for (size_t i = 0; i < 4; ++i)
        answers.push_back(answer_to(pulled.events[i]->token, kAnswers[i], "because"));
    BOOST_TEST(settle(answers) == kOk);
    BOOST_TEST((replies() == Words{"0 deferred", "1 dead_letter", "2 deferred", "3 delivered"}));
    for (const Account::Listed& entry : account.entries())
        BOOST_TEST(entry.message == (entry.state == "settled" ? "" : "because"));
}

BOOST_AUTO_TEST_CASE(an_event_behind_another_comes_with_its_settling) {
    BOOST_TEST(take({sign_up(1)}) == kOk);
    const biller_pulled first = pulled;
    BOOST_TEST(take({member("Enable", 1)}) == kOk); // meanwhile, in another round
    BOOST_TEST(events().empty());
    BOOST_TEST((replies() == Words{"0 deferred"}));
    pulled = first;
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    BOOST_TEST((replies() == Words{"0 delivered"}));
    BOOST_TEST((events() == Words{"member_enable 1"}));
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    BOOST_TEST(replies().empty()); // no request waits for it
    BOOST_TEST(account.recover().pending == 0u);
}

BOOST_AUTO_TEST_CASE(questions_are_pulled_too) {
    BOOST_TEST(take({"action=Probe&username=joe"}) == kOk);
    BOOST_REQUIRE(pulled.question_count == 1u);
    BOOST_TEST(biller::view(pulled.questions[0]->probe->username) == "joe");
    BOOST_TEST(settle(BILLER_NAME_TAKEN) == kOk);
    BOOST_REQUIRE(pulled.reply_count == 1u);
    BOOST_TEST(biller::view(pulled.replies[0]->reply->body) == "*failure*");
    BOOST_TEST(take({"action=Probe&username=ann"}) == kOk);
    BOOST_TEST(settle(BILLER_NAME_FREE) == kOk);
    BOOST_TEST(biller::view(pulled.replies[0]->reply->body) == "*success*");
    BOOST_TEST(take({"action=Probe&username=ann"}) == kOk);
    BOOST_TEST(settle(77) == kOk);
    BOOST_TEST(pulled.replies[0]->reply->status == 503u);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_never_settled_comes_again_under_its_key) {
    BOOST_TEST(take({sign_up(1)}) == kOk);
    const std::string key = biller::text(pulled.events[0]->event->key);
    const uint64_t left = pulled.round;
    BOOST_TEST(pull().due(account.instance(), 10, &pulled, nullptr) == kOk);
    BOOST_TEST(events().empty()); // its lease lasts
    account.host.now_ms += kLeaseMs + 1;
    BOOST_TEST(pull().due(account.instance(), 10, &pulled, nullptr) == kOk);
    BOOST_TEST(events().empty()); // nor is it delivered twice at the same time
    pull().end(account.instance(), left);
    BOOST_TEST(pull().due(account.instance(), 10, &pulled, nullptr) == kOk);
    BOOST_REQUIRE((events() == Words{"join 1"}));
    BOOST_TEST(biller::view(pulled.events[0]->event->key) == key);
    BOOST_TEST(pulled.events[0]->event->redelivery == uint32_t{BILLER_YES});
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    pulled.round = left;
    BOOST_TEST(settle(BILLER_DONE) == uint32_t{BILLER_STATUS_NOT_FOUND});
    BOOST_TEST(take({sign_up(1)}) == kOk);
    BOOST_TEST((replies() == Words{"0 duplicate"}));
}

BOOST_AUTO_TEST_CASE(a_decision_brings_its_events) {
    const std::string kept = account.handle(abi_tests::forged_sign_up(1)).key;
    const std::string held = account.handle(member("Enable", 1)).key;
    biller_decision decision{};
    decision.struct_size = sizeof decision;
    decision.decision = BILLER_DECIDE_RELEASE;
    decision.key = biller::bytes(kept);
    decision.by = biller_text("ann");
    BOOST_TEST(pull().decide(account.instance(), &decision, &pulled, nullptr) == kOk);
    BOOST_TEST((events() == Words{"join 1"}));
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    BOOST_TEST((events() == Words{"member_enable 1"}));
    BOOST_TEST(settle(BILLER_DONE) == kOk);
    BOOST_TEST(pull().decide(account.instance(), &decision, &pulled, nullptr) ==
               uint32_t{BILLER_STATUS_STATE});
}

BOOST_AUTO_TEST_CASE(an_unknown_token_is_an_error) {
    const uint32_t not_found = BILLER_STATUS_NOT_FOUND;
    BOOST_TEST(take({sign_up(1), sign_up(2)}) == kOk);
    const uint64_t one = pulled.events[0]->token, two = pulled.events[1]->token;
    BOOST_TEST(settle({answer_to(one, BILLER_DONE), answer_to(99, BILLER_DONE)}) == not_found);
    BOOST_TEST((replies() == Words{"0 delivered"})); // the others are settled
    BOOST_TEST(settle({answer_to(one, BILLER_DONE)}) == not_found);
    BOOST_TEST(settle({answer_to(two, BILLER_DONE)}) == kOk);
    BOOST_TEST((replies() == Words{"1 delivered"}));
    pull().end(account.instance(), pulled.round);
    pull().end(account.instance(), pulled.round);
    BOOST_TEST(settle({answer_to(two, BILLER_DONE)}) == not_found);
    pull().end(nullptr, 1);
}

// Events that a hook would call back for are deferred, and pulled when they are due.
BOOST_AUTO_TEST_CASE(a_host_without_a_callback_pulls) {
    biller_config config{};
    config.struct_size = sizeof config;
    config.path = biller::bytes(files.config);
    config.ledger = biller_text(":memory:");
    biller_host host = account.host.table();
    host.event = nullptr;
    biller_instance* opened = nullptr;
    BOOST_REQUIRE(plugin().open(&config, &host, &opened, nullptr) == kOk);
    const std::string query = sign_up(1);
    const biller_http_request request = request_of(query);
    uint32_t disposition = 0;
    biller_reply_sink sink{sizeof sink, 0, &disposition,
                           [](void* self, const biller_http_reply* reply) {
                               *static_cast<uint32_t*>(self) = reply->disposition;
                           }};
    BOOST_TEST(plugin().handle(opened, &request, &sink, nullptr) == kOk);
    BOOST_TEST(disposition == uint32_t{BILLER_DISPOSITION_DEFERRED});
    for (int hour = 0; hour < 60; ++hour) { // no attempt is counted, so none is the last
        account.host.now_ms += 3'600'000;
        BOOST_TEST(plugin().recover(opened, 100, nullptr, nullptr) == kOk);
        BOOST_TEST(plugin().handle(opened, &request, &sink, nullptr) == kOk);
        BOOST_TEST(disposition == uint32_t{BILLER_DISPOSITION_DEFERRED});
    }
    BOOST_TEST(pull().due(opened, 10, &pulled, nullptr) == kOk);
    BOOST_TEST((events() == Words{"join 1"}));
    BOOST_TEST(pulled.events[0]->event->attempt == 1u);
    const uint64_t round = pulled.round;
    BOOST_TEST(pull().due(opened, 10, &pulled, nullptr) == kOk);
    BOOST_TEST(pulled.round == 0u); // nothing is due, and there is no round to end
    pulled.round = round;
    plugin().close(opened); // with a round that has not ended
}

BOOST_AUTO_TEST_CASE(arguments_that_are_missing) {
    const uint32_t refused = BILLER_STATUS_ARGUMENT;
    biller_instance* open_one = account.instance();
    const std::string query = sign_up(1);
    const biller_http_request request = request_of(query);
    const biller_http_request* one = &request;
    const biller_http_request* none = nullptr;
    biller_pulled small = abi_tests::pulled_room();
    small.struct_size = offsetof(biller_pulled, reply_count);
    biller_answer unsized{};
    const biller_answer* answer = &unsized;
    const biller_answer* no_answer = nullptr;
    biller_pulled_lines lines{};
    const std::pair<const char*, uint32_t> answers[] = {
        {"take: instance", pull().take(nullptr, &one, 1, &pulled, nullptr)},
        {"take: requests", pull().take(open_one, nullptr, 1, &pulled, nullptr)},
        {"take: one of them", pull().take(open_one, &none, 1, &pulled, nullptr)},
        {"take: none", pull().take(open_one, &one, 0, &pulled, nullptr)},
        {"take: too many", pull().take(open_one, &one, BILLER_PULL_MAX + 1, &pulled, nullptr)},
        {"take: room", pull().take(open_one, &one, 1, nullptr, nullptr)},
        {"take: small room", pull().take(open_one, &one, 1, &small, nullptr)},
        {"due: room", pull().due(open_one, 1, nullptr, nullptr)},
        {"decide: decision", pull().decide(open_one, nullptr, &pulled, nullptr)},
        {"settle: answers", pull().settle(open_one, 1, nullptr, 1, &pulled, nullptr)},
        {"settle: one of them", pull().settle(open_one, 1, &no_answer, 1, &pulled, nullptr)},
        {"settle: its size", pull().settle(open_one, 1, &answer, 1, &pulled, nullptr)},
        {"settle: room", pull().settle(open_one, 1, nullptr, 0, nullptr, nullptr)},
        {"lines: room", pull().lines(open_one, nullptr, nullptr)},
        {"lines: small room", pull().lines(open_one, &lines, nullptr)},
        {"kept: config", pull().kept(nullptr, 0, nullptr, nullptr)},
    };
    for (const auto& [missing, status] : answers)
        BOOST_TEST_CONTEXT(missing) BOOST_TEST(status == refused);
    BOOST_TEST(account.entries().empty());
    BOOST_TEST(pull().take(open_one, &one, 1, &pulled, nullptr) == kOk);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- The wrapper --------------------------------------------------------------------------------

namespace {

// The events of each call, and an action during it.
class CallsHost final : public biller::Host {
public:
    std::function<void()> before_answer = [] {};
    Numbers calls;

    biller::Answer event(const biller_event&) override { return biller::Answer::done(); }
    std::vector<biller::Answer> events(const std::vector<const biller_event*>& events) override {
        calls.push_back(static_cast<uint32_t>(events.size()));
        before_answer();
        std::vector<biller::Answer> answers;
        for (const biller_event* event : events)
            answers.push_back(biller::view(event->purchase_id) == "3"
                                  ? biller::Answer::refuse("not this one")
                                  : biller::Answer::done());
        return answers;
    }
};

struct Wrapped {
    CallsHost host;
    biller::Instance instance{
        library(), {.path = files.config, .text = {}, .ledger = ":memory:"}, host};

    static biller::Request request(const std::string& query) {
        return {.method = "GET", .query = query, .body = {}, .peer = "127.0.0.1", .headers = {}};
    }
    Numbers dispositions(const Words& queries) {
        std::vector<biller::Request> requests;
        for (const std::string& query : queries)
            requests.push_back(request(query));
        Numbers dispositions(queries.size(), 0);
        instance.handle(requests, [&](size_t number, biller::Reply reply) {
            BOOST_TEST(dispositions.at(number) == 0u); // each once
            dispositions[number] = reply.disposition;
        });
        return dispositions;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pull_wrapper_test, Wrapped)

BOOST_AUTO_TEST_CASE(many_are_delivered_in_one_call_and_each_is_answered) {
    BOOST_TEST(dispositions({sign_up(1), sign_up(2), sign_up(3), sign_up(4)}) ==
                   (Numbers{BILLER_DISPOSITION_DELIVERED, BILLER_DISPOSITION_DELIVERED,
                            BILLER_DISPOSITION_DEAD_LETTER, BILLER_DISPOSITION_DELIVERED}),
               boost::test_tools::per_element());
    BOOST_TEST((host.calls == Numbers{4}));
    BOOST_TEST(dispositions({sign_up(1), sign_up(2)}) == Numbers(2, BILLER_DISPOSITION_DUPLICATE),
               boost::test_tools::per_element());
    BOOST_TEST(dispositions({}).empty());
}

BOOST_AUTO_TEST_CASE(dependent_requests_are_delivered_in_order) {
    BOOST_TEST(dispositions({sign_up(1), member("Enable", 1), sign_up(2), member("Disable", 1)}) ==
                   Numbers(4, BILLER_DISPOSITION_DELIVERED),
               boost::test_tools::per_element());
    BOOST_TEST((host.calls == Numbers{1, 2, 1}));
}

BOOST_AUTO_TEST_CASE(an_exception_is_a_retry_of_all_with_its_text) {
    host.before_answer = [] { throw std::runtime_error("no database"); };
    BOOST_TEST(dispositions({sign_up(1), sign_up(2)}) == Numbers(2, BILLER_DISPOSITION_DEFERRED),
               boost::test_tools::per_element());
    Words messages;
    instance.entries(biller::entry_query(BILLER_STATES_ALL), [&](const biller_entry& entry) {
        messages.push_back(biller::text(entry.message));
        return true;
    });
    BOOST_TEST(messages == Words(2, "no database"), boost::test_tools::per_element());
}

// The host is outside of every call of the plugin.
BOOST_AUTO_TEST_CASE(hooks_can_be_called_while_events_are_applied) {
    uint32_t status = BILLER_STATUS_INTERNAL;
    host.before_answer = [&] {
        try {
            (void)instance.recover();
            status = BILLER_STATUS_OK;
        } catch (const biller::Error& refusal) {
            status = refusal.status();
        }
    };
    (void)dispositions({sign_up(1)});
    BOOST_TEST(status == kOk);
}

BOOST_AUTO_TEST_CASE(a_decision_and_due_events) {
    const biller::Reply kept = instance.handle(request(abi_tests::forged_sign_up(1)));
    {
        biller::Round left = instance.take_decision(BILLER_DECIDE_RELEASE, kept.key, "ann");
        BOOST_TEST(left.told().event_count == 1u);
    } // not settled
    BOOST_TEST(instance.due(10).is_told());
    biller::Round round = instance.take({request(sign_up(2))});
    BOOST_TEST(round.taken() == 1u);
    Numbers answered;
    instance.answer(
        round, [&](size_t, const biller::Reply& reply) { answered.push_back(reply.disposition); });
    BOOST_TEST((answered == Numbers{BILLER_DISPOSITION_DELIVERED}));
    BOOST_CHECK_THROW(round.settle({{1, biller::Answer::done()}}), biller::Error);
}

BOOST_AUTO_TEST_SUITE_END()
