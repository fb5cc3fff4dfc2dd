// Many threads and one account on a ledger in a file: whatever they send concurrently, the host
// gets each fact once, one at a time for each purchase, and in the order of their claims.
#include "inbox/inbox.hpp"

#include "fixtures.hpp"
#include "ledger/fixture.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace segpay;
using namespace segpay::testing;

namespace {

// Counts concurrent events of one purchase, and asks for a retry now and then.
class BusyHost {
public:
    explicit BusyHost(bool honours_keys) : honours_keys_(honours_keys) {}

    std::map<std::string, std::vector<std::string>> applied; // by purchase: keys
    std::atomic<int> twice_at_once = 0;
    std::atomic<bool> is_patient = false; // true: asks for no retry

    biller_host table() {
        auto host = sized<biller_host>();
        host.flags = honours_keys_ ? BILLER_HOST_HONOURS_KEYS : 0;
        host.context = this;
        host.event = [](void* self, const biller_event* event, biller_reason*) {
            return static_cast<BusyHost*>(self)->on_event(*event);
        };
        return host;
    }

private:
    std::uint32_t on_event(const biller_event& event) {
        const std::string purchase(view(event.purchase_id));
        {
            const std::lock_guard lock(mutex_);
            if (!at_work_.insert(purchase).second) ++twice_at_once;
        }
        std::this_thread::yield();
        const std::lock_guard lock(mutex_);
        at_work_.erase(purchase);
        if (!is_patient && random_() % 50 == 0) return BILLER_RETRY;
        applied[purchase].emplace_back(view(event.key));
        return BILLER_DONE;
    }

    const bool honours_keys_;
    std::mutex mutex_;
    std::set<std::string> at_work_;
    std::mt19937 random_{20'261'122};
};

std::string rebill(std::string_view purchase, int number) {
    return "trantype=sale&action=Auth&stage=Rebill&approved=Yes&purchaseid=" +
           std::string(purchase) + "&tranid=" + std::string(purchase) +
           std::to_string(100 + number) + "&price=29.95&currencycode=USD&username=alice";
}

constexpr int kThreads = 12, kPurchases = 15, kRebills = 8;

} // namespace

BOOST_FIXTURE_TEST_SUITE(inbox_threads_tests, segpay::test::TemporaryFolder)

BOOST_AUTO_TEST_CASE(each_fact_once_and_in_order_whichever_thread_sends_it) {
    for (const bool honours_keys : {false, true}) {
        std::vector<std::string> queries;
        for (int purchase = 1; purchase <= kPurchases; ++purchase) {
            queries.push_back(sign_up(std::to_string(purchase), std::to_string(9'000 + purchase)));
            for (int number = 0; number < kRebills; ++number)
                queries.push_back(rebill(std::to_string(purchase), number));
        }
        BusyHost host(honours_keys);
        LedgerSettings settings;
        settings.path = file(honours_keys ? "later" : "durable");
        const Account account(example_config());
        const std::unique_ptr<Ledger> ledger = open_sqlite_ledger(settings);
        Inbox inbox(account, Host(host.table()), *ledger);
        const auto send = [&](std::string_view query) {
            return inbox.handle({"GET", query, "", "127.0.0.1", {}}).disposition;
        };
        std::atomic<int> strange = 0;
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < kThreads; ++thread)
                threads.emplace_back([&, thread] {
                    std::vector<std::string> mine = queries;
                    std::mt19937 random(static_cast<unsigned>(thread));
                    std::shuffle(mine.begin(), mine.end(), random);
                    for (const std::string& query : mine) {
                        const Disposition disposition = send(query);
                        if (disposition != Disposition::delivered &&
                            disposition != Disposition::duplicate &&
                            disposition != Disposition::deferred)
                            ++strange;
                        if (random() % 100 == 0) (void)inbox.recover(3);
                    }
                });
        }
        host.is_patient = true;
        for (const std::string& query : queries)
            (void)send(query); // as Segpay repeats it
        (void)inbox.recover(1'000);

        BOOST_TEST_CONTEXT((honours_keys ? "marks that ride" : "durable marks")) {
            BOOST_TEST(strange == 0);
            BOOST_TEST(host.twice_at_once == 0);
            BOOST_TEST(ledger->waiting().pending == 0u);
            BOOST_TEST(host.applied.size() == static_cast<std::size_t>(kPurchases));
            for (const auto& [purchase, keys] : host.applied) {
                EntryQuery query;
                query.purchase_id = purchase;
                std::vector<std::string> arrived;
                ledger->entries(query, [&](const Entry& entry) {
                    arrived.push_back(entry.key);
                    BOOST_TEST((entry.state == EntryState::settled));
                    return true;
                });
                BOOST_TEST(arrived.size() == static_cast<std::size_t>(kRebills + 1));
                BOOST_TEST(arrived == keys, boost::test_tools::per_element());
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
