// The negotiation: versions, sizes of structs, required arguments, extensions.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <thread>

namespace {

using abi_tests::Account;
using abi_tests::plugin;
using abi_tests::sign_up;

biller_entry_fn* entry() {
    static biller_entry_fn* const found = [] {
        void* so = dlopen(abi_tests::files.plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
        void* symbol = so ? dlsym(so, BILLER_ENTRY_SYMBOL) : nullptr;
        BOOST_REQUIRE_MESSAGE(symbol, "no " BILLER_ENTRY_SYMBOL);
        biller_entry_fn* function = nullptr;
        std::memcpy(&function, &symbol, sizeof function);
        return function;
    }();
    return found;
}

biller_host_info info(uint32_t minor_min, uint32_t minor_max) {
    return {sizeof(biller_host_info), minor_min, minor_max, 0, biller_text("abi-tests")};
}

bool mentions(const char* text, const std::string& word) {
    return std::string(text).find(word) != std::string::npos;
}

bool is_untouched(const unsigned char* begin, const unsigned char* end) {
    return std::all_of(begin, end, [](unsigned char byte) { return byte == 0xEE; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(negotiation_test)

BOOST_AUTO_TEST_CASE(the_entry_may_be_called_again_and_from_many_threads) {
    std::vector<const biller_plugin*> tables(8 * 50);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 8; ++t)
        threads.emplace_back([&tables, t] {
            for (std::size_t i = 0; i < 50; ++i) {
                biller_host_info host = info(0, BILLER_ABI_MINOR);
                entry()(&host, &tables[t * 50 + i], nullptr);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    BOOST_TEST(std::set<const biller_plugin*>(tables.begin(), tables.end()).size() == 1u);
    BOOST_REQUIRE(tables.front());
    BOOST_TEST(biller::text(tables.front()->name) == "segpay");
    BOOST_TEST(tables.front()->minor <= uint32_t{BILLER_ABI_MINOR});
    BOOST_TEST(tables.front()->struct_size >= sizeof(biller_plugin));
}

BOOST_AUTO_TEST_CASE(a_range_without_common_version_is_refused_and_both_ranges_are_named) {
    biller_host_info host = info(71, 79);
    const biller_plugin* table = &plugin();
    biller_reason reason = biller::empty_reason();
    BOOST_TEST(entry()(&host, &table, &reason) == uint32_t{BILLER_STATUS_VERSION});
    BOOST_TEST(!table);
    BOOST_TEST(reason.status == uint32_t{BILLER_STATUS_VERSION});
    BOOST_TEST_CONTEXT(reason.text) {
        BOOST_TEST(mentions(reason.text, "1.71"));
        BOOST_TEST(mentions(reason.text, "1.79"));
        BOOST_TEST(mentions(reason.text, "1.0"));
    }
}

BOOST_AUTO_TEST_CASE(a_host_that_knows_newer_versions_too_is_served) {
    biller_host_info host = info(0, 79);
    const biller_plugin* table = nullptr;
    BOOST_TEST(entry()(&host, &table, nullptr) == uint32_t{BILLER_STATUS_OK});
    BOOST_REQUIRE(table);
    BOOST_TEST(table->minor == uint32_t{BILLER_ABI_MINOR});
}

BOOST_AUTO_TEST_CASE(the_entry_refuses_senseless_arguments) {
    biller_host_info host = info(0, 0);
    biller_host_info reversed = info(3, 2);
    biller_host_info without_size = info(0, 0);
    without_size.struct_size = 0;
    const biller_plugin* table = nullptr;
    const uint32_t argument = BILLER_STATUS_ARGUMENT;
    BOOST_TEST(entry()(nullptr, &table, nullptr) == argument);
    BOOST_TEST(entry()(&host, nullptr, nullptr) == argument);
    BOOST_TEST(entry()(&without_size, &table, nullptr) == argument);
    BOOST_TEST(entry()(&reversed, &table, nullptr) != uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(!table);
}

BOOST_AUTO_TEST_CASE(a_reason_is_never_written_past_its_size) {
    for (std::size_t size : {std::size_t{0}, std::size_t{4}, offsetof(biller_reason, code),
                             offsetof(biller_reason, text), offsetof(biller_reason, text) + 10}) {
        biller_reason reason;
        std::memset(&reason, 0xEE, sizeof reason);
        reason.struct_size = static_cast<uint32_t>(size);
        biller_host_info host = info(71, 79);
        const biller_plugin* table = nullptr;
        BOOST_TEST(entry()(&host, &table, &reason) == uint32_t{BILLER_STATUS_VERSION});
        const auto* bytes = reinterpret_cast<const unsigned char*>(&reason);
        std::size_t from = std::max(size, sizeof reason.struct_size);
        BOOST_TEST(is_untouched(bytes + from, bytes + sizeof reason), "size " << size);
    }
}

BOOST_AUTO_TEST_CASE(a_report_is_never_written_past_its_size) {
    Account account;
    biller_report report;
    std::memset(&report, 0xEE, sizeof report);
    report.struct_size = offsetof(biller_report, dead_letters);
    BOOST_TEST(plugin().recover(account.instance(), 1, &report, nullptr) ==
               uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(report.delivered == 0u);
    const auto* bytes = reinterpret_cast<const unsigned char*>(&report);
    BOOST_TEST(is_untouched(bytes + report.struct_size, bytes + sizeof report));
}

// As from an older host: its struct ends before the fields, which are invalid here.
BOOST_AUTO_TEST_CASE(fields_past_the_size_of_a_request_are_not_read) {
    Account account;
    biller_link_request request;
    std::memset(&request, 0xEE, sizeof request);
    std::memset(&request, 0, offsetof(biller_link_request, refs));
    request.struct_size = offsetof(biller_link_request, refs);
    request.kind = BILLER_LINK_JOIN;
    request.option = biller_text("101");
    std::string url;
    biller_link_sink sink{sizeof sink, 0, &url, [](void* self, const biller_link* link) {
                              *static_cast<std::string*>(self) = biller::text(link->url);
                          }};
    biller_reason reason = biller::empty_reason();
    uint32_t status = plugin().link(account.instance(), &request, &sink, &reason);
    BOOST_TEST(status == uint32_t{BILLER_STATUS_OK}, reason.text);
    BOOST_TEST(mentions(url.c_str(), "162209"));
}

BOOST_AUTO_TEST_CASE(callbacks_past_the_size_of_a_host_are_not_called) {
    abi_tests::TestHost behaviour;
    biller_host host;
    std::memset(&host, 0xEE, sizeof host);
    biller_host known = behaviour.table();
    std::memcpy(&host, &known, offsetof(biller_host, probe));
    host.struct_size = offsetof(biller_host, probe);
    biller_config config{
        sizeof config, 0, biller::bytes(abi_tests::files.config), {}, biller_text(":memory:")};
    biller_instance* instance = nullptr;
    biller_reason reason = biller::empty_reason();
    uint32_t status = plugin().open(&config, &host, &instance, &reason);
    BOOST_REQUIRE_MESSAGE(status == BILLER_STATUS_OK, reason.text);
    biller_http_request request{};
    request.struct_size = sizeof request;
    std::string query = sign_up(1);
    request.method = biller_text("GET");
    request.query = biller::bytes(query);
    request.peer = biller_text("127.0.0.1");
    biller_reply_sink sink{sizeof sink, 0, nullptr, [](void*, const biller_http_reply*) {}};
    BOOST_TEST(plugin().handle(instance, &request, &sink, nullptr) == uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(behaviour.delivered().size() == 1u);
    plugin().close(instance);
}

BOOST_AUTO_TEST_CASE(missing_arguments_are_errors) {
    Account account;
    biller_instance* open_one = account.instance();
    biller_host host = account.host.table();
    biller_instance* made = nullptr;
    biller_config config{
        sizeof config, 0, biller::bytes(abi_tests::files.config), {}, biller_text(":memory:")};
    biller_config nowhere{sizeof nowhere, 0, {}, {}, {}};
    biller_problem_sink problems{sizeof problems, 0, nullptr, nullptr};
    biller_link_request link_request = biller::link_request(BILLER_LINK_JOIN);
    biller_link_sink link_sink{sizeof link_sink, 0, nullptr, nullptr};
    biller_http_request http{};
    http.struct_size = sizeof http;
    biller_reply_sink reply_sink{sizeof reply_sink, 0, nullptr, nullptr};
    biller_entry_query query = biller::entry_query(BILLER_STATES_ALL);
    biller_entry_sink entry_sink{sizeof entry_sink, 0, nullptr, nullptr};
    biller_decision no_operator{
        sizeof no_operator, BILLER_DECIDE_DISMISS, biller_text("key"), {}, BILLER_NO, 0, {}};
    biller_decision nothing{
        sizeof nothing, 77, biller_text("key"), biller_text("me"), BILLER_NO, 0, {}};
    const biller_plugin& p = plugin();

    const std::pair<const char*, uint32_t> answers[] = {
        {"check: config", p.check(nullptr, &problems, nullptr)},
        {"check: sink", p.check(&config, nullptr, nullptr)},
        {"check: callback", p.check(&config, &problems, nullptr)},
        {"check: neither path nor text", p.check(&nowhere, &problems, nullptr)},
        {"open: config", p.open(nullptr, &host, &made, nullptr)},
        {"open: host", p.open(&config, nullptr, &made, nullptr)},
        {"open: instance", p.open(&config, &host, nullptr, nullptr)},
        {"link: instance", p.link(nullptr, &link_request, &link_sink, nullptr)},
        {"link: request", p.link(open_one, nullptr, &link_sink, nullptr)},
        {"link: sink", p.link(open_one, &link_request, nullptr, nullptr)},
        {"link: callback", p.link(open_one, &link_request, &link_sink, nullptr)},
        {"handle: instance", p.handle(nullptr, &http, &reply_sink, nullptr)},
        {"handle: request", p.handle(open_one, nullptr, &reply_sink, nullptr)},
        {"handle: sink", p.handle(open_one, &http, nullptr, nullptr)},
        {"handle: callback", p.handle(open_one, &http, &reply_sink, nullptr)},
        {"recover: instance", p.recover(nullptr, 1, nullptr, nullptr)},
        {"entries: instance", p.entries(nullptr, &query, &entry_sink, nullptr)},
        {"entries: query", p.entries(open_one, nullptr, &entry_sink, nullptr)},
        {"entries: sink", p.entries(open_one, &query, nullptr, nullptr)},
        {"entries: callback", p.entries(open_one, &query, &entry_sink, nullptr)},
        {"decide: instance", p.decide(nullptr, &no_operator, nullptr, nullptr)},
        {"decide: decision", p.decide(open_one, nullptr, nullptr, nullptr)},
        {"decide: by", p.decide(open_one, &no_operator, nullptr, nullptr)},
        {"decide: unknown decision", p.decide(open_one, &nothing, nullptr, nullptr)},
    };
    for (const auto& [what, status] : answers)
        BOOST_TEST(status == uint32_t{BILLER_STATUS_ARGUMENT}, what << ": status " << status);
    BOOST_TEST(!made);
    p.close(nullptr);
    BOOST_TEST(p.recover(open_one, 1, nullptr, nullptr) == uint32_t{BILLER_STATUS_OK});
}

// With all others present, so that the missing one is the only reason.
BOOST_AUTO_TEST_CASE(each_argument_is_missed_on_its_own) {
    Account account;
    biller_instance* open_one = account.instance();
    biller_problem_sink problems{sizeof problems, 0, nullptr, [](void*, const biller_problem*) {
                                     return uint32_t{BILLER_MORE};
                                 }};
    biller_link_sink links{sizeof links, 0, nullptr, [](void*, const biller_link*) {}};
    biller_reply_sink replies{sizeof replies, 0, nullptr, [](void*, const biller_http_reply*) {}};
    biller_entry_sink entries{sizeof entries, 0, nullptr,
                              [](void*, const biller_entry*) { return uint32_t{BILLER_MORE}; }};
    biller_http_request http{};
    http.struct_size = sizeof http;
    const biller_plugin& p = plugin();
    const std::pair<const char*, uint32_t> answers[] = {
        {"check: config", p.check(nullptr, &problems, nullptr)},
        {"link: request", p.link(open_one, nullptr, &links, nullptr)},
        {"handle: request", p.handle(open_one, nullptr, &replies, nullptr)},
        {"entries: query", p.entries(open_one, nullptr, &entries, nullptr)},
    };
    for (const auto& [missing, answer] : answers)
        BOOST_TEST_CONTEXT(missing) BOOST_TEST(answer == uint32_t{BILLER_STATUS_ARGUMENT});
    BOOST_TEST(p.handle(open_one, &http, &replies, nullptr) == uint32_t{BILLER_STATUS_OK});
}

// A sink that ends before its callback has none, whatever follows it in memory.
BOOST_AUTO_TEST_CASE(a_sink_that_is_too_short_is_not_called) {
    Account account;
    biller_instance* open_one = account.instance();
    int calls = 0;
    const std::string query = sign_up(1);
    biller_http_request http{};
    http.struct_size = sizeof http;
    http.method = biller_text("GET");
    http.query = biller::bytes(query);
    http.peer = biller_text("127.0.0.1");
    biller_reply_sink replies{
        offsetof(biller_reply_sink, reply), 0, &calls,
        [](void* self, const biller_http_reply*) { ++*static_cast<int*>(self); }};
    biller_link_request request = biller::link_request(BILLER_LINK_JOIN);
    request.option = biller_text("101");
    biller_link_sink links{offsetof(biller_link_sink, link), 0, &calls,
                           [](void* self, const biller_link*) { ++*static_cast<int*>(self); }};
    biller_entry_query all = biller::entry_query(BILLER_STATES_ALL);
    biller_entry_sink entries{offsetof(biller_entry_sink, entry), 0, &calls,
                              [](void* self, const biller_entry*) -> uint32_t {
                                  return static_cast<uint32_t>(++*static_cast<int*>(self));
                              }};
    const biller_plugin& p = plugin();
    const uint32_t refused = BILLER_STATUS_ARGUMENT;
    BOOST_TEST(p.handle(open_one, &http, &replies, nullptr) == refused);
    BOOST_TEST(p.link(open_one, &request, &links, nullptr) == refused);
    BOOST_TEST(p.entries(open_one, &all, &entries, nullptr) == refused);
    BOOST_TEST(calls == 0);
    BOOST_TEST(account.host.delivered().empty()); // without a way to answer, nothing is accepted
    BOOST_TEST(account.entries().empty());
}

BOOST_AUTO_TEST_CASE(a_list_with_a_count_but_no_elements_is_an_argument_error) {
    Account account;
    biller_link_request request = biller::link_request(BILLER_LINK_JOIN);
    request.option = biller_text("101");
    request.extra_count = 3; // and extras == NULL
    biller_link_sink sink{sizeof sink, 0, nullptr, [](void*, const biller_link*) {}};
    BOOST_TEST(plugin().link(account.instance(), &request, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_configuration_are_reported_and_keep_it_closed) {
    biller_config config{sizeof config, 0, biller_text("wrong.yaml"),
                         biller_text("acount: {}\nsites: 7\n"), biller_text(":memory:")};
    std::vector<biller::Problem> problems =
        abi_tests::library().check({"wrong.yaml", "acount: {}\nsites: 7\n", std::nullopt});
    BOOST_TEST(problems.size() >= 2u);
    for (const biller::Problem& problem : problems)
        BOOST_TEST(problem.file == "wrong.yaml");

    abi_tests::TestHost behaviour;
    biller_host host = behaviour.table();
    biller_instance* instance = reinterpret_cast<biller_instance*>(&host);
    biller_reason reason = biller::empty_reason();
    BOOST_TEST(plugin().open(&config, &host, &instance, &reason) == uint32_t{BILLER_STATUS_CONFIG});
    BOOST_TEST(!instance);
    BOOST_TEST(mentions(reason.text, "wrong.yaml:"));

    int count = 0;
    biller_problem_sink once{sizeof once, 0, &count, [](void* self, const biller_problem*) {
                                 ++*static_cast<int*>(self);
                                 return uint32_t{BILLER_STOP};
                             }};
    BOOST_TEST(plugin().check(&config, &once, nullptr) == uint32_t{BILLER_STATUS_STOPPED});
    BOOST_TEST(count == 1);
}

// A usable account, with an address of documentation.
BOOST_AUTO_TEST_CASE(warnings_do_not_prevent_opening_and_are_logged) {
    const std::string text =
        "account: { mode: test }\n"
        "postbacks: { authenticity: { addresses: [192.0.2.1] } }\n"
        "ledger: { path: nowhere/l.sqlite }\n"
        "sites: [ { id: 7, type: membership } ]\n"
        "options: [ { id: 1, site: 7, eticket: \"1:2\", price: { type: one_time, currency: USD,"
        " initial: { amount: 5 } } } ]\n";
    const std::vector<biller::Problem> found =
        abi_tests::library().check({"a.yaml", text, std::nullopt});
    BOOST_REQUIRE_EQUAL(found.size(), 2u);
    for (const biller::Problem& warning : found) {
        BOOST_TEST(warning.severity == uint32_t{BILLER_PROBLEM_WARNING});
        BOOST_TEST(!warning.is_mistake());
    }
    BOOST_TEST(found[0].line == 2u);
    BOOST_TEST(found[0].column == 42u);
    BOOST_TEST(found[1].line == 3u); // the ledger, which a host with its own does not need
    BOOST_TEST(abi_tests::library().check({"a.yaml", text, ":memory:"}).size() == 1u);

    biller_config config{sizeof config, 0, biller_text("a.yaml"), biller::bytes(text),
                         biller_text(":memory:")};
    abi_tests::TestHost behaviour;
    biller_host host = behaviour.table();
    biller_instance* instance = nullptr;
    BOOST_REQUIRE(plugin().open(&config, &host, &instance, nullptr) == uint32_t{BILLER_STATUS_OK});
    plugin().close(instance);
    const auto warned = std::count_if(
        behaviour.logged.begin(), behaviour.logged.end(),
        [](const std::string& line) { return line.starts_with("2 a.yaml:2:42: warning: "); });
    BOOST_TEST(warned == 1);
}

BOOST_AUTO_TEST_CASE(a_nul_in_a_path_is_an_argument_error) {
    static constexpr char kCut[] = "l.sqlite\0.bak";
    const biller_bytes cut{reinterpret_cast<const uint8_t*>(kCut), sizeof kCut - 1};
    abi_tests::TestHost behaviour;
    biller_host host = behaviour.table();
    biller_instance* instance = nullptr;
    biller_config config{sizeof config, 0, biller::bytes(abi_tests::files.config), {}, cut};
    BOOST_TEST(plugin().open(&config, &host, &instance, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    config = {sizeof config, 0, cut, {}, biller_text(":memory:")};
    BOOST_TEST(plugin().open(&config, &host, &instance, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
}

BOOST_AUTO_TEST_CASE(extensions_are_found_by_name_and_revision) {
    auto lookup = [](const char* name) {
        biller_bytes wanted = biller_text(name);
        return plugin().extension(&wanted);
    };
    BOOST_TEST(lookup(BILLER_PORTAL_EXTENSION));
    BOOST_TEST(!lookup("biller.portal/2"));
    BOOST_TEST(!lookup("biller.portal"));
    BOOST_TEST(!lookup("biller.unheard-of/1"));
    BOOST_TEST(!lookup(""));
    BOOST_TEST(!plugin().extension(nullptr));
}

BOOST_AUTO_TEST_CASE(the_portal_extension_gives_the_values_to_paste) {
    Account account;
    const auto* portal = abi_tests::library().extension<biller_portal>(BILLER_PORTAL_EXTENSION);
    BOOST_REQUIRE(portal);
    std::vector<std::string> values;
    biller_portal_sink sink{
        sizeof sink, 0, &values, [](void* self, const biller_portal_field* f) {
            static_cast<std::vector<std::string>*>(self)->push_back(biller::text(f->value));
            return uint32_t{BILLER_MORE};
        }};
    biller_bytes host = biller_text("join.example.com");
    BOOST_TEST(portal->fields(account.instance(), &host, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_OK});
    auto is_transaction_url = [](const std::string& value) {
        return value.find("join.example.com/signup/process_segpay.php?") != std::string::npos &&
               value.find("<relatedtranid>") != std::string::npos && // no member event has it
               value.find("currencycode=<currencycode>") != std::string::npos;
    };
    BOOST_TEST(std::count_if(values.begin(), values.end(), is_transaction_url) == 1);

    biller_bytes path{};
    BOOST_TEST(portal->postback_path(account.instance(), &path, nullptr) ==
               uint32_t{BILLER_STATUS_OK});
    BOOST_TEST(biller::view(path) == "/signup/process_segpay.php");
    BOOST_TEST(portal->postback_path(account.instance(), nullptr, nullptr) ==
               uint32_t{BILLER_STATUS_ARGUMENT});
    BOOST_TEST(portal->postback_path(nullptr, &path, nullptr) == uint32_t{BILLER_STATUS_ARGUMENT});

    sink.field = [](void*, const biller_portal_field*) { return uint32_t{BILLER_STOP}; };
    BOOST_TEST(portal->fields(account.instance(), &host, &sink, nullptr) ==
               uint32_t{BILLER_STATUS_STOPPED});
    const uint32_t refused = BILLER_STATUS_ARGUMENT;
    BOOST_TEST(portal->fields(nullptr, &host, &sink, nullptr) == refused);
    BOOST_TEST(portal->fields(account.instance(), nullptr, &sink, nullptr) == refused);
    BOOST_TEST(portal->fields(account.instance(), &host, nullptr, nullptr) == refused);
    sink.struct_size = offsetof(biller_portal_sink, field); // as if it had none
    BOOST_TEST(portal->fields(account.instance(), &host, &sink, nullptr) == refused);
    sink.struct_size = sizeof sink;
    sink.field = nullptr;
    BOOST_TEST(portal->fields(account.instance(), &host, &sink, nullptr) == refused);
}

BOOST_AUTO_TEST_SUITE_END()
