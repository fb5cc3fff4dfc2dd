// Many threads, many processes, and processes that die: each event is handed out once, and what was
// claimed is there.
#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

using namespace segpay;
using namespace segpay::test;

namespace {

constexpr int kEvents = 500;

Fact numbered(int number) {
    const std::string id = std::to_string(number);
    return transaction(id, id);
}

// Several threads over one ledger claim all events; the keys that were leased to them, a line each.
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

BOOST_FIXTURE_TEST_SUITE(sqlite_processes_tests, TemporaryFolder)

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
    const TimeMs later = kNow + kLeaseMs; // all that were handed out by the claims are free again
    const auto recover = [&] {
        const auto mine = open(file());
        std::string done;
        while (const auto entry = mine->take_due(later)) {
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

BOOST_AUTO_TEST_CASE(what_a_dead_process_held_is_handed_out_after_its_lease) {
    Child child([&] { return claim(*open(file()), numbered(1)).key; }); // and never settles
    const std::string key = child.said();
    const auto ledger = open(file());
    BOOST_TEST(!ledger->take_due(kNow));
    const auto entry = ledger->take_due(kNow + kLeaseMs);
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
    std::string told;
    char part[512];
    while (told.size() < 2000) {
        const ssize_t size = ::read(ends[0], part, sizeof part);
        BOOST_REQUIRE(size > 0);
        told.append(part, static_cast<std::size_t>(size));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    told.resize(told.rfind('\n') + 1);

    const auto ledger = open(file());
    for (const std::string& key : lines(told))
        BOOST_TEST(ledger->entry(key).has_value(), key);
}

BOOST_AUTO_TEST_SUITE_END()
