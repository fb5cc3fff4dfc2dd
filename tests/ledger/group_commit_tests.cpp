// Threads that share a transaction: every operation is done, an operation fails for its own error
// only, and a lone thread does not wait.
#include "ledger/group_commit.hpp"

#include "fixtures.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace segpay;

namespace {

using Operation = GroupCommit::Operation;

// A database of numbers: they are committed when the transaction ends, and durable when the sync
// ends.
struct Numbers {
    std::vector<int> durable;       // guarded: there is one sync
    std::vector<int> doing;         // guarded: there is one leader
    std::vector<std::size_t> sizes; // of the transactions that succeeded
    std::size_t begun = 0;
    std::chrono::microseconds sync_time{0};
    bool is_locked = false;
    bool is_disk_dead = false;

    void run(GroupCommit::Operations operations) {
        ++begun;
        if (is_locked) throw std::runtime_error("locked");
        doing.clear();
        for (Operation* operation : operations)
            operation->run();
        sizes.push_back(operations.size());
        const std::lock_guard lock(mutex_);
        committed_.insert(committed_.end(), doing.begin(), doing.end());
    }
    void sync() {
        std::size_t until = 0;
        {
            const std::lock_guard lock(mutex_);
            until = committed_.size();
        }
        std::this_thread::sleep_for(sync_time);
        if (is_disk_dead) throw std::runtime_error("the disk is dead");
        const std::lock_guard lock(mutex_);
        for (std::size_t i = durable.size(); i < until; ++i)
            durable.push_back(committed_[i]);
    }
    GroupCommit::Transaction transaction() {
        return [this](GroupCommit::Operations operations) { return run(operations), true; };
    }
    GroupCommit::Sync disk() {
        return [this] { sync(); };
    }

private:
    std::mutex mutex_;
    std::vector<int> committed_; // guarded by mutex_
};

} // namespace

BOOST_AUTO_TEST_SUITE(group_commit_tests)

BOOST_AUTO_TEST_CASE(a_lone_thread_commits_at_once) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), numbers.disk(), 8);
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
    numbers.sync_time = std::chrono::microseconds(200);
    GroupCommit commits(numbers.transaction(), numbers.disk(), kThreads);
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
    // The operations of one thread are in their order.
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

BOOST_AUTO_TEST_CASE(a_failing_operation_fails_alone) {
    constexpr int kThreads = 12, kEach = 100;
    Numbers numbers;
    numbers.sync_time = std::chrono::microseconds(200);
    GroupCommit commits(numbers.transaction(), numbers.disk(), kThreads);
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

// When one operation spoils a group, each is tried alone, all under the group's one deadline.
BOOST_AUTO_TEST_CASE(a_group_has_one_deadline_for_all_tries) {
    using namespace std::chrono_literals;
    std::vector<GroupCommit::Clock::time_point> untils;
    const auto run = [&](GroupCommit::Operations operations) {
        for (Operation* operation : operations) {
            untils.push_back(operation->until());
            operation->run();
        }
        std::this_thread::sleep_for(5ms);
        return true;
    };
    GroupCommit commits(
        run, [] {}, 8, 1min);
    commits.commit_later([] {});
    commits.commit_later([] { throw std::runtime_error("spoilt"); });
    Operation operation([] {});
    const auto begun = GroupCommit::Clock::now();
    commits.commit(operation);
    BOOST_REQUIRE(untils.size() == 2 + 3u);
    for (const auto until : untils) {
        BOOST_TEST((until == untils.front()));
        BOOST_TEST((until >= begun + 1min));
    }
    untils.clear();
    commits.commit(operation);
    BOOST_TEST((untils.at(0) > begun + 1min));
}

BOOST_AUTO_TEST_CASE(past_the_deadline_the_error_is_the_groups) {
    using namespace std::chrono_literals;
    int runs = 0, tries = 0;
    const auto run = [&](GroupCommit::Operations operations) -> bool {
        ++tries;
        for (Operation* operation : operations)
            operation->run();
        std::this_thread::sleep_until(operations.front()->until());
        throw std::runtime_error("the server hangs");
    };
    GroupCommit commits(
        run, [] {}, 8, 10ms);
    commits.commit_later([&] { ++runs; });
    Operation operation([&] { ++runs; });
    BOOST_CHECK_EXCEPTION(commits.commit(operation), std::runtime_error, [](const auto& error) {
        return std::string(error.what()) == "the server hangs";
    });
    BOOST_TEST(runs == 2);
    BOOST_TEST(tries == 1);
}

BOOST_AUTO_TEST_CASE(a_transaction_that_cannot_begin_is_tried_once_for_all) {
    Numbers numbers;
    numbers.is_locked = true;
    GroupCommit commits(numbers.transaction(), numbers.disk(), 8);
    commits.commit_later([&] { numbers.doing.push_back(1); });
    commits.commit_later([&] { numbers.doing.push_back(2); });
    Operation operation([] {});
    BOOST_CHECK_THROW(commits.commit(operation), std::runtime_error);
    BOOST_TEST(numbers.begun == 1u);
    // Operations left for later can wait longer.
    numbers.is_locked = false;
    commits.commit_later([&] { numbers.doing.push_back(3); });
    commits.commit(operation);
    BOOST_TEST((numbers.durable == std::vector<int>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(operations_left_for_later_commit_first) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), numbers.disk(), 8);
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

BOOST_AUTO_TEST_CASE(operations_left_for_later_are_limited) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), numbers.disk(), 8);
    for (int i = 0; i < 1'000; ++i)
        commits.commit_later([&, i] { numbers.doing.push_back(i); });
    BOOST_TEST(numbers.durable.size() > 700u);
    commits.flush();
    BOOST_TEST(numbers.durable.size() == 1'000u);
}

BOOST_AUTO_TEST_CASE(too_many_waiters_are_refused_at_once) {
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
            return true;
        },
        [] {}, 2);
    std::atomic<int> done = 0;
    const auto commit = [&] {
        Operation operation([&] { ++done; });
        commits.commit(operation);
    };
    {
        std::jthread leader(commit);
        is_led.acquire();
        std::atomic<int> refused = 0;
        std::vector<std::jthread> others;
        for (int i = 0; i < 5; ++i)
            others.emplace_back([&] {
                try {
                    commit();
                } catch (const GroupCommit::TooManyWait&) {
                    ++refused;
                }
            });
        while (refused < 3)
            std::this_thread::yield();
        may_end.release();
    }
    BOOST_TEST(done == 3);
}

