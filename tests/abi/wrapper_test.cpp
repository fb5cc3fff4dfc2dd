// biller.hpp: values that a host in C++ keeps beyond a call, and the values of small structs.
#include "account.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

using namespace abi_tests;

namespace {

// The obvious line, which would read freed memory, does not compile.
template <class Text>
auto borrows(int) -> decltype(biller::bytes(std::declval<Text>()), std::true_type());
template <class Text>
std::false_type borrows(...);

static_assert(decltype(borrows<std::string&>(0))::value);
static_assert(decltype(borrows<const std::string&>(0))::value);
static_assert(decltype(borrows<std::string_view>(0))::value);
static_assert(decltype(borrows<const char*>(0))::value);
static_assert(!decltype(borrows<std::string>(0))::value);
static_assert(!decltype(borrows<const std::string>(0))::value);

struct KeepingHost : biller::Host {
    std::vector<biller::OwnedEvent> events;
    std::optional<int64_t> now;

    biller::Answer event(const biller_event& event) override {
        events.emplace_back(event);
        return biller::Answer::done();
    }
    std::optional<int64_t> now_ms() override { return now; }
};

biller::Config example() {
    biller::Config config;
    config.path = files.config;
    config.ledger = ":memory:";
    return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wrapper_test)

BOOST_AUTO_TEST_CASE(an_event_is_kept_beyond_its_callback) {
    KeepingHost host;
    {
        biller::Instance segpay(library(), example(), host);
        biller::Request request;
        request.peer = "127.0.0.1";
        request.query = sign_up(7) + "&username=ann&email=a%40b.example&own=mine";
        BOOST_TEST(segpay.handle(request).disposition_name == "delivered");
    }
    BOOST_REQUIRE(host.events.size() == 1u);
    const biller::OwnedEvent event = std::move(host.events[0]);
    host.events.clear();
    BOOST_TEST(biller::money_text(event->amount) == "39.95 USD");
    BOOST_TEST(biller::view(event->kind_name) == "join");
    std::map<std::string, std::string> extras, texts;
    for (size_t i = 0; i < event->extra_count; ++i)
        extras[biller::text(event->extras[i].name)] = biller::text(event->extras[i].value);
    BOOST_TEST(extras["own"] == "mine");
    biller::for_each_text(*event, [&](const char* name, const biller_bytes& text) {
        if (biller::is_said(text)) texts[name] = biller::text(text);
    });
    BOOST_TEST(texts["purchase_id"] == "7");
    BOOST_TEST(texts["username"] == "ann");
    BOOST_TEST(texts.count("password") == 0u);

    biller_event older = *event; // of a plugin that knew fewer fields
    older.struct_size = offsetof(biller_event, reason_family);
    older.partner = biller::bytes("nonsense");
    const biller::OwnedEvent copy(older);
    BOOST_TEST(copy->partner.data == nullptr);
    biller::for_each_text(older, [&](const std::string& name, const biller_bytes& text) {
        if (name == "partner") BOOST_TEST(!biller::is_said(text));
    });
}

BOOST_AUTO_TEST_CASE(a_link_request_keeps_its_texts) {
    KeepingHost host;
    biller::Instance segpay(library(), example(), host);
    const auto made = [] {
        biller::LinkRequest request(BILLER_LINK_JOIN);
        request.set(&biller_link_request::option, std::string("10") + "1")
            .set(&biller_link_request::member_id, std::to_string(908172))
            .set(&biller_link_request::cross_sale_off, BILLER_YES)
            .ref(10, "tenth")
            .extra("own", "mine");
        return request;
    };
    biller::LinkRequest request = made();
    const std::string url = segpay.link(request).url;
    for (const char* said : {"162209:3097", "908172", "tenth", "own=mine"})
        BOOST_TEST((url.find(said) != std::string::npos), said << " in " << url);
    BOOST_CHECK_THROW(request.ref(0, ""), std::out_of_range);
    BOOST_CHECK_THROW(request.ref(11, ""), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(the_beginning_of_time_is_a_time) {
    KeepingHost host;
    host.now = 0;
    biller::Instance segpay(library(), example(), host);
    biller::Request request;
    request.peer = "127.0.0.1";
    request.query = sign_up(7);
    BOOST_TEST(segpay.handle(request).disposition_name == "delivered");
    BOOST_REQUIRE(host.events.size() == 1u);
    BOOST_TEST(host.events[0]->received_at_ms == 0);
    KeepingHost clockless;
    BOOST_TEST(!clockless.table().now_ms);
}

BOOST_AUTO_TEST_CASE(a_reason_is_written_up_to_its_size) {
    biller_reason reason{};
    for (const size_t room : {size_t{0}, size_t{1}, size_t{4}, size_t{7}, sizeof reason.text}) {
        std::memset(&reason, 0xEE, sizeof reason);
        reason.struct_size = static_cast<uint32_t>(offsetof(biller_reason, text) + room);
        biller::explain(&reason, "abc\xE2\x82\xAC");
        const std::string expected = room < 7 ? "abc" : "abc\xE2\x82\xAC";
        if (room != 0)
            BOOST_TEST(std::string(reason.text) == expected.substr(0, room - 1), "room " << room);
        if (room < sizeof reason.text)
            BOOST_TEST(static_cast<unsigned char>(reason.text[room]) == 0xEE, "room " << room);
    }
    reason.struct_size = 4;
    biller::explain(&reason, "x");
    biller::explain(nullptr, "x");
}

BOOST_AUTO_TEST_CASE(money_is_written_as_people_do) {
    const std::pair<biller_money, const char*> rows[] = {
        {{2995, "USD", 2}, "29.95 USD"},
        {{5, "USD", 2}, "0.05 USD"},
        {{0, "EUR", 2}, "0.00 EUR"},
        {{500, "JPY", 0}, "500 JPY"},
        {{-7, "BHD", 3}, "-0.007 BHD"},
        {{0, "", 0}, ""},
        {{INT64_MIN, "JPY", 0}, "-9223372036854775808 JPY"}};
    for (const auto& [money, text] : rows)
        BOOST_TEST(biller::money_text(money) == text);
    BOOST_TEST(biller::status_name(BILLER_STATUS_STORAGE) == std::string("STORAGE"));
    BOOST_TEST(biller::status_name(BILLER_STATUS_STOPPED) == std::string("STOPPED"));
    BOOST_TEST(biller::status_name(77) == std::string("INTERNAL"));
}

BOOST_AUTO_TEST_SUITE_END()
