// Many threads, many processes, and processes that die: each event is leased once, and every
// claimed event is stored.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <mutex>
#include <set>
#include <thread>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr int kEvents = 500;

Fact numbered(int number) {
    const std::string id = std::to_string(number);
    return transaction(id, id);
}

// Several threads over one ledger claim all events; returns the keys that were leased, a line each.
std::string claim_all(const std::string& path, int threads) {
    const auto ledger = open(path);
    std::mutex mutex;
    std::string leased;
    const auto work = [&](int first) {
        for (int number = 0; number < kEvents; ++number) {
            const Claim made = claim(*ledger, numbered((number + first) % kEvents));
            if (made.outcome != Claim::Outcome::leased) continue;
            const std::lock_guard lock(mutex);
            leased += made.key + "\n";
        }
    };
    std::vector<std::thread> workers;
    for (int worker = 0; worker < threads; ++worker)
        workers.emplace_back(work, worker * 7); // not quite in step
    for (std::thread& worker : workers)
        worker.join();
    return leased;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        found.push_back(line);
    return found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(processes_tests, TemporaryFolder)

BOOST_AUTO_TEST_CASE(each_event_is_leased_once) {
    std::map<std::string, int> leases;
    {
        Child one([&] { return claim_all(file(), 4); });
        Child other([&] { return claim_all(file(), 4); });
        for (Child* child : {&one, &other})
            for (const std::string& key : lines(child->said()))
                ++leases[key];
    }
    BOOST_TEST(leases.size() == static_cast<std::size_t>(kEvents));
    for (const auto& [key, count] : leases)
        BOOST_TEST(count == 1, key);
}

BOOST_AUTO_TEST_CASE(each_waiting_event_is_taken_once_and_in_order) {
    constexpr int kPurchases = 20;
    const auto ledger = open(file());
    for (int number = 0; number < 3 * kPurchases; ++number)
        claim(*ledger, transaction(std::to_string(number % kPurchases), std::to_string(number)));
    const TimeMs later = kNow + kLeaseMs; // the leases of the claims are over
    const auto recover = [&] {
        const auto mine = open(file());
        std::string done;
        while (const auto entry = mine->lease_due(later)) {
            done += entry->event->purchase_id + " " + std::to_string(entry->sequence) + "\n";
            if (!mine->settle(*entry, applied(), later)) done += "lost\n";
        }
        return done;
    };
    std::map<std::string, int> taken;
    {
        Child one(recover);
        Child other(recover);
        for (Child* child : {&one, &other}) {
            std::map<std::string, std::uint64_t> last; // of each purchase, within one process
            for (const std::string& line : lines(child->said())) {
                ++taken[line];
                const std::string purchase = line.substr(0, line.find(' '));
                const std::uint64_t sequence = std::stoull(line.substr(line.find(' ')));
                BOOST_TEST(sequence > last[purchase]);
                last[purchase] = sequence;
            }
        }
    }
    BOOST_TEST(taken.size() == static_cast<std::size_t>(3 * kPurchases));
    for (const auto& [line, count] : taken)
        BOOST_TEST(count == 1, line);
    BOOST_TEST(ledger->waiting().pending == 0u);
}

BOOST_AUTO_TEST_CASE(the_events_of_a_dead_process_can_be_leased_after_its_lease) {
    Child child([&] { return claim(*open(file()), numbered(1)).key; }); // never settles
    const std::string key = child.said();
    const auto ledger = open(file());
    BOOST_TEST(!ledger->lease_due(kNow));
    const auto entry = ledger->lease_due(kNow + kLeaseMs);
    BOOST_REQUIRE(entry);
    BOOST_TEST(entry->key == key);
    BOOST_TEST(entry->attempts == 2u);
    BOOST_TEST(ledger->settle(*entry, applied(), kNow + kLeaseMs));
}

BOOST_AUTO_TEST_CASE(what_was_claimed_survives_a_kill) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto ledger = open(file());
        for (int number = 0;; ++number) {
            const std::string line = claim(*ledger, numbered(number)).key + "\n";
            if (::write(ends[1], line.data(), line.size()) < 0) ::_exit(1);
        }
    }
    ::close(ends[1]);
    std::string said;
    char part[512];
    while (said.size() < 2000) {
        const ssize_t size = ::read(ends[0], part, sizeof part);
        BOOST_REQUIRE(size > 0);
        said.append(part, static_cast<std::size_t>(size));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    said.resize(said.rfind('\n') + 1);

    const auto ledger = open(file());
    for (const std::string& key : lines(said))
        BOOST_TEST(ledger->entry(key).has_value(), key);
}

