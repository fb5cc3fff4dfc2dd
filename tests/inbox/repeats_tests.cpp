// Member events that were answered with failure, or not at all: Segpay repeats them every five
// minutes for an hour, whatever else has happened meanwhile.
#include "fixtures.hpp"
#include "ledger/fixture.hpp"

using namespace segpay;
using namespace segpay::testing;

namespace {

using Kinds = std::vector<std::string>;

constexpr TimeMs kMinute = 60 * kSecond;
constexpr TimeMs kWindow = 75 * kMinute;

// An account that takes its requests one by one, or by batches of one.
class Segpay {
public:
    TestAccount account;
    std::string purchase = "1";

    explicit Segpay(bool is_in_batches, bool honours_keys = false)
        : account(example_config(), ledger_in_memory(), honours_keys),
          is_in_batches_(is_in_batches) {}

    std::string_view posts(const std::string& query) {
        if (!is_in_batches_) return disposition_name(account.get(query).disposition);
        Disposition became{};
        const HttpRequest request{"GET", query, "", "127.0.0.1", {}};
        account.handle_all({&request, 1},
                           [&](std::size_t, const Reply& reply) { became = reply.disposition; });
        return disposition_name(became);
    }
    std::string_view posts_member(std::string_view action) {
        return posts(member_post(action, purchase));
    }
    void after(TimeMs time) { account.host.now += time; }
    // The host's database is locked, for one postback.
    std::string_view posts_in_vain(std::string_view action) {
        account.host.answers(BILLER_RETRY);
        const std::string_view became = posts_member(action);
        account.host.answers(BILLER_DONE);
        return became;
    }
    void recovers() {
        after(kMinute);
        (void)account.inbox.recover(100);
    }
    Kinds applied() const { return account.kinds(); }

private:
    bool is_in_batches_;
};

template <class Test>
void in_every_way(Test test) {
    for (const bool is_in_batches : {false, true})
        for (const bool honours_keys : {false, true}) {
            BOOST_TEST_CONTEXT((is_in_batches ? "batches" : "one by one")
                               << (honours_keys ? ", keys" : "")) {
                Segpay segpay(is_in_batches, honours_keys);
                test(segpay);
            }
        }
}

} // namespace

BOOST_AUTO_TEST_SUITE(repeats_tests)

BOOST_AUTO_TEST_CASE(an_enable_that_failed_opens_access_once_though_it_was_taken_away_since) {
    in_every_way([](Segpay& segpay) {
        BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
        BOOST_TEST(segpay.posts_in_vain("Disable") == "deferred"); // so that the Enable is news
        segpay.recovers();
        BOOST_TEST(segpay.posts_member("Disable") == "duplicate");

        BOOST_TEST(segpay.posts_in_vain("Enable") == "deferred");
        segpay.recovers();
        BOOST_TEST(segpay.posts("transtype=credit&action=Auth&stage=Initial&approved=Yes"
                                "&price=39.95&currencycode=USD&purchaseid=1&transid=9002"
                                "&relatedtranid=9001") == "delivered");
        BOOST_TEST(segpay.posts_member("Disable") == "delivered");
        BOOST_TEST(segpay.posts_member("Cancel") == "delivered");
        segpay.after(5 * kMinute);
        const Kinds before = segpay.applied();
        BOOST_TEST(before.back() == "member_cancel");
        BOOST_TEST(segpay.posts_member("Enable") == "duplicate");
        BOOST_TEST(segpay.applied() == before, boost::test_tools::per_element());
        BOOST_TEST(!segpay.account.ledger().purchase("1")->state.has_access);
        // That reply was a success: the next Enable is a new event.
        BOOST_TEST(segpay.posts_member("Enable") == "delivered");
    });
}

BOOST_AUTO_TEST_CASE(a_disable_or_cancel_that_failed_ends_nothing_that_was_paid_for_since) {
    for (const char* const action : {"Disable", "Cancel"})
        in_every_way([&](Segpay& segpay) {
            BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
            BOOST_TEST(segpay.posts_in_vain(action) == "deferred");
            segpay.recovers();
            BOOST_TEST(segpay.posts("transtype=sale&action=Auth&stage=Reactivation&approved=Yes"
                                    "&price=39.95&currencycode=USD&purchaseid=1&transid=9003") ==
                       "delivered");
            segpay.after(5 * kMinute);
            const std::size_t before = segpay.applied().size();
            BOOST_TEST(segpay.posts_member(action) == "duplicate");
            BOOST_TEST(segpay.applied().size() == before);
            const PurchaseState state = segpay.account.ledger().purchase("1")->state;
            BOOST_TEST(state.has_access);
            BOOST_TEST(state.renews);
        });
}

