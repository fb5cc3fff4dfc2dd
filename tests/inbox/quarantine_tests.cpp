// Which requests are kept for the operator, and which of their content.
#include "inbox/quarantine.hpp"

#include "fixtures.hpp"
#include "ledger/fixture.hpp"

using namespace segpay;
using namespace segpay::testing;

BOOST_AUTO_TEST_SUITE(quarantine_tests)

BOOST_AUTO_TEST_CASE(what_cannot_be_read_as_a_whole_is_kept_as_far_as_it_can) {
    TestAccount account;
    const std::string good = sign_up("1");
    const std::string encoded = [&] {
        std::string all;
        append_encoded(all, good + "&password=canary");
        return all;
    }();
    struct Case {
        HttpRequest request;
        std::string_view why;
        std::string_view kept;
    };
    const std::string too_long = good + "&x=" + std::string(9'000, 'x');
    const std::string compressed = "\x1F\x8B\x08\xFF\xFE";
    for (const Case& each :
         {Case{{"GET", too_long, "", "127.0.0.1", {}}, "the value of \"x\" is longer", "&x=xxx"},
          {{"GET", encoded, "", "127.0.0.1", {}}, "a field name is longer", "purchaseid%3D1%26"},
          {{"POST", "", encoded, "127.0.0.1", {}}, "a field name is longer", "purchaseid%3D1%26"},
          {{"POST", "a=1", compressed, "127.0.0.1", {{"Content-Encoding", "br"}}},
           "the body is compressed",
           "a=1"},
          {{"POST", "", compressed, "127.0.0.1", {}}, "the body is compressed", ""},
          {{"POST", "b=2", good, "127.0.0.1", {{"Content-Type", "application/json"}}},
           "the body is not application/x-www-form-urlencoded",
           "b=2"}}) {
        BOOST_TEST_CONTEXT(each.why) {
            const Reply reply = account.inbox.handle(each.request);
            check_reply(reply, Disposition::quarantined, 422, "*failure*");
            BOOST_TEST(contains(reply.message, each.why));
            const std::optional<Entry> entry = account.ledger().entry(reply.key);
            BOOST_REQUIRE(entry.has_value());
            BOOST_TEST(contains(entry->request, each.kept));
            BOOST_TEST(!contains(entry->request, "canary"));
            BOOST_TEST(!entry->event.has_value());
            BOOST_TEST(account.inbox.handle(each.request).key == reply.key); // again: kept once
        }
    }
    BOOST_TEST(account.host.events.empty());
    BOOST_TEST(account.entries().size() == 5u); // the same in query and body is one entry
    // A request with a field too long is complete all the same: an operator can release it.
    const std::string key = account.get(too_long).key;
    Report report;
    const Refused refused = account.release(key, "ann", Deliver::here, report);
    BOOST_TEST((refused.cause == Refused::Cause::none));
    BOOST_TEST(account.host.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_contradicts_itself_is_kept_with_both_values) {
    TestAccount account;
    const Reply kept = account.get(sign_up("1", "9001", "&PRICE=1.00&password=canary"));
    check_reply(kept, Disposition::quarantined, 422, "*failure*");
    BOOST_TEST(
        contains(kept.message, R"("price" comes twice, and the values differ: "39.95" and)"));
    BOOST_REQUIRE(account.entries().size() == 1u);
    const Entry entry = account.entries()[0];
    BOOST_TEST(contains(entry.request, "&price=39.95&"));
    BOOST_TEST(contains(entry.request, "&PRICE=1.00"));
    BOOST_TEST(entry.event->purchase_id == "1");
    // Only Segpay knows which value is right: an operator has to supply it.
    Report report;
    const Refused refused = account.release(kept.key, "ann", Deliver::here, report);
    BOOST_TEST((refused.cause == Refused::Cause::wrong_state));
    BOOST_TEST(contains(refused.message, "look up at Segpay what is right"));
    BOOST_TEST((account.state_of(kept.key) == EntryState::quarantined));
    BOOST_TEST((account.inbox.dismiss(kept.key, "ann").cause == Refused::Cause::none));
    check_success(account.get(sign_up("1", "9001", "&PRICE=1.00&password=canary")),
                  Disposition::duplicate);
    check_success(account.get(sign_up("1")), Disposition::delivered);
}

BOOST_AUTO_TEST_CASE(what_is_set_aside_without_a_kind_is_kept_without_an_event) {
    TestAccount account;
    for (const char* query : {"purchaseid=1&PurchaseID=2", "transtype=sale&purchaseid=1",
                              "transtype=gift&transtype=sale&action=Auth&purchaseid=1"})
        check_reply(account.get(query), Disposition::quarantined, 422, "*failure*");
    const std::vector<Entry> entries = account.entries();
    BOOST_REQUIRE(entries.size() == 3u);
    for (const Entry& entry : entries) {
        BOOST_TEST(!entry.event.has_value());
        BOOST_TEST(!contains(entry.message, "damaged"));
        BOOST_TEST(contains(entry.message, "release it with"));
    }
}

BOOST_AUTO_TEST_CASE(quarantined_is_kept_once_and_comes_again) {
    TestAccount account;
    const std::string broken = sign_up("1") + "&relatedtranid=no+id";
    const Reply first = account.get(broken);
    check_reply(first, Disposition::quarantined, 422, "*failure*");
    BOOST_TEST(contains(first.message, "relatedtranid"));
    const Reply again = account.get(broken);
    check_reply(again, Disposition::quarantined, 422, "*failure*");
    BOOST_TEST(again.key == first.key);
    BOOST_TEST(account.entries().size() == 1u);
    BOOST_TEST((account.state_of(first.key) == EntryState::quarantined));
    BOOST_TEST(account.host.events.empty());
    // Logged once, not at every repeat.
    BOOST_TEST(account.host.log.size() == 1u);
}

BOOST_AUTO_TEST_CASE(unknown_is_kept_and_answered_as_success) {
    TestAccount account;
    const Reply reply = account.get("transtype=gift&action=Auth&purchaseid=1");
    check_success(reply, Disposition::unknown);
    BOOST_TEST((account.state_of(reply.key) == EntryState::unknown));
    BOOST_TEST(account.host.events.empty());
}

BOOST_AUTO_TEST_CASE(a_contradiction_is_kept_apart) {
    TestAccount account;
    const Reply first = account.get(sign_up("1", "7"));
    for (const std::string& contradicting : {sign_up("2", "7"), cheaper("1", "7")}) {
        const Reply reply = account.get(contradicting);
        check_reply(reply, Disposition::conflict, 409, "*failure*");
        BOOST_TEST(reply.key != first.key);
        BOOST_TEST((account.state_of(reply.key) == EntryState::conflict));
        BOOST_TEST(contains(reply.message, "transaction 7"));
    }
    BOOST_TEST(account.host.events.size() == 1u);
    BOOST_TEST((account.state_of(first.key) == EntryState::settled));
}

// Keys stay for ever, entries do not.

BOOST_AUTO_TEST_CASE(what_was_believed_is_not_doubted_after_it_was_purged) {
    const segpay::test::TemporaryFolder folder;
    const auto account_with = [&](Seal::Mode mode) {
        return std::make_unique<TestAccount>(
            example_config_but([&](Config& config) {
                config.seal.mode = mode;
                config.seal.keys = {HmacKey("a-seal-key-that-is-long-enough")};
            }),
            segpay::test::open(folder.file()));
    };
    {
        const auto trusting = account_with(Seal::Mode::off);
        BOOST_TEST((trusting->get(sign_up("1")).disposition == Disposition::delivered));
        BOOST_TEST((trusting->get(sign_up("2", "9002")).disposition == Disposition::delivered));
    }
    const auto doubting = account_with(Seal::Mode::require);
    BOOST_TEST((doubting->get(sign_up("1")).disposition == Disposition::duplicate));
    while (doubting->ledger().purge(doubting->host.now + 1))
        continue;
    BOOST_TEST(doubting->entries().size() == 1u); // the last entry stays
    BOOST_TEST((doubting->get(sign_up("1")).disposition == Disposition::duplicate));
    BOOST_TEST((doubting->get(sign_up("3", "9003")).disposition == Disposition::quarantined));
}

BOOST_AUTO_TEST_CASE(what_was_dismissed_is_a_duplicate_after_it_was_purged) {
    TestAccount account;
    const std::string forged = "transtype=gift&purchaseid=1";
    const Reply kept = account.get(forged);
    BOOST_TEST((kept.disposition == Disposition::unknown));
    BOOST_TEST((account.inbox.dismiss(kept.key, "ann").cause == Refused::Cause::none));
    BOOST_TEST((account.get(forged).disposition == Disposition::duplicate));
    (void)account.get(sign_up("9"));
    BOOST_TEST(account.ledger().purge(account.host.now + 1));
    BOOST_TEST(!account.ledger().entry(kept.key).has_value());
    check_reply(account.get(forged), Disposition::duplicate, 200, "*success*");
}

BOOST_AUTO_TEST_SUITE_END()
