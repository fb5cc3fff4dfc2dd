// The boundary: bytes, structs of any size, exceptions of any kind, and events in C.
#include "boundary/boundary.hpp"

#include "fixtures.hpp"

#include <array>
#include <new>
#include <stdexcept>

using namespace segpay;
using namespace segpay::testing;

namespace {

// What a hook that throws `thrown` leaves behind.
template <class Thrown>
biller_reason reason_of(Thrown thrown) {
    auto reason = sized<biller_reason>();
    const uint32_t status = guarded(&reason, [&]() -> uint32_t { throw thrown; });
    BOOST_TEST(status == reason.status);
    return reason;
}

constexpr unsigned char kCanary = 0xA5;

} // namespace

BOOST_AUTO_TEST_SUITE(boundary_tests)

BOOST_AUTO_TEST_CASE(a_sink_has_its_callback_or_is_none) {
    const auto is_one = [](const biller_reply_sink& sink) {
        return has_callback(&sink, &biller_reply_sink::reply);
    };
    auto sink = sized<biller_reply_sink>();
    BOOST_TEST(!is_one(sink));
    sink.reply = [](void*, const biller_http_reply*) {};
    BOOST_TEST(is_one(sink));
    ++sink.struct_size; // of a host that knows more
    BOOST_TEST(is_one(sink));
    sink.struct_size = sizeof sink - 1; // of one that knows less
    BOOST_TEST(!is_one(sink));
    sink.struct_size = 0;
    BOOST_TEST(!is_one(sink));
    BOOST_TEST(
        !has_callback(static_cast<const biller_reply_sink*>(nullptr), &biller_reply_sink::reply));
}

BOOST_AUTO_TEST_CASE(nothing_said_is_not_an_empty_text) {
    BOOST_TEST(view({nullptr, 0}) == "");
    BOOST_TEST(view({nullptr, 17}) == ""); // a size without data is not followed
    BOOST_TEST(view(bytes("a\xC3\xA9")) == "a\xC3\xA9");
    BOOST_TEST(bytes_or_none("").data == nullptr);
    BOOST_TEST(bytes("").size == 0u);
    const biller_bytes text = bytes_or_none("x");
    BOOST_TEST((text.data != nullptr && text.size == 1));
}

BOOST_AUTO_TEST_CASE(a_caller_that_knows_less_says_nothing_in_the_rest) {
    auto full = sized<biller_link_request>();
    full.kind = BILLER_LINK_ONE_CLICK;
    full.option = bytes("101");
    full.member_id = bytes("908172");
    full.struct_size = offsetof(biller_link_request, member_id);
    const biller_link_request known = adopted(&full);
    BOOST_TEST(known.kind == static_cast<uint32_t>(BILLER_LINK_ONE_CLICK));
    BOOST_TEST(view(known.option) == "101");
    BOOST_TEST(known.member_id.data == nullptr);
    BOOST_TEST(known.struct_size == sizeof known);

    full.struct_size = 4;
    BOOST_TEST(adopted(&full).kind == 0u);
}

