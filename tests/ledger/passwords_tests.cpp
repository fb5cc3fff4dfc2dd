// Where a password is: in the leased event, encrypted in the file while it is pending, and
// afterwards nowhere.
#include "ledger/fixture.hpp"
#include "ledger/sqlite/sqlite_handle.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr std::string_view kCanary = "canary-4f1d-tweets-at-dawn";
constexpr std::string_view kKey = "a key from the configuration";

Fact with_password(std::string_view purchase = "1") {
    Fact fact = transaction(purchase, "100" + std::string(purchase));
    fact.event.password = Secret(kCanary);
    return fact;
}

std::string password(const std::optional<Entry>& entry) {
    BOOST_REQUIRE(entry && entry->event);
    return std::string(entry->event->password.reveal());
}

KeptRequest kept_with_password() {
    KeptRequest request;
    request.key = "segpay/kept/1";
    request.event = transaction("1", "1001").event;
    request.password = Secret(kCanary);
    return request;
}

} // namespace

struct PasswordFolder : TemporaryFolder {
    bool holds(std::string_view bytes) const {
        const std::string all = testing::is_on_mariadb()
                                    ? testing::bytes_of_database(testing::database_for(file()))
                                    : bytes_of_folder(path());
        return all.find(bytes) != std::string::npos;
    }
    std::vector<std::string> stored_boxes() const {
        if (testing::is_on_mariadb())
            return testing::column_on_mariadb(testing::database_for(file()),
                                              "SELECT password FROM segpay_entries");
        SqliteConnection connection(file(), 1000);
        SqliteQuery row = connection.query("SELECT password FROM entries");
        std::vector<std::string> boxes;
        while (row.next())
            boxes.emplace_back(row.blob(0));
        return boxes;
    }
    std::string stored_box() const { return stored_boxes().at(0); }
};

BOOST_FIXTURE_TEST_SUITE(passwords_tests, PasswordFolder)

BOOST_AUTO_TEST_CASE(are_stored_encrypted_until_settled) {
    auto ledger = open(file(), kKey);
    const Claim made = claim(*ledger, with_password());
    BOOST_TEST(password(made.entry) == kCanary);
    BOOST_TEST(holds("1001")); // the search finds what is there
    BOOST_TEST(!holds(kCanary));
    const std::string box = stored_box();
    BOOST_TEST(!box.empty());
    BOOST_TEST(holds(box));

    ledger = open(file(), kKey); // as after a crash
    const auto again = ledger->lease_due(kNow + kLeaseMs);
    BOOST_TEST(password(again) == kCanary);
    BOOST_TEST(password(ledger->entry(made.key)) == kCanary);
    BOOST_TEST(ledger->settle(*again, applied(), kNow + kLeaseMs));
    BOOST_TEST(password(ledger->entry(made.key)) == "");
    BOOST_TEST(stored_box().empty());
    ledger.reset();
    BOOST_TEST(holds("1001"));
    BOOST_TEST(!holds(box));
}

BOOST_AUTO_TEST_CASE(stay_while_a_delivery_may_follow) {
    const auto ledger = open(file(), kKey);
    const Claim made = claim(*ledger, with_password());
    BOOST_TEST(ledger->settle(*made.entry, retry_at(kNow), kNow));
    const auto retried = ledger->lease_next("1", kNow);
    BOOST_TEST(password(retried) == kCanary);
    BOOST_TEST(ledger->settle(*retried, refused(), kNow));
    BOOST_TEST(password(ledger->entry(made.key)) == kCanary);
    BOOST_TEST(is_dismissed(*ledger, made.key, kNow));
    BOOST_TEST(stored_box().empty());
}

BOOST_AUTO_TEST_CASE(are_read_with_an_older_key_while_it_is_in_the_list) {
    constexpr const char* kNewKey = "a-new-key-of-the-ledger";
    const auto open_with = [&](Secrets keys) {
        LedgerSettings settings;
        settings.path = file();
        settings.lease_ms = kLeaseMs;
        settings.password_key = std::move(keys);
        return testing::open_for_test(settings);
    };
    Secrets both{Secret(kNewKey)};
    both.add(Secret(kKey));
    const Claim first = claim(*open_with(Secret(kKey)), with_password("1"));
    auto ledger = open_with(both);
    BOOST_TEST(password(ledger->entry(first.key)) == kCanary);
    const Claim second = claim(*ledger, with_password("2"));
    ledger = open_with(Secret(kNewKey));
    BOOST_TEST(password(ledger->entry(second.key)) == kCanary);
    BOOST_TEST(password(ledger->entry(first.key)) == "");
}

