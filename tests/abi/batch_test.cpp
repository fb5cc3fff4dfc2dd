// biller.batch/1 as hosts use it: with the callback for many events, without it, and by a host that
// was built before there was one.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <stdexcept>

namespace {

using abi_tests::files;
using abi_tests::library;
using abi_tests::plugin;
using abi_tests::sign_up;

using Numbers = std::vector<uint32_t>;

// A host by the wrapper: what came with each call, and what it does then.
class BatchHost final : public biller::Host {
public:
    bool is_told_many = true;
    std::function<void()> before_answer = [] {};
    Numbers calls; // 0: of event()

    biller::Answer event(const biller_event&) override {
        calls.push_back(0);
        return biller::Answer::done();
    }
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
    bool takes_many() const override { return is_told_many; }
};

struct Batch {
    BatchHost host;
    biller::Instance instance{
        library(), {.path = files.config, .text = {}, .ledger = ":memory:"}, host};

    Numbers dispositions(uint64_t first, uint64_t count) {
        std::vector<biller::Request> requests;
        for (uint64_t number = first; number < first + count; ++number)
            requests.push_back({.method = "GET",
                                .query = sign_up(number),
                                .body = {},
                                .peer = "127.0.0.1",
                                .headers = {}});
        Numbers dispositions;
        for (const biller::Reply& reply : instance.handle(requests))
            dispositions.push_back(reply.disposition);
        return dispositions;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(batch_test, Batch)

BOOST_AUTO_TEST_CASE(many_are_told_in_one_call_and_each_is_answered) {
    BOOST_TEST(dispositions(1, 4) ==
                   (Numbers{BILLER_DISPOSITION_DELIVERED, BILLER_DISPOSITION_DELIVERED,
                            BILLER_DISPOSITION_DEAD_LETTER, BILLER_DISPOSITION_DELIVERED}),
               boost::test_tools::per_element());
    BOOST_TEST((host.calls == Numbers{4}));
    BOOST_TEST(dispositions(1, 2) == Numbers(2, BILLER_DISPOSITION_DUPLICATE),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_does_not_take_many_is_told_one_by_one) {
    host.is_told_many = false;
    BOOST_TEST(dispositions(1, 3) == Numbers(3, BILLER_DISPOSITION_DELIVERED),
               boost::test_tools::per_element());
    BOOST_TEST((host.calls == Numbers{0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(what_is_thrown_is_a_retry_of_all_with_its_words) {
    host.before_answer = [] { throw std::runtime_error("no database"); };
    BOOST_TEST(dispositions(1, 2) == Numbers(2, BILLER_DISPOSITION_DEFERRED),
               boost::test_tools::per_element());
    std::vector<std::string> messages;
    instance.entries(biller::entry_query(BILLER_STATES_ALL), [&](const biller_entry& entry) {
        messages.push_back(biller::text(entry.message));
        return true;
    });
    BOOST_TEST(messages == std::vector<std::string>(2, "no database"),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(calls_from_inside_are_turned_away) {
    uint32_t status = BILLER_STATUS_OK;
    host.before_answer = [&] {
        try {
            (void)instance.recover();
        } catch (const biller::Error& refusal) {
            status = refusal.status();
        }
    };
    (void)dispositions(1, 1);
    BOOST_TEST(status == uint32_t{BILLER_STATUS_REENTERED});
}

// Its struct ends before the callback, and what comes after it is not read.
BOOST_AUTO_TEST_CASE(an_older_and_shorter_sink_is_told_one_by_one) {
    abi_tests::Account account;
    const std::string query = sign_up(1);
    biller_http_request request{};
    request.struct_size = sizeof request;
    request.method = biller_text("GET");
    request.query = biller::bytes(query);
    request.peer = biller_text("127.0.0.1");
    const biller_http_request* requests = &request;
    uint32_t status = 0;
    biller_batch_sink sink{};
    sink.struct_size = offsetof(biller_batch_sink, events);
    sink.context = &status;
    sink.reply = [](void* context, uint32_t, const biller_http_reply* reply) {
        *static_cast<uint32_t*>(context) = reply->status;
    };
    sink.events = [](void*, biller_delivery* const*, uint32_t) { throw 42; };
    const auto* batch = library().extension<biller_batch>(BILLER_BATCH_EXTENSION);
    BOOST_REQUIRE(batch);
    BOOST_TEST(batch->handle(account.instance(), &requests, 1, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(status == 200u);
    BOOST_TEST(account.host.told().size() == 1u);

    sink.struct_size = offsetof(biller_batch_sink, reply);
    BOOST_TEST(batch->handle(account.instance(), &requests, 1, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    BOOST_TEST(batch->handle(account.instance(), &requests, 1, nullptr, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    sink.struct_size = sizeof sink;
    sink.reply = nullptr;
    BOOST_TEST(batch->handle(account.instance(), &requests, 1, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
}

BOOST_AUTO_TEST_SUITE_END()