BOOST_AUTO_TEST_CASE(a_struct_without_a_size_is_no_argument) {
    for (uint32_t size : {0u, 3u}) {
        auto config = sized<biller_config>();
        config.struct_size = size;
        BOOST_CHECK_EXCEPTION((void)adopted(&config), Stop, [](const Stop& stop) {
            return stop.status == BILLER_STATUS_ARGUMENT;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_caller_that_knows_more_is_understood) {
    struct {
        biller_config known;
        std::uint64_t of_later;
    } newer{};
    newer.known.struct_size = sizeof newer;
    newer.known.path = bytes("a.yaml");
    newer.of_later = 7;
    const biller_config known = adopted(&newer.known);
    BOOST_TEST(view(known.path) == "a.yaml");
    BOOST_TEST(known.struct_size == sizeof(biller_config));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_past_the_callers_size) {
    biller_report report{};
    report.delivered = 1;
    report.next_attempt_at_ms = 2;
    for (uint32_t size : {0u, 3u, 4u, 5u, 8u, 12u, uint32_t{sizeof report}}) {
        alignas(biller_report) std::array<unsigned char, sizeof report + 16> memory;
        memory.fill(kCanary);
        auto* room = reinterpret_cast<biller_report*>(memory.data());
        room->struct_size = size;
        hand_over(report, room);
        BOOST_TEST_CONTEXT("size " << size) {
            BOOST_TEST(room->struct_size == size);
            for (std::size_t i = std::max<std::size_t>(size, 4); i < memory.size(); ++i)
                if (memory[i] != kCanary) BOOST_ERROR("byte " << i << " was written");
            if (size >= 8) BOOST_TEST(room->delivered == 1u);
        }
    }
    BOOST_CHECK_NO_THROW(hand_over(report, static_cast<biller_report*>(nullptr)));
    struct {
        biller_report known;
        std::uint64_t of_later;
    } newer{{}, 9};
    newer.known.struct_size = sizeof newer;
    hand_over(report, &newer.known);
    BOOST_TEST(newer.known.struct_size == sizeof newer);
    BOOST_TEST(newer.of_later == 9u);
    BOOST_TEST(newer.known.next_attempt_at_ms == 2);
}

BOOST_AUTO_TEST_CASE(a_reason_has_room_for_what_the_caller_gave) {
    for (uint32_t size : {0u, 4u, 8u, 12u}) {
        for (bool throws : {false, true}) {
            alignas(biller_reason) std::array<unsigned char, sizeof(biller_reason)> memory;
            memory.fill(kCanary);
            auto* reason = reinterpret_cast<biller_reason*>(memory.data());
            reason->struct_size = size;
            const uint32_t status = guarded(reason, [&]() -> uint32_t {
                if (throws) throw Stop{BILLER_STATUS_STATE, "why"};
                return BILLER_STATUS_STOPPED;
            });
            BOOST_TEST(status ==
                       static_cast<uint32_t>(throws ? BILLER_STATUS_STATE : BILLER_STATUS_STOPPED));
            for (std::size_t i = std::max<std::size_t>(size, 4); i < memory.size(); ++i)
                if (memory[i] != kCanary) BOOST_ERROR("size " << size << ": byte " << i);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_exception_has_a_status) {
    biller_reason reason = reason_of(Stop{BILLER_STATUS_REQUEST, "option: is missing"});
    BOOST_TEST(reason.status == static_cast<uint32_t>(BILLER_STATUS_REQUEST));
    BOOST_TEST(reason.text == std::string("option: is missing"));
    reason = reason_of(LedgerError("ledger x: disk full"));
    BOOST_TEST(reason.status == static_cast<uint32_t>(BILLER_STATUS_STORAGE));
    BOOST_TEST(reason.text == std::string("ledger x: disk full"));
    reason = reason_of(std::bad_alloc());
    BOOST_TEST(reason.status == static_cast<uint32_t>(BILLER_STATUS_MEMORY));
    reason = reason_of(std::logic_error("a defect"));
    BOOST_TEST(reason.status == static_cast<uint32_t>(BILLER_STATUS_INTERNAL));
    BOOST_TEST(reason.text == std::string("a defect"));
    reason = reason_of(42);
    BOOST_TEST(reason.status == static_cast<uint32_t>(BILLER_STATUS_INTERNAL));
    BOOST_TEST(reason.text[0] != '\0');
    BOOST_TEST(reason.outcome == static_cast<uint32_t>(BILLER_OUTCOME_NONE));

    BOOST_TEST(guarded(nullptr, []() -> uint32_t { throw 42; }) ==
               static_cast<uint32_t>(BILLER_STATUS_INTERNAL));
}

BOOST_AUTO_TEST_CASE(a_hook_that_runs_leaves_an_empty_reason) {
    auto reason = sized<biller_reason>();
    explain(&reason, BILLER_STATUS_STATE, "of an earlier call");
    BOOST_TEST(guarded(&reason, []() -> uint32_t { return BILLER_STATUS_OK; }) == 0u);
    BOOST_TEST(reason.status == 0u);
    BOOST_TEST(reason.text == std::string());
}

BOOST_AUTO_TEST_CASE(long_reasons_are_cut_between_characters) {
    auto reason = sized<biller_reason>();
    for (std::size_t shift = 0; shift < 3; ++shift) {
        std::string text(shift, 'x');
        while (text.size() < 2 * sizeof reason.text)
            text += "\xE2\x82\xAC";
        explain(&reason, BILLER_STATUS_CONFIG, text);
        const std::string kept(reason.text, strnlen(reason.text, sizeof reason.text));
        BOOST_TEST(kept.size() < sizeof reason.text); // ends with a NUL
        BOOST_TEST(kept.size() > sizeof reason.text - 4);
        BOOST_TEST((kept.size() - shift) % 3 == 0u);
        BOOST_TEST(text.starts_with(kept));
    }
    biller_reason small{};
    small.struct_size = offsetof(biller_reason, text) + 5; // of a caller that knows less
    explain(&small, BILLER_STATUS_CONFIG, "abc\xE2\x82\xAC");
    BOOST_TEST(std::string(small.text, strnlen(small.text, 5)) == "abc");
    BOOST_TEST(small.text[4] == '\0');
    const std::string exactly(sizeof reason.text - 1, 'y');
    explain(&reason, BILLER_STATUS_CONFIG, exactly);
    BOOST_TEST(reason.text == exactly);
}

BOOST_AUTO_TEST_CASE(an_event_is_the_same_in_c) {
    Event event;
    event.kind = EventKind::cross_sell;
    event.purchase_id = "p";
    event.transaction_id = "t";
    event.related_transaction_id = "r";
    event.amount = Money{500, currency("JPY")};
    event.approved = true;
    event.test = true;
    event.trial = false;
    event.member_id = "m";
    event.session = "s";
    event.affiliate = "a";
    event.username = "u";
    event.password = Secret("pw");
    event.email = "e";
    event.name = "n";
    event.country = "US";
    event.eticket = {162209, 3097};
    event.site = "7";
    event.option = "101";
    event.tokens = 50;
    event.cross_sell_slot = 2;
    event.cross_sell_ref = "x";
    event.upsell = "up";
    event.tokenplus = "tp";
    event.octoken = "oc";
    event.trans_guid = "g";
    event.card_type = "Visa";
    event.payment_type = "CC";
    event.occurred_at_ms = 1'217'259'523'000;
    event.received_at_ms = kStart;
    event.reason_code = "rc";
    event.reason_text = "rt";
    event.by = "by";
    event.warnings = {"one", "two"};
    event.extras = {{"ref1", "v"}, {"ref2", ""}};
    const EventView view_of_event(event, "the key", 3);
    BOOST_TEST(view_of_event.get()->struct_size == sizeof(biller_event));
    const HostEvent told = host_event_of(*view_of_event.get());
    const std::map<std::string, std::string> wanted = {{"key", "the key"},
                                                       {"purchase_id", "p"},
                                                       {"transaction_id", "t"},
                                                       {"related_transaction_id", "r"},
                                                       {"amount", "500JPY"},
                                                       {"approved", "yes"},
                                                       {"test", "yes"},
                                                       {"standin", "no"},
                                                       {"redelivery", "yes"},
                                                       {"trial", "no"},
                                                       {"attempt", "3"},
                                                       {"member_id", "m"},
                                                       {"session", "s"},
                                                       {"affiliate", "a"},
                                                       {"username", "u"},
                                                       {"email", "e"},
                                                       {"name", "n"},
                                                       {"country", "US"},
                                                       {"eticket", "162209:3097"},
                                                       {"site", "7"},
                                                       {"option", "101"},
                                                       {"tokens", "50"},
                                                       {"cross_sell_slot", "2"},
                                                       {"cross_sell_ref", "x"},
                                                       {"upsell", "up"},
                                                       {"tokenplus", "tp"},
                                                       {"octoken", "oc"},
                                                       {"trans_guid", "g"},
                                                       {"card_type", "Visa"},
                                                       {"payment_type", "CC"},
                                                       {"occurred_at", "2008-07-28T15:38:43Z"},
                                                       {"received_at_ms", std::to_string(kStart)},
                                                       {"reason_code", "rc"},
                                                       {"reason_text", "rt"},
                                                       {"by", "by"},
                                                       {"warnings", "one,two"}};
    BOOST_TEST(told.kind == "cross_sell");
    BOOST_TEST((told.fields == wanted));
    BOOST_TEST(told.password == "pw");
    BOOST_TEST((told.extras == event.extras));
}

BOOST_AUTO_TEST_CASE(an_empty_event_says_nothing) {
    const Event event;
    const EventView empty(event, "k", 1);
    const biller_event& told = *empty.get();
    BOOST_TEST(told.amount.currency[0] == '\0');
    BOOST_TEST(told.approved == static_cast<uint32_t>(BILLER_UNKNOWN));
    BOOST_TEST(told.trial == static_cast<uint32_t>(BILLER_UNKNOWN));
    BOOST_TEST(told.standin == static_cast<uint32_t>(BILLER_NO));
    BOOST_TEST(told.redelivery == static_cast<uint32_t>(BILLER_NO));
    for (const biller_bytes& text :
         {told.purchase_id, told.member_id, told.password, told.email, told.cross_sell_ref})
        BOOST_TEST(text.data == nullptr);
    BOOST_TEST(told.warning_count + told.extra_count == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
