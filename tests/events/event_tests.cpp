// The names of the kinds, and that their numbers are those of the contract.
#include "events/event.hpp"

#include "fixtures.hpp"

using namespace segpay;

BOOST_AUTO_TEST_SUITE(event_tests)

BOOST_AUTO_TEST_CASE(numbers_and_names_are_those_of_the_contract) {
    struct Row {
        EventKind kind;
        std::uint32_t number;
        std::string_view name;
    };
    for (const Row& row :
         {Row{EventKind::unknown, BILLER_EVENT_UNKNOWN, "unknown"},
          {EventKind::join, BILLER_EVENT_JOIN, "join"},
          {EventKind::denial, BILLER_EVENT_DENIAL, "denial"},
          {EventKind::cross_sell, BILLER_EVENT_CROSS_SELL, "cross_sell"},
          {EventKind::token_purchase, BILLER_EVENT_TOKEN_PURCHASE, "token_purchase"},
          {EventKind::upsell, BILLER_EVENT_UPSELL, "upsell"},
          {EventKind::one_click, BILLER_EVENT_ONE_CLICK, "one_click"},
          {EventKind::conversion, BILLER_EVENT_CONVERSION, "conversion"},
          {EventKind::insufficient_funds, BILLER_EVENT_INSUFFICIENT_FUNDS, "insufficient_funds"},
          {EventKind::rebill, BILLER_EVENT_REBILL, "rebill"},
          {EventKind::upgrade, BILLER_EVENT_UPGRADE, "upgrade"},
          {EventKind::upgrade_denial, BILLER_EVENT_UPGRADE_DENIAL, "upgrade_denial"},
          {EventKind::reactivation, BILLER_EVENT_REACTIVATION, "reactivation"},
          {EventKind::void_sale, BILLER_EVENT_VOID, "void"},
          {EventKind::credit, BILLER_EVENT_CREDIT, "credit"},
          {EventKind::chargeback, BILLER_EVENT_CHARGEBACK, "chargeback"},
          {EventKind::revoke, BILLER_EVENT_REVOKE, "revoke"},
          {EventKind::chargeback_reversal, BILLER_EVENT_CHARGEBACK_REVERSAL, "chargeback_reversal"},
          {EventKind::rdr_reversal, BILLER_EVENT_RDR_REVERSAL, "rdr_reversal"},
          {EventKind::standin_decline, BILLER_EVENT_STANDIN_DECLINE, "standin_decline"},
          {EventKind::member_enable, BILLER_EVENT_MEMBER_ENABLE, "member_enable"},
          {EventKind::member_disable, BILLER_EVENT_MEMBER_DISABLE, "member_disable"},
          {EventKind::member_cancel, BILLER_EVENT_MEMBER_CANCEL, "member_cancel"}})
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(static_cast<std::uint32_t>(row.kind) == row.number);
            BOOST_TEST(kind_name(row.kind) == row.name);
            BOOST_TEST((kind_from_name(row.name) == row.kind));
        }
}

BOOST_AUTO_TEST_CASE(what_has_no_name_is_unknown) {
    BOOST_TEST(kind_name(static_cast<EventKind>(23)) == "unknown");
    BOOST_TEST(kind_name(static_cast<EventKind>(0xffffffffu)) == "unknown");
    for (std::string_view name : {"", "Join", "joins", "void_sale"})
        BOOST_TEST(!kind_from_name(name).has_value());
}

BOOST_AUTO_TEST_CASE(an_event_is_all_that_its_draft_was) {
    EventDraft draft;
    for (const auto& [name, member] : kEventTextsOf<EventDraft>)
        draft.*member = name;
    draft.kind = EventKind::upgrade;
    draft.key = "the key";
    draft.amount = Money{295, testing::currency("USD")};
    draft.approved = true;
    draft.test = true;
    draft.standin = true;
    draft.trial = false;
    draft.password = "canary";
    draft.eticket = {1, 2};
    draft.is_later_sale = true;
    draft.tokens = 50;
    draft.cross_sell_slot = 2;
    draft.occurred_at_ms = 3;
    draft.received_at_ms = 4;
    draft.warnings = {"one", "two"};
    draft.extras = {{"ref1", "a"}, {"ref2", ""}};

    const Event event = event_of(draft);
    for (const auto& [name, member] : kEventTexts)
        BOOST_TEST((event.*member == name), "" << name);
    BOOST_TEST((event.kind == draft.kind));
    BOOST_TEST(event.key == draft.key);
    BOOST_TEST((event.amount == draft.amount));
    BOOST_TEST((event.approved == true));
    BOOST_TEST(event.test);
    BOOST_TEST(event.standin);
    BOOST_TEST((event.trial == false));
    BOOST_TEST(event.password.reveal() == "canary");
    BOOST_TEST((event.eticket == draft.eticket));
    BOOST_TEST(event.is_later_sale);
    BOOST_TEST(event.tokens == 50u);
    BOOST_TEST(event.cross_sell_slot == 2u);
    BOOST_TEST(event.occurred_at_ms == 3);
    BOOST_TEST(event.received_at_ms == 4);
    BOOST_TEST((event.warnings == std::vector<std::string>{"one", "two"}));
    BOOST_TEST((event.extras == NamedValues{{"ref1", "a"}, {"ref2", ""}}));

    draft.clear();
    for (const auto& [name, member] : kEventTextsOf<EventDraft>)
        BOOST_TEST((draft.*member).empty(), "" << name);
    BOOST_TEST(draft.key.empty());
    BOOST_TEST(draft.password.empty());
    BOOST_TEST(!draft.amount.has_value());
    BOOST_TEST((draft.kind == EventKind::unknown));
    BOOST_TEST((draft.warnings.empty() && draft.extras.empty()));
}

BOOST_AUTO_TEST_SUITE_END()