BOOST_AUTO_TEST_CASE(of_kept_requests_end_when_those_are_closed) {
    const auto ledger = open(file(), kKey);
    BOOST_TEST((ledger->keep(kept_with_password(), kNow) == Kept::anew));
    BOOST_TEST(!holds(kCanary));
    BOOST_TEST(password(ledger->entry("segpay/kept/1")) == kCanary);
    BOOST_TEST(is_released(*ledger, "segpay/kept/1", transaction("1", "1001")));
    BOOST_TEST(password(ledger->entry("segpay/kept/1")) == "");
    BOOST_TEST(stored_box().empty());
}

BOOST_AUTO_TEST_CASE(are_not_stored_without_a_key) {
    const auto ledger = open(file());
    const Claim made = claim(*ledger, with_password());
    BOOST_TEST(password(made.entry) == kCanary); // this time only
    BOOST_TEST((ledger->keep(kept_with_password(), kNow) == Kept::anew));
    BOOST_TEST(stored_box().empty());
    BOOST_TEST(!holds(kCanary));
    BOOST_TEST(password(ledger->entry(made.key)) == "");
    const auto again = ledger->lease_due(kNow + kLeaseMs);
    BOOST_TEST(password(again) == "");
    BOOST_TEST(ledger->settle(*again, retry_at(kNow), kNow));
    // The repeated postback has it again.
    BOOST_TEST(password(claim(*ledger, with_password(), kNow).entry) == kCanary);
}

BOOST_AUTO_TEST_CASE(leave_no_bytes_in_the_free_space_of_pages) {
    if (testing::is_on_mariadb()) return; // there the server clears them
    constexpr int kEntries = 12;
    auto ledger = open(file(), kKey);
    std::vector<Entry> entries;
    for (int number = 0; number < kEntries; ++number)
        entries.push_back(*claim(*ledger, with_password(std::to_string(number))).entry);
    const std::vector<std::string> boxes = stored_boxes();
    BOOST_TEST(boxes.size() == static_cast<std::size_t>(kEntries));
    for (const Entry& entry : entries)
        BOOST_TEST(ledger->settle(entry, applied(), kNow));
    ledger.reset(); // writes the log back into the database
    const std::string bytes = bytes_of_folder(path());
    for (const std::string& box : boxes)
        for (std::size_t part = 0; part + 8 <= box.size(); part += 8)
            BOOST_TEST((bytes.find(box.substr(part, 8)) == std::string::npos));
}

BOOST_AUTO_TEST_CASE(are_not_listed) {
    const auto ledger = open(file(), kKey);
    claim(*ledger, with_password());
    ledger->entries({}, [](const Entry& entry) {
        BOOST_TEST(entry.event->password.is_empty());
        return true;
    });
}

BOOST_AUTO_TEST_CASE(of_another_key_stay_encrypted) {
    claim(*open(file(), kKey), with_password());
    const auto again = open(file(), "another key")->lease_due(kNow + kLeaseMs);
    BOOST_TEST(password(again) == "");
    BOOST_TEST(again->event->purchase_id == "1");
}

// At its first attempt, too, when the key that opens it is not there any more.
BOOST_AUTO_TEST_CASE(go_at_settlement_whether_they_could_be_opened_or_not) {
    Fact second = with_password("1");
    second.event.transaction_id = "1009";
    second.identity.key_prefix = "segpay/1009/rebill";
    {
        const auto ledger = open(file(), kKey);
        const Claim first = claim(*ledger, with_password("1"));
        BOOST_TEST(outcome(*ledger, second) == "queued");
        BOOST_TEST(ledger->settle(*first.entry, applied(), kNow));
    }
    const auto ledger = open(file(), "another key");
    const auto next = ledger->lease_next("1", kNow);
    BOOST_TEST(password(next) == "");
    BOOST_TEST(ledger->settle(*next, applied(), kNow));
    for (const std::string& box : stored_boxes())
        BOOST_TEST(box.empty());
}

BOOST_AUTO_TEST_SUITE_END()
