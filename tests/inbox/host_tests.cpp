// The host's callbacks behind typed functions: whatever one does, the answer is defined.
#include "inbox/host.hpp"

#include "fixtures.hpp"

#include <cstring>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

Entry entry_of(EventKind kind, std::uint32_t attempts = 1) {
    Entry entry;
    entry.key = "segpay/key";
    entry.attempts = attempts;
    entry.event.emplace();
    entry.event->kind = kind;
    entry.event->username = "joe";
    entry.event->email = "joe@example.com";
    entry.event->site = "8";
    return entry;
}

HostAnswer answer_of(std::function<uint32_t(const biller_event&, biller_reason*)> callback) {
    RecordingHost recorder;
    recorder.answer = std::move(callback);
    return Host(recorder.table()).deliver(entry_of(EventKind::join));
}

void write(biller_reason* reason, const char* text) {
    std::strncpy(reason->text, text, sizeof reason->text - 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(host_tests)

BOOST_AUTO_TEST_CASE(done_retry_and_refuse_are_taken_at_their_word) {
    using Verdict = HostAnswer::Verdict;
    const HostAnswer done = answer_of([](auto&, auto*) { return BILLER_DONE; });
    BOOST_TEST((done.verdict == Verdict::done));
    const HostAnswer retry = answer_of([](auto&, auto* reason) {
        write(reason, "the database is down");
        return BILLER_RETRY;
    });
    BOOST_TEST((retry.verdict == Verdict::retry));
    BOOST_TEST(retry.why == "the database is down");
    const HostAnswer refuse = answer_of([](auto&, auto*) { return BILLER_REFUSE; });
    BOOST_TEST((refuse.verdict == Verdict::refuse));
    BOOST_TEST(refuse.why == "the host refused it");
}

BOOST_AUTO_TEST_CASE(an_undefined_answer_counts_as_a_retry_and_is_named) {
    for (uint32_t value : {0u, 4u, 77u, 200u, 0xffffffffu}) {
        const HostAnswer answer = answer_of([value](auto&, auto*) { return value; });
        BOOST_TEST((answer.verdict == HostAnswer::Verdict::retry));
        BOOST_TEST(contains(answer.why, "answered " + std::to_string(value)));
    }
}

BOOST_AUTO_TEST_CASE(what_is_thrown_counts_as_a_retry) {
    const HostAnswer standard =
        answer_of([](auto&, auto*) -> uint32_t { throw std::runtime_error("no\nconnection"); });
    BOOST_TEST((standard.verdict == HostAnswer::Verdict::retry));
    BOOST_TEST(standard.why == "the host's callback threw: no connection");
    const HostAnswer other = answer_of([](auto&, auto*) -> uint32_t { throw 42; });
    BOOST_TEST((other.verdict == HostAnswer::Verdict::retry));
    BOOST_TEST(other.why == "the host's callback threw");
}

BOOST_AUTO_TEST_CASE(a_reason_without_end_or_with_odd_bytes_is_read_safely) {
    const HostAnswer answer = answer_of([](auto&, auto* reason) {
        std::memset(reason->text, 'x', sizeof reason->text); // no NUL
        reason->text[0] = '\n';
        reason->text[1] = '\xEB';
        return BILLER_RETRY;
    });
    BOOST_TEST(answer.why.starts_with(" \xC3\xABxxx"));
    BOOST_TEST(answer.why.size() == sizeof(biller_reason::text) + 1);
}

BOOST_AUTO_TEST_CASE(the_event_and_its_attempt_reach_the_host) {
    RecordingHost recorder;
    Host host(recorder.table());
    (void)host.deliver(entry_of(EventKind::rebill, 1));
    (void)host.deliver(entry_of(EventKind::rebill, 2));
    BOOST_REQUIRE(recorder.events.size() == 2u);
    BOOST_TEST(recorder.events[0].kind == "rebill");
    BOOST_TEST(recorder.events[0]["key"] == "segpay/key");
    BOOST_TEST(recorder.events[0]["redelivery"] == "no");
    BOOST_TEST(recorder.events[1]["redelivery"] == "yes");
    BOOST_TEST(recorder.events[1]["attempt"] == "2");
}

BOOST_AUTO_TEST_CASE(a_probe_is_free_taken_or_cannot_tell) {
    RecordingHost recorder;
    Host host(recorder.table());
    const Event event = *entry_of(EventKind::unknown).event;
    std::string asked;
    const auto answers = [&](uint32_t value) {
        recorder.probe = [&asked, value](const biller_probe& probe) {
            asked = std::string(view(probe.username)) + " " + std::string(view(probe.email)) + " " +
                    std::string(view(probe.site));
            return value;
        };
        return host.probe(event);
    };
    BOOST_TEST((answers(BILLER_NAME_FREE) == NameAnswer::free));
    BOOST_TEST(asked == "joe joe@example.com 8");
    BOOST_TEST((answers(BILLER_NAME_TAKEN) == NameAnswer::taken));
    for (uint32_t value : {0u, 3u, 0xffffffffu})
        BOOST_TEST((answers(value) == NameAnswer::cannot_tell));
    recorder.probe = [](const biller_probe&) -> uint32_t { throw 42; };
    BOOST_TEST((host.probe(event) == NameAnswer::cannot_tell));

    biller_host table = recorder.table();
    table.probe = nullptr;
    BOOST_TEST((Host(table).probe(event) == NameAnswer::cannot_tell));
}

BOOST_AUTO_TEST_CASE(a_log_line_is_not_worth_a_failure) {
    RecordingHost recorder;
    Host(recorder.table()).log(LogLevel::warning, "a line");
    BOOST_REQUIRE(recorder.log.size() == 1u);
    BOOST_TEST(recorder.log[0].text == "a line");
    BOOST_TEST((recorder.log[0].level == LogLevel::warning));

    biller_host table = recorder.table();
    table.log = nullptr;
    BOOST_CHECK_NO_THROW(Host(table).log(LogLevel::error, "nobody listens"));
    table.log = [](void*, uint32_t, const biller_bytes*) { throw 42; };
    BOOST_CHECK_NO_THROW(Host(table).log(LogLevel::error, "a host that throws"));
}

BOOST_AUTO_TEST_CASE(the_clock_is_the_hosts_or_the_systems) {
    RecordingHost recorder;
    recorder.now = 12345;
    biller_host table = recorder.table();
    BOOST_TEST(Host(table).now() == 12345);
    constexpr TimeMs k2020 = 1'577'836'800'000;
    table.now_ms = nullptr;
    BOOST_TEST(Host(table).now() > k2020);
    table.now_ms = [](void*) -> int64_t { throw 42; };
    BOOST_TEST(Host(table).now() > k2020);
}

BOOST_AUTO_TEST_SUITE_END()
