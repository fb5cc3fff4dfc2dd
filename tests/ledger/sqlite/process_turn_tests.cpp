// A queue of processes: one at a time, nobody waits for the dead, and a file that will not do is
// replaced or done without.
#include "ledger/sqlite/process_turn.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

using namespace segpay;
using namespace segpay::test;
using namespace std::chrono_literals;

namespace {

using Errands = ProcessTurn::Errands;

// What became of an errand, and the answer.
std::string left(const std::string& path, const std::string& errand,
                 std::chrono::milliseconds at_most = 60s) {
    ProcessTurn turn(path);
    std::string answer;
    switch (turn.leave(errand, answer, at_most)) {
        case ProcessTurn::Left::ours:
            turn.give_back();
            return "ours";
        case ProcessTurn::Left::answered:
            return "answered: " + answer;
        case ProcessTurn::Left::nothing:
            return "nothing";
        case ProcessTurn::Left::unknown:
            break;
    }
    return "unknown";
}

// Of those who come while we have the turn; waits until there are so many.
Errands taken_along(ProcessTurn& turn, std::size_t count) {
    for (;;) {
        Errands errands(turn);
        if (errands.size() >= count) return errands;
        errands.refuse_all();
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_turn_tests, TemporaryFolder)

BOOST_AUTO_TEST_CASE(one_has_the_turn_at_a_time) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.is_usable());
    BOOST_TEST(mine.take(10s));
    Child other([&] {
        ProcessTurn his(file("turn"));
        const bool is_free = his.take(20ms);
        return std::string(is_free ? "took it" : "waited in vain");
    });
    BOOST_TEST(other.said() == "waited in vain");
    mine.give_back();
    Child next([&] {
        ProcessTurn his(file("turn"));
        const bool is_free = his.take(10s);
        his.give_back();
        return std::string(is_free ? "took it" : "waited in vain");
    });
    BOOST_TEST(next.said() == "took it");
}

BOOST_AUTO_TEST_CASE(who_waits_is_woken) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    Child other([&] {
        ProcessTurn his(file("turn"));
        const bool is_free = his.take(60s);
        return std::string(is_free ? "took it" : "waited in vain");
    });
    std::this_thread::sleep_for(20ms);
    mine.give_back();
    BOOST_TEST(other.said() == "took it");
}

BOOST_AUTO_TEST_CASE(who_dies_with_the_turn_gives_it_back) {
    ProcessTurn mine(file("turn"));
    for (int round = 0; round < 3; ++round) {
        Child dying([&] {
            auto* const his = new ProcessTurn(file("turn"));
            (void)his->take(10s);
            return std::string("has it"); // and ends without giving it back
        });
        BOOST_TEST(dying.said() == "has it");
        BOOST_TEST(mine.take(10s));
        mine.give_back();
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_of_this_machine_and_boot_is_replaced) {
    {
        ProcessTurn first(file("turn"));
        BOOST_REQUIRE(first.take(10s)); // and it stays taken in the copy
        std::filesystem::copy_file(file("turn"), file("copy"));
        first.give_back();
    }
    ProcessTurn copied(file("copy"));
    BOOST_TEST(copied.take(1s));
    copied.give_back();

    for (const std::string& content :
         {std::string(), std::string("something else"),
          std::string(std::filesystem::file_size(file("turn")), 'x')}) {
        std::ofstream(file("turn"), std::ios::trunc) << content;
        ProcessTurn turn(file("turn"));
        BOOST_TEST(turn.is_usable());
        BOOST_TEST(turn.take(1s));
        turn.give_back();
    }
}

// Whether there is no file yet, or one that is to be replaced.
BOOST_AUTO_TEST_CASE(who_open_it_at_once_open_the_same) {
    for (int round = 0; round < 40; ++round) {
        const std::string path = file("turn" + std::to_string(round));
        if (round % 2 == 1) std::ofstream(path) << "something else";
        const auto begin = std::chrono::steady_clock::now() + 5ms;
        const auto take_one = [&] {
            std::this_thread::sleep_until(begin);
            ProcessTurn his(path);
            const bool has_it = his.take(10ms);
            std::this_thread::sleep_until(begin + 60ms);
            return std::string(has_it ? "1" : "");
        };
        Child one(take_one), two(take_one), three(take_one), four(take_one);
        BOOST_TEST(one.said() + two.said() + three.said() + four.said() == "1");
    }
}

BOOST_AUTO_TEST_CASE(where_no_file_can_be_there_is_no_waiting) {
    ProcessTurn nowhere(file("missing/turn"));
    BOOST_TEST(!nowhere.is_usable());
    BOOST_TEST(!nowhere.take(10s));
    std::filesystem::create_directory(file("folder"));
    ProcessTurn folder(file("folder"));
    BOOST_TEST(!folder.take(10s));
    std::filesystem::create_symlink(file("turn"), file("link")); // of whom knows whom
    ProcessTurn linked(file("link"));
    BOOST_TEST(linked.is_usable()); // replaced, not followed
    BOOST_TEST(!std::filesystem::exists(file("turn")));
}

BOOST_AUTO_TEST_CASE(nobody_waits_with_an_errand_while_the_turn_is_free) {
    BOOST_TEST(left(file("turn"), "bread") == "ours");
}

BOOST_AUTO_TEST_CASE(who_has_the_turn_does_the_errands_of_others) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    Child other([&] { return left(file("turn"), "bread"); });
    Errands errands = taken_along(mine, 1);
    BOOST_TEST(errands[0] == "bread");
    errands.set_answer(0, "two loaves");
    mine.give_back();
    errands.answer_all();
    BOOST_TEST(other.said() == "answered: two loaves");
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_left_to_whoever_asked) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    Child refused([&] { return left(file("turn"), "bread"); });
    { const Errands errands = taken_along(mine, 1); } // forgotten
    BOOST_TEST(refused.said() == "nothing");
    Child too_long([&] { return left(file("turn"), "bread"); });
    Errands errands = taken_along(mine, 1);
    errands.set_answer(0, std::string(100'000, 'x'));
    errands.answer_all();
    BOOST_TEST(too_long.said() == "nothing");
    mine.give_back();
}

BOOST_AUTO_TEST_CASE(who_is_not_taken_along_gets_the_turn) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    Child other([&] { return left(file("turn"), "milk"); });
    std::this_thread::sleep_for(20ms); // mostly it has come by then
    mine.give_back();
    BOOST_TEST(other.said() == "ours");
}