BOOST_AUTO_TEST_CASE(the_next_transaction_runs_while_the_last_is_synced) {
    std::binary_semaphore is_synced{0}, is_next_run{0};
    std::atomic<int> transactions = 0, syncs = 0;
    GroupCommit commits(
        [&](GroupCommit::Operations operations) {
            for (Operation* operation : operations)
                operation->run();
            if (++transactions == 2) is_next_run.release();
            return true;
        },
        [&] {
            if (++syncs != 1) return;
            is_synced.release();
            is_next_run.acquire(); // for ever, if the next transaction waited for this sync
        },
        8);
    const auto commit = [&] {
        Operation operation([] {});
        commits.commit(operation);
    };
    std::jthread first(commit);
    is_synced.acquire();
    commit();
    BOOST_TEST(transactions == 2);
    BOOST_TEST(syncs == 2);
}

// Otherwise the first thread that comes during a sync would have the next sync to itself.
BOOST_AUTO_TEST_CASE(while_two_are_synced_the_next_group_waits_for_a_second) {
    std::binary_semaphore is_led{0}, may_end{0}, is_third_run{0};
    std::vector<std::size_t> sizes;
    std::atomic<int> syncs = 0, refused = 0;
    std::binary_semaphore are_two_synced{0};
    GroupCommit commits(
        [&](GroupCommit::Operations operations) {
            sizes.push_back(operations.size());
            if (sizes.size() == 1) {
                is_led.release();
                may_end.acquire();
            }
            if (sizes.size() == 3) is_third_run.release();
            return true;
        },
        [&] {
            if (++syncs != 2) return;
            are_two_synced.release();
            is_third_run.acquire();
        },
        2);
    const auto commit = [&] {
        Operation operation([] {});
        try {
            commits.commit(operation);
        } catch (const GroupCommit::TooManyWait&) {
            ++refused;
        }
    };
    {
        std::vector<std::jthread> threads;
        threads.emplace_back(commit);
        is_led.acquire();
        for (int i = 0; i < 3; ++i)
            threads.emplace_back(commit);
        while (refused < 1) // then two threads wait
            std::this_thread::yield();
        may_end.release();
        are_two_synced.acquire();
        for (int i = 0; i < 2; ++i)
            threads.emplace_back(commit);
    }
    BOOST_TEST((sizes == std::vector<std::size_t>{1, 2, 2}));
}

BOOST_AUTO_TEST_CASE(no_success_is_reported_before_the_sync) {
    constexpr int kThreads = 8, kEach = 100;
    Numbers numbers;
    numbers.sync_time = std::chrono::microseconds(100);
    std::mutex mutex;
    GroupCommit commits(
        numbers.transaction(),
        [&] {
            const std::lock_guard lock(mutex);
            numbers.sync();
        },
        kThreads);
    std::atomic<int> too_early = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kEach; ++i) {
                    const int number = thread * kEach + i;
                    Operation operation([&] { numbers.doing.push_back(number); });
                    commits.commit(operation);
                    const std::lock_guard lock(mutex);
                    if (std::find(numbers.durable.begin(), numbers.durable.end(), number) ==
                        numbers.durable.end())
                        ++too_early;
                }
            });
    }
    BOOST_TEST(too_early == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_fails_the_whole_group) {
    Numbers numbers;
    GroupCommit commits(numbers.transaction(), numbers.disk(), 8);
    numbers.is_disk_dead = true;
    commits.commit_later([&] { numbers.doing.push_back(1); });
    Operation operation([&] { numbers.doing.push_back(2); });
    BOOST_CHECK_THROW(commits.commit(operation), std::runtime_error);
    BOOST_TEST(numbers.durable.empty());
    numbers.is_disk_dead = false;
    Operation next([&] { numbers.doing.push_back(3); });
    commits.commit(next);
    BOOST_TEST((numbers.durable == std::vector<int>{1, 2, 3})); // one sync covers all before it
}

BOOST_AUTO_TEST_CASE(a_flush_waits_for_the_running_sync) {
    std::binary_semaphore is_synced{0};
    std::atomic<bool> is_durable = false;
    GroupCommit commits(
        [](GroupCommit::Operations operations) {
            for (Operation* operation : operations)
                operation->run();
            return true;
        },
        [&] {
            is_synced.release();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            is_durable = true;
        },
        8);
    commits.commit_later([] {});
    std::jthread other([&] {
        Operation operation([] {});
        commits.commit(operation);
    });
    is_synced.acquire();
    commits.flush(); // the other commit included what was left
    BOOST_TEST(is_durable);
}

BOOST_AUTO_TEST_SUITE_END()
