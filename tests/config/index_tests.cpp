// Tests plugin/config/index.hpp: it is fast, and correct after any change of the list.
#include "config/index.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace segpay;

namespace {

// A key that counts how often it was compared.
struct Key {
    std::string text;
    static inline int comparisons = 0;

    operator std::string_view() const { return text; }
    friend bool operator==(const Key& a, const Key& b) {
        ++comparisons;
        return a.text == b.text;
    }
};

struct Item {
    Key key;
    int number = 0;
};

std::vector<Item> items(int count) {
    std::vector<Item> all;
    for (int i = 0; i < count; ++i)
        all.push_back({{std::to_string(i)}, i});
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(index_tests)

BOOST_AUTO_TEST_CASE(a_key_is_found_without_walking_the_list) {
    const std::vector<Item> all = items(10'000);
    Index<Item, Key> index(&Item::key);
    const auto comparisons = [&] {
        Key::comparisons = 0;
        BOOST_TEST(index.find(all, Key{"9999"}) == &all[9999]);
        return Key::comparisons;
    };
    BOOST_TEST(comparisons() == 10'000);
    index.build(all);
    BOOST_TEST(comparisons() < 100);
}

BOOST_AUTO_TEST_CASE(a_list_that_changed_is_searched_rightly) {
    std::vector<Item> all = items(5);
    Index<Item, Key> index(&Item::key);
    index.build(all);
    all[3].key.text = "new"; // another key where one was known
    BOOST_TEST(index.find(all, Key{"new"}) == &all[3]);
    BOOST_TEST(!index.find(all, Key{"3"}));
    std::swap(all[1], all[2]);
    BOOST_TEST(index.find(all, Key{"1"}) == &all[2]);
    all.push_back({{"added"}, 5});
    BOOST_TEST(index.find(all, Key{"added"}) == &all[5]);
    all.erase(all.begin());
    BOOST_TEST(index.find(all, Key{"added"}) == &all[4]);
    all.clear(); // every position that is known is past the end
    BOOST_TEST(!index.find(all, Key{"4"}));
}

BOOST_AUTO_TEST_CASE(of_two_items_with_one_key_the_first_is_found) {
    const std::vector<Item> all = {{{"a"}, 1}, {{"a"}, 2}};
    Index<Item, Key> index(&Item::key);
    BOOST_TEST(index.find(all, Key{"a"})->number == 1);
    index.build(all);
    BOOST_TEST(index.find(all, Key{"a"})->number == 1);
}

BOOST_AUTO_TEST_SUITE_END()