namespace {

// Processes that claim without end, so that another process always finds the writer lock contended.
class Crowd {
public:
    Crowd(const std::string& path, int size) {
        for (int member = 0; member < size; ++member) {
            const pid_t child = ::fork();
            if (child == 0) be_busy(path, member);
            children_.push_back(child);
        }
    }
    ~Crowd() {
        for (const pid_t child : children_)
            ::kill(child, SIGKILL);
        for (const pid_t child : children_)
            ::waitpid(child, nullptr, 0);
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    void lose_one_of_them(std::size_t number) { ::kill(children_[number], SIGKILL); }

private:
    [[noreturn]] static void be_busy(const std::string& path, int member) {
        try {
            const auto ledger = open(path);
            for (int number = 0;; ++number) {
                const std::string id =
                    "crowd" + std::to_string(member) + "n" + std::to_string(number);
                const Claim made = claim(*ledger, transaction(id, id));
                if (made.entry) (void)ledger->settle_later(*made.entry, kNow);
            }
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }

    std::vector<pid_t> children_;
};

} // namespace

// Among processes that write without a pause, each gets the writer lock in between.
BOOST_AUTO_TEST_CASE(claims_beside_a_crowd_are_the_same) {
    const Crowd crowd(file(), 6);                     // first: a fork would share open connections
    constexpr TimeMs kOurLeaseMs = kLeaseMs + 20'000; // others' leases are not ours
    LedgerSettings settings;
    settings.path = file();
    settings.lease_ms = static_cast<std::uint32_t>(kOurLeaseMs);
    settings.password_key = Secret(std::string(32, 'k'));
    const auto ledger = open_sqlite_ledger(settings);
    for (int round = 0; round < 25; ++round) {
        const std::string number = std::to_string(round);
        const std::string purchase = "p" + number;
        Fact sale = transaction(purchase, "t" + number);
        sale.event.password = Secret("hunter" + number);
        sale.event.member_id = "m" + number;
        sale.event.extras = {{"ref1", "a & b"}};

        const Claim made = claim(*ledger, sale);
        BOOST_TEST(outcome_name(made.outcome) == "leased");
        BOOST_REQUIRE(made.entry);
        BOOST_TEST(made.entry->key == made.key);
        BOOST_TEST(made.entry->event->key == made.key);
        BOOST_TEST(made.entry->event->password.reveal() == sale.event.password.reveal());
        BOOST_TEST(made.entry->attempts == 1u);
        BOOST_TEST(made.entry->received_at_ms == kNow);
        BOOST_TEST(made.entry->next_attempt_at_ms == kNow + kOurLeaseMs);
        BOOST_TEST(outcome(*ledger, sale) == "in_flight");
        BOOST_TEST(outcome(*ledger, transaction(purchase, "u" + number, EventKind::rebill)) ==
                   "queued");
        const Claim contradicted =
            claim(*ledger, transaction(purchase, "t" + number, EventKind::join, 1));
        BOOST_TEST(outcome_name(contradicted.outcome) == "conflict");
        BOOST_TEST(contradicted.message.find("29.95") != std::string::npos);

        Fact again = sale;
        again.event.password = {};
        const Claim later = claim(*ledger, again, kNow + kOurLeaseMs);
        BOOST_TEST(outcome_name(later.outcome) == "leased");
        BOOST_REQUIRE(later.entry);
        BOOST_TEST(later.entry->attempts == 2u);
        BOOST_TEST(later.entry->event->password.reveal() == sale.event.password.reveal());
        BOOST_TEST((later.entry->event->extras == sale.event.extras));
        BOOST_TEST(ledger->settle(*later.entry, applied(), kNow + kOurLeaseMs));
        BOOST_TEST(outcome(*ledger, sale, kNow + kOurLeaseMs) == "duplicate");
        const auto next = ledger->lease_next(purchase, kNow + kOurLeaseMs);
        BOOST_REQUIRE(next);
        BOOST_TEST(ledger->settle(*next, refused(), kNow + kOurLeaseMs));
        BOOST_TEST(outcome(*ledger, transaction(purchase, "u" + number, EventKind::rebill)) ==
                   "dead_letter");

        const Claim cancel = claim(*ledger, member(purchase, EventKind::member_cancel));
        BOOST_TEST(outcome_name(cancel.outcome) == "leased");
        BOOST_REQUIRE(cancel.entry);
        BOOST_TEST(ledger->settle_later(*cancel.entry, kNow));
        BOOST_TEST(outcome(*ledger, member(purchase, EventKind::member_cancel)) == "duplicate");
        BOOST_TEST(cancel.is_outstanding);
        answer(*ledger, purchase, cancel.key);
        const Claim requeued = claim(*ledger, member(purchase, EventKind::reactivation));
        BOOST_TEST(outcome_name(requeued.outcome) == "leased");
        const Claim once_more = claim(*ledger, member(purchase, EventKind::member_cancel));
        BOOST_TEST(once_more.key != cancel.key); // of another epoch
        const std::optional<Purchase> known = ledger->purchase(purchase);
        BOOST_REQUIRE(known);
        BOOST_TEST(known->member_id == "m" + number);
        BOOST_TEST(!known->state.renews);
    }
}

// The lock of a dead process is free, and what it had not committed is rolled back.
BOOST_AUTO_TEST_CASE(claims_survive_the_deaths_of_others) {
    std::set<std::string> leased;
    for (int round = 0; round < 20; ++round) {
        Crowd crowd(file(), 4);
        const auto ledger = open(file());
        for (int number = 0; number < 60; ++number) {
            if (number % 15 == 7) crowd.lose_one_of_them(static_cast<std::size_t>(number / 15));
            const Claim made = claim(*ledger, numbered(round * 60 + number));
            BOOST_TEST(outcome_name(made.outcome) == "leased", made.key);
            BOOST_TEST(leased.insert(made.key).second, made.key);
            (void)ledger->settle_later(*made.entry, kNow);
            BOOST_TEST(ledger->entry(made.key).has_value(), made.key);
        }
    }
    const auto ledger = open(file());
    for (const std::string& key : leased)
        BOOST_TEST((ledger->entry(key)->state == EntryState::settled), key);
}

BOOST_AUTO_TEST_SUITE_END()