// Twelve times each, alternating: while nothing reaches the host, each repeat could pass for a new
// event.
BOOST_AUTO_TEST_CASE(while_deliveries_are_deferred_repeats_open_no_epochs) {
    in_every_way([](Segpay& segpay) {
        BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
        segpay.account.host.answers(BILLER_RETRY);
        for (int round = 0; round < 12; ++round) {
            for (const char* const action : {"Disable", "Enable", "Cancel", "Reactivation"})
                BOOST_TEST(segpay.posts_member(action) == "deferred");
            segpay.after(5 * kMinute);
        }
        segpay.account.host.answers(BILLER_DONE);
        segpay.account.host.events.clear();
        segpay.after(kDay); // the pauses have grown
        segpay.recovers();
        BOOST_TEST(segpay.applied() ==
                       (Kinds{"member_disable", "member_enable", "member_cancel", "reactivation"}),
                   boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(segpays_time_ends) {
    for (const auto& [pause, is_repeat] : {std::pair{kWindow, true}, std::pair{kWindow + 1, false}})
        in_every_way([&, pause = pause, is_repeat = is_repeat](Segpay& segpay) {
            BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
            BOOST_TEST(segpay.posts_in_vain("Cancel") == "deferred");
            const TimeMs first = segpay.account.host.now;
            segpay.recovers();
            BOOST_TEST(segpay.posts_member("Reactivation") == "delivered");
            segpay.account.host.now = first + pause;
            BOOST_TEST(segpay.posts_member("Cancel") == (is_repeat ? "duplicate" : "delivered"));
        });
}

// An event that is not applied when its window is over stays one event when it is repeated, and is
// outstanding again.
BOOST_AUTO_TEST_CASE(what_is_deferred_for_hours_stays_one_event) {
    in_every_way([](Segpay& segpay) {
        BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
        segpay.account.host.answers(BILLER_RETRY);
        BOOST_TEST(segpay.posts_member("Cancel") == "deferred");
        segpay.after(2 * kWindow);
        BOOST_TEST(segpay.posts_member("Cancel") == "deferred");
        BOOST_TEST(segpay.posts_member("Reactivation") == "deferred");
        segpay.after(5 * kMinute);
        BOOST_TEST(segpay.posts_member("Cancel") == "deferred");
        segpay.account.host.answers(BILLER_DONE);
        segpay.account.host.events.clear();
        segpay.after(kDay); // the pauses have grown
        segpay.recovers();
        BOOST_TEST(segpay.applied() == (Kinds{"member_cancel", "reactivation"}),
                   boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(a_dead_letter_comes_again_as_itself) {
    in_every_way([](Segpay& segpay) {
        BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
        segpay.account.host.answers(BILLER_REFUSE);
        BOOST_TEST(segpay.posts_member("Cancel") == "dead_letter");
        segpay.account.host.answers(BILLER_DONE);
        BOOST_TEST(segpay.posts_member("Reactivation") == "delivered");
        segpay.after(5 * kMinute);
        BOOST_TEST(segpay.posts_member("Cancel") == "dead_letter");
        BOOST_TEST(segpay.account.ledger().purchase("1")->state.renews);
    });
}

// The host took so long that Segpay may not have waited for the reply.
BOOST_AUTO_TEST_CASE(what_was_answered_late_may_come_again) {
    for (const TimeMs time : {10 * kSecond, 11 * kSecond})
        in_every_way([&](Segpay& segpay) {
            BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
            segpay.account.host.answer = [&](const biller_event&, biller_reason*) {
                segpay.after(time);
                return BILLER_DONE;
            };
            BOOST_TEST(segpay.posts_member("Cancel") == "delivered");
            segpay.account.host.answers(BILLER_DONE);
            BOOST_TEST(segpay.posts_member("Reactivation") == "delivered");
            BOOST_TEST(segpay.posts_member("Cancel") ==
                       (time > 10 * kSecond ? "duplicate" : "delivered"));
        });
}

// Each kind of event and each purchase is separate.
BOOST_AUTO_TEST_CASE(what_is_outstanding_of_one_says_nothing_of_another) {
    in_every_way([](Segpay& segpay) {
        for (const char* const purchase : {"1", "2"})
            BOOST_TEST(segpay.posts(sign_up(purchase, "900" + std::string(purchase))) ==
                       "delivered");
        BOOST_TEST(segpay.posts_in_vain("Cancel") == "deferred");
        segpay.recovers();
        BOOST_TEST(segpay.posts_member("Disable") == "delivered");
        segpay.purchase = "2";
        BOOST_TEST(segpay.posts_member("Cancel") == "delivered");
        BOOST_TEST(segpay.posts_member("Reactivation") == "delivered");
        BOOST_TEST(segpay.posts_member("Cancel") == "delivered");
    });
}

// A reactivation is identified by its time: it is not noted as outstanding.
BOOST_AUTO_TEST_CASE(what_has_a_time_is_known_by_it) {
    in_every_way([](Segpay& segpay) {
        BOOST_TEST(segpay.posts(sign_up("1")) == "delivered");
        const std::string first =
            member_post("Reactivation", "1") + "&reactivationtimestamp=7/28/2026+3:38:43+PM";
        const std::string second =
            member_post("Reactivation", "1") + "&reactivationtimestamp=7/28/2026+3:39:43+PM";
        segpay.account.host.answers(BILLER_RETRY);
        BOOST_TEST(segpay.posts(first) == "deferred");
        BOOST_TEST(segpay.account.ledger().purchase("1")->outstanding.empty());
        segpay.account.host.answers(BILLER_DONE);
        segpay.recovers();
        BOOST_TEST(segpay.posts(second) == "delivered");
        BOOST_TEST(segpay.posts(first) == "duplicate");
    });
}

// As if one came after the other: each is answered before the next is taken.
BOOST_AUTO_TEST_CASE(a_batch_is_as_if_each_had_come_alone) {
    TestAccount account;
    (void)account.get(sign_up("1"));
    account.host.events.clear();
    const std::string cancel = member_post("Cancel", "1"), back = member_post("Reactivation", "1");
    const std::vector<HttpRequest> requests = {{"GET", cancel, "", "127.0.0.1", {}},
                                               {"GET", back, "", "127.0.0.1", {}},
                                               {"GET", cancel, "", "127.0.0.1", {}}};
    std::vector<std::string_view> became;
    account.handle_all(requests, [&](std::size_t, const Reply& reply) {
        became.push_back(disposition_name(reply.disposition));
        BOOST_TEST(account.ledger().purchase("1")->outstanding.empty()); // noted before it leaves
    });
    BOOST_TEST(became == (std::vector<std::string_view>{"delivered", "delivered", "delivered"}),
               boost::test_tools::per_element());
}

// ---- A process that dies, and a second host -----------------------------------------------------

namespace {

// Two hosts with one ledger; a test can let one of them die.
struct TwoHosts {
    test::TemporaryFolder folder;
    std::unique_ptr<TestAccount> first = open(), second = open();

    std::unique_ptr<TestAccount> open() {
        LedgerSettings settings;
        settings.path = folder.file();
        settings.lease_ms = 30'000;
        return std::make_unique<TestAccount>(example_config(), open_for_test(settings));
    }
};

// Claims an event, as a host that dies before it answers.
std::optional<Entry> claim_and_die(TwoHosts& hosts, EventKind kind) {
    const test::Fact fact = [&] {
        test::Fact made = test::member("1", kind);
        made.identity.key_prefix =
            kind == EventKind::member_cancel ? "segpay/p1/cancel" : "segpay/p1/enable";
        return made;
    }();
    std::optional<Entry> entry =
        hosts.first->ledger().claim(fact.event, fact.identity, hosts.first->host.now).entry;
    return entry;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_answer_that_never_left_is_outstanding) {
    for (const bool is_settled : {false, true}) {
        TwoHosts hosts;
        (void)hosts.first->get(sign_up("1"));
        const std::optional<Entry> entry = claim_and_die(hosts, EventKind::member_cancel);
        BOOST_REQUIRE(entry.has_value());
        if (is_settled) BOOST_TEST(hosts.first->ledger().settle(*entry, {}, hosts.first->host.now));
        hosts.first.reset(); // no reply was sent
        hosts.second->host.now += kMinute;
        (void)hosts.second->inbox.recover(10);
        BOOST_TEST((hosts.second->get(member_post("Reactivation", "1")).disposition ==
                    Disposition::delivered));
        hosts.second->host.now += 5 * kMinute;
        BOOST_TEST(
            (hosts.second->get(member_post("Cancel", "1")).disposition == Disposition::duplicate));
        BOOST_TEST(hosts.second->ledger().purchase("1")->state.renews);
    }
}

BOOST_AUTO_TEST_CASE(what_failed_at_one_host_is_a_repeat_at_another) {
    TwoHosts hosts;
    (void)hosts.first->get(sign_up("1"));
    hosts.first->host.answers(BILLER_RETRY);
    BOOST_TEST((hosts.first->get(member_post("Cancel", "1")).disposition == Disposition::deferred));
    hosts.second->host.now += kMinute;
    (void)hosts.second->inbox.recover(10);
    BOOST_TEST((hosts.second->get(member_post("Reactivation", "1")).disposition ==
                Disposition::delivered));
    BOOST_TEST(
        (hosts.second->get(member_post("Cancel", "1")).disposition == Disposition::duplicate));
    // Once the second host has noted its answer, the next one is a new event at the first.
    (void)hosts.second->inbox.recover(1);
    hosts.first->host.answers(BILLER_DONE);
    BOOST_TEST(
        (hosts.first->get(member_post("Cancel", "1")).disposition == Disposition::delivered));
}

BOOST_AUTO_TEST_SUITE_END()
