// A queue of processes: one at a time, nobody waits for the dead, and a file that will not do is
// replaced or done without.
#include "ledger/process_turn.hpp"

#include "ledger/fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using namespace segpay;
using namespace segpay::test;
using namespace std::chrono_literals;

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

#ifndef __SANITIZE_THREAD__ // which does not see that a lock of the dead is taken
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
#endif

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

BOOST_AUTO_TEST_SUITE_END()