BOOST_AUTO_TEST_CASE(who_has_waited_long_enough_goes_on) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    BOOST_TEST(Child([&] { return left(file("turn"), "bread", 30ms); }).said() == "nothing");
    Child late([&] {
        const std::string first = left(file("turn"), "bread", 100ms);
        return first + ", " + left(file("turn"), "milk");
    });
    Errands slow = taken_along(mine, 1);
    std::this_thread::sleep_for(200ms); // he has given it up, and his place is not used again
    Errands quick = taken_along(mine, 1);
    BOOST_TEST(quick[0] == "milk");
    slow.set_answer(0, "two loaves");
    slow.answer_all();
    quick.set_answer(0, "a bottle");
    quick.answer_all();
    BOOST_TEST(late.said() == "unknown, answered: a bottle");
    mine.give_back();
}

BOOST_AUTO_TEST_CASE(too_many_and_too_large_errands_wait_for_the_turn) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    Child large([&] { return left(file("turn"), std::string(100'000, 'x'), 20ms); });
    BOOST_TEST(large.said() == "nothing");

    constexpr std::size_t kMany = 70; // more than there are places, one of which is ours
    std::vector<std::unique_ptr<Child>> children;
    for (std::size_t i = 0; i < kMany; ++i)
        children.push_back(std::make_unique<Child>([&] { return left(file("turn"), "bread"); }));
    std::this_thread::sleep_for(200ms);
    Errands errands(mine);
    BOOST_TEST(errands.size() < kMany);
    for (std::size_t i = 0; i < errands.size(); ++i)
        errands.set_answer(i, "a loaf");
    errands.answer_all();
    mine.give_back();
    for (const auto& child : children) {
        const std::string said = child->said();
        BOOST_TEST((said == "answered: a loaf" || said == "ours"), said);
    }
}

BOOST_AUTO_TEST_CASE(who_dies_with_an_errand_is_noticed) {
    Child other([&] {
        std::string became = "ours"; // until the one below has the turn
        while (became == "ours")
            became = left(file("turn"), "bread");
        return became;
    });
    Child dying([&] {
        auto* const his = new ProcessTurn(file("turn"));
        (void)his->take(10s);
        (void)new Errands(taken_along(*his, 1)); // and ends with it
        return std::string("has it");
    });
    BOOST_TEST(dying.said() == "has it");
    BOOST_TEST(other.said() == "nothing");
}

BOOST_AUTO_TEST_CASE(who_dies_waiting_leaves_his_place) {
    ProcessTurn mine(file("turn"));
    BOOST_REQUIRE(mine.take(10s));
    for (int round = 0; round < 80; ++round) { // more often than there are places
        const pid_t dying = ::fork();
        if (dying == 0) {
            (void)left(file("turn"), "bread");
            ::_exit(0);
        }
        Errands errands = taken_along(mine, 1);
        ::kill(dying, SIGKILL);
        ::waitpid(dying, nullptr, 0);
        BOOST_REQUIRE(errands.size() == 1u);
        errands.set_answer(0, "two loaves"); // which nobody wants any more
        errands.answer_all();
    }
    Child other([&] { return left(file("turn"), "milk"); });
    Errands errands = taken_along(mine, 1);
    BOOST_TEST(errands[0] == "milk");
    errands.set_answer(0, "a bottle");
    errands.answer_all();
    BOOST_TEST(other.said() == "answered: a bottle");
    mine.give_back();
}

BOOST_AUTO_TEST_SUITE_END()
