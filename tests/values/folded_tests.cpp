// Comparison by numbers against comparison letter by letter.
#include "values/folded.hpp"

#include "values/word.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(folded_tests)

BOOST_AUTO_TEST_CASE(a_word_of_any_size_is_spelled_in_any_case) {
    const std::string small = "abcdefghijklmnopqrstuvwxyzabcdef";
    const std::string large = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF";
    for (std::size_t size = 0; size <= small.size(); ++size) {
        const std::string_view word = std::string_view(small).substr(0, size);
        BOOST_TEST_CONTEXT("of " << size << " letters") {
            BOOST_TEST(spells(word, word));
            BOOST_TEST(spells(std::string_view(large).substr(0, size), word));
            BOOST_TEST(!spells(small + "x", word));
            if (size > 0) BOOST_TEST(!spells(word.substr(1), word));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_other_byte_passes_for_a_letter) {
    for (std::size_t size = 1; size <= 26; ++size) {
        const std::string word = std::string("instantconversionsofmembers").substr(0, size);
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text = word;
                text[at] = static_cast<char>(byte);
                BOOST_TEST_CONTEXT("byte " << byte << " at " << at << " of " << size)
                BOOST_REQUIRE_EQUAL(spells(text, word), equal_ignoring_case(text, word));
            }
    }
}

BOOST_AUTO_TEST_SUITE_END()
