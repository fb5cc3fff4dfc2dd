// Who is inside which instance, and what becomes of a hook that was left without a return.
#include "boundary/scope.hpp"

#include "boundary/boundary.hpp"
#include "fixtures.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <functional>
#include <list>
#include <thread>

using namespace segpay;

namespace {

bool is_reentered(const Stop& stop) { return stop.status == BILLER_STATUS_REENTERED; }

// A hook that calls a callback: both have frames of their own.
__attribute__((noinline)) void hook_of(const OpenInstance& instance,
                                       const std::function<void()>& callback) {
    const HookScope scope(instance, __builtin_frame_address(0));
    call_out(callback);
}
__attribute__((noinline)) bool is_inside(const OpenInstance& instance) {
    return HookScope::is_inside(instance, __builtin_frame_address(0));
}
void enter(const OpenInstance& instance) {
    hook_of(instance, [] {});
}

// One without an instance: check() and open().
__attribute__((noinline)) void hook_of_none(const std::function<void()>& callback) {
    const HookScope scope(__builtin_frame_address(0));
    call_out(callback);
}

// The same with a frame that is larger: what was left lies in the midst of it.
__attribute__((noinline)) void large_hook_of(const OpenInstance& instance) {
    volatile char room[2000];
    room[0] = 1;
    const HookScope scope(instance, __builtin_frame_address(0));
    room[1] = room[0];
}

// As a host does that never returns from the callback.
__attribute__((noinline)) void leave_a_callback_of(
    const OpenInstance& instance, const std::function<void()>& before = [] {}) {
    static thread_local std::jmp_buf out;
    if (setjmp(out) == 0)
        hook_of(instance, [&] {
            before();
            std::longjmp(out, 1);
        });
}

// At a greater depth, where other frames cover what was left.
__attribute__((noinline)) void deep_down(int levels, const std::function<void()>& work) {
    volatile char frame[4096];
    for (volatile char& byte : frame)
        byte = static_cast<char>(levels);
    if (levels == 0)
        work();
    else
        deep_down(levels - 1, work);
    frame[0] = 0;
}

void count_up(void* owner, std::uint64_t what) noexcept {
    *static_cast<std::uint64_t*>(owner) += what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scope_tests)

BOOST_AUTO_TEST_CASE(a_callback_cannot_come_back_into_its_instance) {
    const OpenInstance one, two;
    hook_of(one, [&] {
        BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
        BOOST_CHECK_NO_THROW(enter(two)); // another instance is another matter
        hook_of(two, [&] {
            BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
            BOOST_CHECK_EXCEPTION(enter(two), Stop, is_reentered);
            BOOST_TEST(is_inside(one));
            deep_down(20, [&] { BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered); });
        });
        bool is_let_in = false; // and so is another thread
        std::thread([&] {
            enter(one);
            is_let_in = true;
        }).join();
        BOOST_TEST(is_let_in);
    });
    BOOST_TEST(!is_inside(one));
    BOOST_CHECK_NO_THROW(enter(one));
}

// A line of the log, or a hook without an instance, inside a callback: the callback goes on.
BOOST_AUTO_TEST_CASE(a_callback_within_a_callback_ends_alone) {
    const OpenInstance one, two;
    std::uint64_t ended = 0;
    hook_of(one, [&] {
        const HeldByHook own(count_up, &ended, 1);
        call_out([] {});
        BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
        hook_of_none([] {});
        BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
        static thread_local std::jmp_buf out;
        if (setjmp(out) == 0) hook_of_none([&] { std::longjmp(out, 1); });
        BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
        BOOST_CHECK_NO_THROW(enter(two));
        BOOST_TEST(ended == 0u);
    });
    BOOST_CHECK_NO_THROW(enter(one));
}

BOOST_AUTO_TEST_CASE(an_instance_belongs_to_its_process) {
    const OpenInstance instance;
    const pid_t child = fork();
    if (child == 0) {
        uint32_t status = 0;
        try {
            enter(instance);
        } catch (const Stop& stop) {
            status = stop.status;
        }
        _exit(static_cast<int>(status));
    }
    int ended = 0;
    BOOST_REQUIRE(waitpid(child, &ended, 0) == child);
    BOOST_TEST(WEXITSTATUS(ended) == static_cast<int>(BILLER_STATUS_FORKED));
    BOOST_CHECK_NO_THROW(enter(instance));
}

BOOST_AUTO_TEST_CASE(a_hook_that_was_left_is_no_hook) {
    const OpenInstance one, two;
    for (int round = 0; round < 3; ++round) {
        leave_a_callback_of(one);
        BOOST_CHECK_NO_THROW(enter(one)); // from where it was left
        leave_a_callback_of(one);
        BOOST_CHECK_NO_THROW(large_hook_of(one));
        leave_a_callback_of(one);
        deep_down(20, [&] { BOOST_CHECK_NO_THROW(enter(one)); });
        deep_down(5, [&] { leave_a_callback_of(one); });
        BOOST_CHECK_NO_THROW(enter(two));
        BOOST_TEST(!is_inside(one));
    }
}

BOOST_AUTO_TEST_CASE(a_hook_that_goes_on_is_one_whatever_was_left_within) {
    const OpenInstance one, two;
    std::uint64_t ended = 0;
    std::list<HeldByHook> kept; // as on a stack that was left
    hook_of(one, [&] {
        const HeldByHook own(count_up, &ended, 1);
        leave_a_callback_of(two, [&] { kept.emplace_back(&count_up, &ended, std::uint64_t{16}); });
        BOOST_CHECK_EXCEPTION(enter(one), Stop, is_reentered);
        BOOST_TEST(ended == 16u);
        leave_a_callback_of(two, [&] { kept.emplace_back(&count_up, &ended, std::uint64_t{16}); });
    });
    BOOST_TEST(ended == 32u); // with the hook around it
    BOOST_CHECK_NO_THROW(enter(two));
}

BOOST_AUTO_TEST_CASE(what_was_held_is_ended_once) {
    std::uint64_t ended = 0;
    std::list<HeldByHook> kept;
    {
        const OpenInstance one;
        hook_of(one, [&] { const HeldByHook returned(count_up, &ended, 1); });
        enter(one);
        BOOST_TEST(ended == 0u);
        leave_a_callback_of(one, [&] {
            kept.emplace_back(&count_up, &ended, std::uint64_t{1});
            kept.emplace_back(&count_up, &ended, std::uint64_t{2});
        });
        BOOST_TEST(ended == 0u);
        enter(one);
        BOOST_TEST(ended == 3u);
        enter(one);
        BOOST_TEST(ended == 3u);
        leave_a_callback_of(one, [&] { kept.emplace_back(&count_up, &ended, std::uint64_t{4}); });
    }
    const OpenInstance next; // what a closed one held ended with it
    enter(next);
    BOOST_TEST(ended == 3u);
    const HeldByHook of_no_hook(count_up, &ended, 8);
    BOOST_TEST(ended == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
