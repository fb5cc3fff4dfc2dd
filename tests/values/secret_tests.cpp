// Secrets: comparison, the box that encrypts, and that no part of a secret stays behind by
// accident.
#include "values/secret.hpp"

#include "fixtures.hpp"

#include <atomic>
#include <concepts>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace segpay;
using segpay::testing::contains;

namespace {

template <class T>
concept CanBePrinted = requires(std::ostream& out, const T& value) {
    out << value;
};

} // namespace

// A secret cannot be written into a stream, a log line or an error by accident.
static_assert(CanBePrinted<std::string>);
static_assert(!CanBePrinted<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

BOOST_AUTO_TEST_SUITE(secret_tests)

BOOST_AUTO_TEST_CASE(comparison_is_equality_of_bytes) {
    using namespace std::string_view_literals;
    BOOST_TEST(equal_in_constant_time("", ""));
    BOOST_TEST(equal_in_constant_time("secret", "secret"));
    BOOST_TEST(equal_in_constant_time("a\0b"sv, "a\0b"sv));
    BOOST_TEST(!equal_in_constant_time("a\0b"sv, "a\0c"sv)); // no C string
    BOOST_TEST(!equal_in_constant_time("", "s"));
    BOOST_TEST(!equal_in_constant_time("secre", "secret"));
    BOOST_TEST(!equal_in_constant_time("secrets", "secret"));
    BOOST_TEST(!equal_in_constant_time("Secret", "secret"));
    for (std::size_t i = 0; i < 6; ++i) {
        std::string other = "secret";
        other[i] = '#';
        BOOST_TEST(!equal_in_constant_time(other, "secret"));
    }
}

BOOST_AUTO_TEST_CASE(copies_and_moves_keep_the_text) {
    Secret first("swordfish");
    Secret copy = first;
    Secret moved = std::move(first);
    BOOST_TEST(copy.reveal() == "swordfish");
    BOOST_TEST(moved.reveal() == "swordfish");
    copy = Secret("other");
    BOOST_TEST(copy.reveal() == "other");
    BOOST_TEST(Secret().is_empty());
    BOOST_TEST(!moved.is_empty());
}

BOOST_AUTO_TEST_CASE(what_is_closed_can_be_opened_with_the_same_key) {
    const SecretBox box(Secret("key"));
    const SecretBox same(Secret("key"));
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte)
        all_bytes += static_cast<char>(byte);
    for (const std::string& plain : {std::string(), std::string("p"), std::string("swordfish"),
                                     all_bytes, std::string(10'000, 'x')}) {
        const std::string closed = box.close(plain);
        BOOST_REQUIRE(same.open(closed).has_value());
        BOOST_TEST(same.open(closed).value().reveal() == plain);
    }
}

BOOST_AUTO_TEST_CASE(a_box_shows_nothing_and_never_looks_the_same) {
    const SecretBox box(Secret("key"));
    std::set<std::string> boxes;
    for (int i = 0; i < 20; ++i) {
        const std::string closed = box.close("swordfish");
        BOOST_TEST(!contains(closed, "swordfish"));
        boxes.insert(closed);
    }
    BOOST_TEST(boxes.size() == 20u);
}

BOOST_AUTO_TEST_CASE(another_key_opens_nothing) {
    const std::string closed = SecretBox(Secret("key")).close("swordfish");
    for (std::string_view key : {"Key", "key ", "", "kex"})
        BOOST_TEST(!SecretBox(Secret(key)).open(closed).has_value());
}

BOOST_AUTO_TEST_CASE(each_of_several_secrets_is_accepted) {
    Secrets secrets(Secret("new"));
    secrets.add(Secret("older"));
    secrets.add(Secret(""));
    BOOST_TEST(secrets.all().size() == 2u); // an empty one would accept an empty value
    BOOST_TEST(secrets.first().reveal() == "new");
    BOOST_TEST(secrets.contains("new"));
    BOOST_TEST(secrets.contains("older"));
    for (std::string_view wrong : {"", "ne", "newolder", "Older", "new\n"})
        BOOST_TEST(!secrets.contains(wrong));
    BOOST_TEST(Secrets().is_empty());
    BOOST_TEST(Secrets(Secret("")).is_empty());
    BOOST_TEST(!Secrets().contains(""));
}

BOOST_AUTO_TEST_CASE(the_first_key_closes_and_all_open) {
    Secrets rotated(Secret("new"));
    rotated.add(Secret("old"));
    const SecretBox box(rotated);
    const SecretBox old(Secret("old"));
    BOOST_TEST(box.open(old.close("swordfish")).value().reveal() == "swordfish");
    BOOST_TEST(box.open(box.close("swordfish")).value().reveal() == "swordfish");
    BOOST_TEST(SecretBox(Secret("new")).open(box.close("swordfish")).has_value());
    BOOST_TEST(!old.open(box.close("swordfish")).has_value());
    BOOST_TEST(!box.open(SecretBox(Secret("other")).close("swordfish")).has_value());
}

BOOST_AUTO_TEST_CASE(every_changed_bit_is_noticed) {
    const SecretBox box(Secret("key"));
    const std::string closed = box.close("swordfish");
    for (std::size_t byte = 0; byte < closed.size(); ++byte)
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = closed;
            damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
            BOOST_TEST_CONTEXT("byte " << byte << " bit " << bit)
            BOOST_TEST(!box.open(damaged).has_value());
        }
    for (std::size_t size = 0; size < closed.size(); ++size)
        BOOST_TEST(!box.open(std::string_view(closed).substr(0, size)).has_value());
    BOOST_TEST(!box.open(closed + "x").has_value());
}

BOOST_AUTO_TEST_CASE(a_box_serves_many_threads) {
    const SecretBox box(Secret("key"));
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < 8; ++number)
            threads.emplace_back([&, number] {
                const std::string text = "swordfish " + std::to_string(number);
                for (int round = 0; round < 2'000; ++round) {
                    const auto opened = box.open(box.close(text));
                    if (!opened || opened->reveal() != text) ++wrong;
                }
            });
    }
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
