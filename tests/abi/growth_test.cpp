// Growth: hosts of the first version, and hosts of a later version than this one. A struct of a
// later host has further fields, which the plugin must not read.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstring>

using namespace abi_tests;

namespace {

constexpr uint32_t ok = BILLER_STATUS_OK;

template <class Struct>
struct Future {
    Struct known{};
    unsigned char later[64];

    Future() {
        std::memset(later, 0xEE, sizeof later);
        known.struct_size = sizeof *this;
    }
    bool is_untouched() const {
        for (const unsigned char byte : later)
            if (byte != 0xEE) return false;
        return true;
    }
};

// All hooks with structs of one age.
template <template <class> class Aged>
void every_hook_works() {
    Aged<biller_reason> reason;
    const biller_plugin* const table = &plugin();
    int called = 0;
    Aged<biller_config> config;
    config.known.path = biller::bytes(files.config);
    config.known.ledger = biller_text(":memory:");
    Aged<biller_problem_sink> problems;
    problems.known.context = &called;
    problems.known.problem = [](void*, const biller_problem*) { return uint32_t{BILLER_MORE}; };
    BOOST_TEST(table->check(&config.known, &problems.known, &reason.known) == ok);

    Aged<biller_host> host;
    host.known.context = &called;
    host.known.event = [](void* self, const biller_event*, biller_reason*) {
        ++*static_cast<int*>(self);
        return uint32_t{BILLER_DONE};
    };
    biller_instance* instance = nullptr;
    BOOST_REQUIRE(table->open(&config.known, &host.known, &instance, &reason.known) == ok);

    Aged<biller_link_request> wanted;
    wanted.known.kind = BILLER_LINK_JOIN;
    wanted.known.option = biller_text("101");
    Aged<biller_link_sink> links;
    links.known.context = &called;
    links.known.link = [](void* self, const biller_link*) { ++*static_cast<int*>(self); };
    BOOST_TEST(table->link(instance, &wanted.known, &links.known, &reason.known) == ok);
    BOOST_TEST(called == 1);

    Aged<biller_http_request> http;
    const std::string query = sign_up(1);
    http.known.method = biller_text("GET");
    http.known.query = biller::bytes(query);
    http.known.peer = biller_text("127.0.0.1");
    Aged<biller_reply_sink> replies;
    replies.known.context = &called;
    replies.known.reply = [](void* self, const biller_http_reply*) { ++*static_cast<int*>(self); };
    BOOST_TEST(table->handle(instance, &http.known, &replies.known, &reason.known) == ok);
    BOOST_TEST(called == 3); // the event, and the reply

    Aged<biller_report> report;
    BOOST_TEST(table->recover(instance, 1, &report.known, &reason.known) == ok);
    Aged<biller_entry_query> all;
    all.known.states = BILLER_STATES_ALL;
    Aged<biller_entry_sink> entries;
    entries.known.context = &called;
    entries.known.entry = [](void* self, const biller_entry*) {
        ++*static_cast<int*>(self);
        return uint32_t{BILLER_MORE};
    };
    BOOST_TEST(table->entries(instance, &all.known, &entries.known, &reason.known) == ok);
    BOOST_TEST(called == 4);
    Aged<biller_decision> decision;
    decision.known.decision = BILLER_DECIDE_DISMISS;
    decision.known.key = biller_text("none");
    decision.known.by = biller_text("ann");
    BOOST_TEST(table->decide(instance, &decision.known, &report.known, &reason.known) ==
               uint32_t{BILLER_STATUS_NOT_FOUND});

    const biller_bytes name = biller_text(BILLER_PORTAL_EXTENSION);
    const auto* portal = static_cast<const biller_portal*>(table->extension(&name));
    const biller_bytes join_host = biller_text("join.example.com");
    Aged<biller_portal_sink> fields;
    fields.known.context = &called;
    fields.known.field = [](void* self, const biller_portal_field*) {
        ++*static_cast<int*>(self);
        return uint32_t{BILLER_STOP};
    };
    BOOST_TEST(portal->fields(instance, &join_host, &fields.known, &reason.known) ==
               uint32_t{BILLER_STATUS_STOPPED});
    BOOST_TEST(called == 5);
    BOOST_TEST(report.is_untouched());
    BOOST_TEST(reason.is_untouched());
    table->close(instance);
}

// The first version is this one until it is released; then the sizes are those of its release.
template <class Struct>
struct First : Future<Struct> {
    First() { this->known.struct_size = sizeof(Struct); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(growth_test)

BOOST_AUTO_TEST_CASE(a_host_of_the_first_version_is_understood) { every_hook_works<First>(); }

BOOST_AUTO_TEST_CASE(a_host_of_a_later_version_is_understood) { every_hook_works<Future>(); }

BOOST_AUTO_TEST_SUITE_END()
