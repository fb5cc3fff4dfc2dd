// Threads that share a transaction: nobody is left out, nobody pays for another's failure, and who
// is alone waits for nobody.
#include "ledger/group_commit.hpp"

#include "fixtures.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace segpay;

namespace {

using Operation = GroupCommit::Operation;

// A database that keeps numbers: what is done becomes durable with the end of the transaction.
struct Numbers {
    std::vector<int> durable;
    std::vector<int> doing;         // guarded by there being one leader
    std::vector<std::size_t> sizes; // of the transactions that ended well
    std::size_t begun = 0;
    std::chrono::microseconds sync{0};
    bool is_locked = false;

    void run(GroupCommit::Operations operations) {
        ++begun;
        if (is_locked) throw std::runtime_error("locked");
        doing.clear();
        for (Operation* operation : operations)
            operation->run();
        std::this_thread::sleep_for(sync);
        durable.insert(durable.end(), doing.begin(), doing.end());
        sizes.push_back(operations.size());
    }
    GroupCommit::Transaction transaction() {
        return [this](GroupCommit::Operations operations) { run(operations); };
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(group_commit_tests)

BOOST_AUTO_TEST_CASE(who_is_alone_commits_at_once) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), 8);
    for (int i = 0; i < 3; ++i) {
        Operation operation([&] { numbers.doing.push_back(i); });
        commits.commit(operation);
        BOOST_TEST(numbers.durable.size() == static_cast<std::size_t>(i + 1));
    }
    BOOST_TEST((numbers.sizes == std::vector<std::size_t>{1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(threads_share_commits_and_each_is_done_once) {
    constexpr int kThreads = 16, kEach = 200;
    Numbers numbers;
    numbers.sync = std::chrono::microseconds(200);
    GroupCommit commits(numbers.transaction(), kThreads);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kEach; ++i) {
                    const int number = thread * kEach + i;
                    Operation operation([&] { numbers.doing.push_back(number); });
                    commits.commit(operation);
                }
            });
    }
    BOOST_TEST(numbers.sizes.size() < kThreads * kEach / 2u); // commits were shared
    // Those of one thread in their order.
    std::vector<int> last(kThreads, -1);
    for (const int number : numbers.durable) {
        BOOST_TEST(last[static_cast<std::size_t>(number / kEach)] < number);
        last[static_cast<std::size_t>(number / kEach)] = number;
    }
    std::sort(numbers.durable.begin(), numbers.durable.end());
    BOOST_REQUIRE(numbers.durable.size() == static_cast<std::size_t>(kThreads * kEach));
    for (int i = 0; i < kThreads * kEach; ++i)
        BOOST_REQUIRE(numbers.durable[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(who_fails_fails_alone) {
    constexpr int kThreads = 12, kEach = 100;
    Numbers numbers;
    numbers.sync = std::chrono::microseconds(200);
    GroupCommit commits(numbers.transaction(), kThreads);
    std::atomic<int> failures = 0, strangers = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kEach; ++i) {
                    const std::string mine = std::to_string(thread) + "/" + std::to_string(i);
                    const bool is_bad = (thread + i) % 10 == 0;
                    Operation operation([&] {
                        if (is_bad) throw std::runtime_error(mine);
                        numbers.doing.push_back(thread * kEach + i);
                    });
                    try {
                        commits.commit(operation);
                        if (is_bad) ++strangers;
                    } catch (const std::runtime_error& failure) {
                        ++failures;
                        if (!is_bad || failure.what() != mine) ++strangers;
                    }
                }
            });
    }
    BOOST_TEST(strangers == 0);
    BOOST_TEST(failures == kThreads * kEach / 10);
    std::sort(numbers.durable.begin(), numbers.durable.end());
    BOOST_TEST(numbers.durable.size() == static_cast<std::size_t>(kThreads * kEach * 9 / 10));
    BOOST_TEST((std::adjacent_find(numbers.durable.begin(), numbers.durable.end()) ==
                numbers.durable.end()));
}

BOOST_AUTO_TEST_CASE(a_transaction_that_cannot_begin_is_tried_once_for_all) {
    Numbers numbers;
    numbers.is_locked = true;
    GroupCommit commits(numbers.transaction(), 8);
    commits.commit_later([&] { numbers.doing.push_back(1); });
    commits.commit_later([&] { numbers.doing.push_back(2); });
    Operation operation([] {});
    BOOST_CHECK_THROW(commits.commit(operation), std::runtime_error);
    BOOST_TEST(numbers.begun == 1u);
    // What was left for later can wait longer.
    numbers.is_locked = false;
    commits.commit_later([&] { numbers.doing.push_back(3); });
    commits.commit(operation);
    BOOST_TEST((numbers.durable == std::vector<int>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_left_for_later_comes_before_what_brings_it) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), 8);
    commits.commit_later([&] { numbers.doing.push_back(1); });
    commits.commit_later([&] { numbers.doing.push_back(2); });
    BOOST_TEST(commits.has_later());
    BOOST_TEST(numbers.durable.empty());
    Operation operation([&] { numbers.doing.push_back(3); });
    commits.commit(operation);
    BOOST_TEST((numbers.durable == std::vector<int>{1, 2, 3}));
    BOOST_TEST(!commits.has_later());

    commits.flush();
    BOOST_TEST(numbers.sizes.size() == 1u); // there was nothing to commit
    commits.commit_later([&] { numbers.doing.push_back(4); });
    commits.flush();
    BOOST_TEST((numbers.durable == std::vector<int>{1, 2, 3, 4}));
}

BOOST_AUTO_TEST_CASE(what_is_left_for_later_does_not_grow_without_end) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), 8);
    for (int i = 0; i < 1'000; ++i)
        commits.commit_later([&, i] { numbers.doing.push_back(i); });
    BOOST_TEST(numbers.durable.size() > 700u);
    commits.flush();
    BOOST_TEST(numbers.durable.size() == 1'000u);
}

BOOST_AUTO_TEST_CASE(one_more_than_may_wait_is_turned_away_at_once) {
    std::binary_semaphore is_led{0}, may_end{0};
    bool is_first = true;
    GroupCommit commits(
        [&](GroupCommit::Operations operations) {
            if (std::exchange(is_first, false)) {
                is_led.release();
                may_end.acquire();
            }
            for (Operation* operation : operations)
                operation->run();
        },
        2);
    std::atomic<int> done = 0;
    const auto commit = [&] {
        Operation operation([&] { ++done; });
        commits.commit(operation);
    };
    {
        std::jthread leader(commit);
        is_led.acquire();
        std::atomic<int> turned_away = 0;
        std::vector<std::jthread> others;
        for (int i = 0; i < 5; ++i)
            others.emplace_back([&] {
                try {
                    commit();
                } catch (const GroupCommit::TooManyWait&) {
                    ++turned_away;
                }
            });
        while (turned_away < 3)
            std::this_thread::yield();
        may_end.release();
    }
    BOOST_TEST(done == 3);
}

BOOST_AUTO_TEST_SUITE_END()
