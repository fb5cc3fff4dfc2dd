// Digits by eight against digits one by one.
#include "values/digits.hpp"

#include "fixtures.hpp"

using namespace segpay;

BOOST_AUTO_TEST_SUITE(digits_tests)

BOOST_AUTO_TEST_CASE(one_other_byte_makes_it_no_number) {
    for (std::size_t size = 1; size <= 20; ++size) {
        const std::string number = std::string("01234567890987654321").substr(0, size);
        BOOST_TEST(is_number(number));
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text = number;
                text[at] = static_cast<char>(byte);
                BOOST_TEST_CONTEXT("byte " << byte << " at " << at << " of " << size)
                BOOST_REQUIRE_EQUAL(is_number(text), byte >= '0' && byte <= '9');
            }
    }
    BOOST_TEST(!is_number(""));
}

BOOST_AUTO_TEST_CASE(ids_are_letters_digits_and_hyphens) {
    for (const std::string_view id : {"7", "26346680", "0b9a2c1e-4f6d-4A4E-9b8e-000000000000", "-"})
        BOOST_TEST(is_id(id));
    for (const std::string_view text : {"", "2634 6680", "26346680/", "a_b", "\xC3\xA9", "1,2"})
        BOOST_TEST(!is_id(text));
    BOOST_TEST(is_id(std::string(kMaxIdCharacters, '9')));
    BOOST_TEST(!is_id(std::string(kMaxIdCharacters + 1, '9')));
}

BOOST_AUTO_TEST_CASE(digits_are_read_up_to_what_is_none) {
    struct Row {
        std::string_view text;
        std::size_t most;
        std::uint64_t number;
        std::size_t count;
    };
    for (const Row& row : {Row{"123:45", 9, 123, 3}, Row{"123", 2, 12, 2}, Row{"", 9, 0, 0},
                           Row{"-1", 9, 0, 0}, Row{"007", 9, 7, 3}}) {
        std::uint64_t number = 0;
        const char* const begin = row.text.data();
        const char* const end = read_digits(begin, begin + row.text.size(), row.most, number);
        BOOST_TEST(number == row.number);
        BOOST_TEST(static_cast<std::size_t>(end - begin) == row.count);
    }
}

BOOST_AUTO_TEST_CASE(a_number_is_the_same_without_its_leading_zeros) {
    for (const auto& [number, expected] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"20656", "20656"}, {"0020656", "20656"}, {"200", "200"}, {"000", ""}, {"", ""}})
        BOOST_TEST(without_leading_zeros(number) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
