// Room with a stable address, which is reused, and wiped when it is cleared.
#include "values/text_store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace segpay;

namespace {

constexpr std::size_t kMoreThanAChunk = std::size_t{10} * 1024;

} // namespace

BOOST_AUTO_TEST_SUITE(text_store_tests)

BOOST_AUTO_TEST_CASE(texts_stay_as_they_are_while_more_come) {
    TextStore store;
    std::vector<std::pair<std::string, std::string_view>> kept;
    for (std::size_t i = 0; i < 500; ++i) {
        std::string text(i * 7 % 900, static_cast<char>('a' + i % 26));
        const std::string_view view = store.keep(text);
        kept.emplace_back(std::move(text), view);
    }
    for (const auto& [text, view] : kept)
        BOOST_TEST(view == text);
}

BOOST_AUTO_TEST_CASE(an_empty_text_takes_no_room) {
    TextStore store;
    BOOST_TEST(store.keep("").empty());
    BOOST_TEST(store.keep("a") == "a");
    BOOST_TEST(store.keep("").empty());
}

BOOST_AUTO_TEST_CASE(a_text_may_be_longer_than_a_chunk) {
    TextStore store;
    const std::string_view before = store.keep("before");
    const std::string large(kMoreThanAChunk, 'x');
    BOOST_TEST(store.keep(large) == large);
    BOOST_TEST(store.keep("after") == "after");
    BOOST_TEST(before == "before");
}

BOOST_AUTO_TEST_CASE(once_it_has_grown_the_same_room_is_used_again) {
    TextStore store;
    const auto fill = [&] {
        std::vector<const char*> places;
        for (std::size_t size : {std::size_t{100}, kMoreThanAChunk, std::size_t{3'000}})
            places.push_back(store.room(size));
        return places;
    };
    const std::vector<const char*> first = fill();
    store.clear();
    BOOST_TEST(fill() == first);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_wiped) {
    TextStore store;
    const std::string secret = "canary-password";
    const char* const short_one = store.keep(secret).data();
    const char* const long_one = store.keep(std::string(kMoreThanAChunk, 'c')).data();
    store.clear();
    const auto is_zero = [](char c) { return c == 0; };
    BOOST_TEST(std::all_of(short_one, short_one + secret.size(), is_zero));
    BOOST_TEST(std::all_of(long_one, long_one + kMoreThanAChunk, is_zero));
}

// A stranger may send many requests, each a little longer than all before it.
BOOST_AUTO_TEST_CASE(requests_that_grow_and_grow_leave_little_behind) {
    TextStore store;
    for (std::size_t size = 1; size < 256 * 1024; size += 97) {
        const std::string text(size, 'x');
        BOOST_REQUIRE(store.keep(text) == text);
        BOOST_REQUIRE(store.keep("more") == "more");
        BOOST_REQUIRE(store.capacity() < 8 * (size + 4096));
        store.clear();
        BOOST_REQUIRE(store.capacity() <= 64 * 1024);
    }
}

BOOST_AUTO_TEST_CASE(a_store_that_is_moved_takes_its_texts_along) {
    TextStore store;
    const std::string_view kept = store.keep("kept");
    TextStore other(std::move(store));
    BOOST_TEST(kept == "kept");
    BOOST_TEST(other.keep("more") == "more");
    BOOST_TEST(kept == "kept");
    store = TextStore();
    BOOST_TEST(store.keep("again") == "again");
}

BOOST_AUTO_TEST_SUITE_END()
