// Postbacks without a purchase id over time; tests/data/simple_templates.seq has more.
#include "postbacks/unnamed.hpp"

#include "failing_ledger.hpp"
#include "fixtures.hpp"

#include <algorithm>

using namespace segpay;
using namespace segpay::testing;

namespace {

constexpr TimeMs kMinute = 60 * kSecond;

std::string named(std::string_view action, std::string_view username = "joe") {
    return "action=" + std::string(action) + "&username=" + std::string(username);
}

struct Members {
    TestAccount account;

    std::string tell(const std::string& query) {
        return std::string(disposition_name(account.get(query).disposition));
    }
    std::string about() { return account.host.events.back()["purchase_id"]; }
    void joins(std::string_view purchase, std::string_view username = "joe") {
        BOOST_TEST(tell(sign_up(purchase, "9" + std::string(purchase),
                                "&username=" + std::string(username))) == "delivered");
    }
    std::size_t count(EntryState state) {
        const auto all = account.entries();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const Entry& entry) { return entry.state == state; }));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(unnamed_tests, Members)

// An Enable comes before its sale: an older purchase of that name is not meant.
BOOST_AUTO_TEST_CASE(an_enable_is_about_what_was_just_sold) {
    joins("1");
    account.host.now += 76 * kMinute;
    BOOST_TEST(tell(named("Enable")) == "quarantined");
    joins("2");
    account.host.now += 5 * kMinute;
    BOOST_TEST(tell(named("Enable")) == "delivered");
    BOOST_TEST(about() == "2");
    BOOST_TEST(count(EntryState::quarantined) == 0u);
}

BOOST_AUTO_TEST_CASE(an_enable_that_names_another_sale_is_not_about_this_one) {
    joins("1");
    BOOST_TEST(tell(named("Enable") + "&tranid=8888") == "quarantined");
    BOOST_TEST(tell(named("Enable") + "&tranid=91") == "delivered");
}

BOOST_AUTO_TEST_CASE(an_operator_may_release_an_enable_of_an_older_purchase) {
    joins("1");
    account.host.now += kDay;
    const Reply reply = account.get(named("Enable"));
    Report report;
    const Refused refused = account.release(reply.key, "ann", Deliver::here, report);
    BOOST_TEST(refused.message == "");
    BOOST_TEST(account.host.events.back().kind == "member_enable");
    BOOST_TEST(about() == "1");
}

// A customer who returns under the old name has one purchase that has ended, and one that has not.
BOOST_AUTO_TEST_CASE(what_has_ended_long_ago_is_not_ended_again) {
    joins("1");
    BOOST_TEST(tell(named("Disable")) == "delivered");
    joins("2");
    account.host.now += 74 * kMinute;
    BOOST_TEST(tell(named("Disable")) == "quarantined"); // perhaps a repeat
    account.host.now += 2 * kMinute;
    BOOST_TEST(tell(named("Cancel")) == "delivered");
    BOOST_TEST(about() == "2");
    BOOST_TEST(tell(named("Cancel")) == "duplicate");
    BOOST_TEST(tell(named("Disable")) == "delivered");
    BOOST_TEST(about() == "2");
}

BOOST_AUTO_TEST_CASE(the_only_one_of_a_name_may_be_told_again) {
    joins("1");
    BOOST_TEST(tell(named("Disable")) == "delivered");
    account.host.now += kDay;
    BOOST_TEST(tell(named("Disable")) == "duplicate");
}

// An event that was not acknowledged is repeated, whatever else could be meant.
BOOST_AUTO_TEST_CASE(a_repeat_is_not_taken_for_news_of_another_purchase) {
    joins("1");
    joins("2", "ann");
    account.host.answers(BILLER_RETRY);
    BOOST_TEST(tell(named("Cancel")) == "deferred");
    account.host.answers(BILLER_DONE);
    account.host.now += 2 * kMinute;
    BOOST_TEST(account.inbox.recover(10).delivered == 1u);
    joins("3");
    BOOST_TEST(tell(named("Cancel")) == "quarantined"); // that of 1 again, or one of 3
    account.host.now += 80 * kMinute;
    BOOST_TEST(tell(named("Cancel")) == "delivered");
    BOOST_TEST(about() == "3");
}

// The same words months later are another event.
BOOST_AUTO_TEST_CASE(what_was_decided_does_not_answer_for_what_comes_later) {
    joins("1");
    joins("2");
    const Reply first = account.get(named("Disable"));
    BOOST_TEST((first.disposition == Disposition::quarantined));
    account.host.now += 60 * kMinute;
    BOOST_TEST(account.get(named("Disable")).key == first.key);
    BOOST_TEST(account.inbox.dismiss(first.key, "ann").message == "");
    BOOST_TEST(tell(named("Disable")) == "duplicate");
    account.host.now += 30 * kDay;
    const Reply later = account.get(named("Disable"));
    BOOST_TEST((later.disposition == Disposition::quarantined));
    BOOST_TEST(later.key != first.key);
    BOOST_TEST(count(EntryState::quarantined) == 1u);
}

// And it does not settle what has waited for long.
BOOST_AUTO_TEST_CASE(what_comes_later_closes_nothing_old) {
    joins("1");
    joins("2");
    BOOST_TEST(tell(named("Disable")) == "quarantined");
    BOOST_TEST(tell(member_post("disable", "1")) == "delivered");
    account.host.now += kDay;
    BOOST_TEST(tell(named("Disable")) == "delivered");
    BOOST_TEST(about() == "2");
    BOOST_TEST(count(EntryState::quarantined) == 1u);
}

BOOST_AUTO_TEST_CASE(a_name_that_hundreds_have_is_nobodys) {
    for (int i = 0; i < 100; ++i)
        joins(std::to_string(1000 + i), "test");
    BOOST_TEST(tell(named("Disable", "test") + "&memberid=1") == "quarantined");
    BOOST_TEST(tell(named("Disable", "test") + "&tranid=91007") == "delivered");
    BOOST_TEST(about() == "1007");
}

// A user name may be an e-mail address.
BOOST_AUTO_TEST_CASE(no_message_and_no_line_shows_the_name) {
    joins("1", "joe@example.com");
    joins("2", "joe@example.com");
    const Reply reply = account.get(named("Disable", "joe@example.com"));
    BOOST_TEST(contains(reply.message, "(2, 1)"));
    BOOST_TEST(!contains(reply.message, "joe"));
    for (const LogLine& line : account.host.log)
        BOOST_TEST(!contains(line.text, "joe"));
}

BOOST_AUTO_TEST_CASE(a_ledger_that_cannot_be_asked_guesses_nothing) {
    auto owned = std::make_unique<FailingLedger>(ledger_in_memory());
    FailingLedger& failing = *owned;
    TestAccount other(example_config(), std::move(owned));
    BOOST_TEST(other.get(sign_up("1", "11", "&username=joe")).http_status == 200u);
    failing.failing = {"purchases_named"};
    BOOST_TEST((other.get(named("Disable")).disposition == Disposition::unavailable));
    failing.failing.clear();
    BOOST_TEST((other.get(named("Disable")).disposition == Disposition::delivered));
}

BOOST_AUTO_TEST_SUITE_END()
