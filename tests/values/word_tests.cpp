// Words, and the cleaning of text from outside: clean_text gives UTF-8 without control characters
// for any input.
#include "values/word.hpp"

#include "fixtures.hpp"

#include <array>
#include <iterator>
#include <random>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(word_tests)

BOOST_AUTO_TEST_CASE(case_and_separators_do_not_count) {
    std::array<char, 40> room{};
    for (std::string_view text :
         {"instantconversion", "InstantConversion", "Instant Conversion", "INSTANT_CONVERSION",
          "instant-conversion", " Instant  Conversion ", "_I-N s_tantConversion-"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(is_word(text, "instantconversion"));
            BOOST_TEST(end_of_word(text, room) == "instantconversion");
        }
    }
    BOOST_TEST(is_word("CB Reversal", "cbreversal"));
    BOOST_TEST(is_word("", ""));
    BOOST_TEST(is_word(" -_", ""));
}

BOOST_AUTO_TEST_CASE(everything_else_counts) {
    for (std::string_view text :
         {"", "instantconversio", "instantconversions", "instant.conversion", "instant\tconversion",
          "xinstantconversion", "conversion"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!is_word(text, "instantconversion"));
}

BOOST_AUTO_TEST_CASE(of_a_long_word_the_end_can_be_had_alone) {
    std::array<char, 4> room{};
    BOOST_TEST(end_of_word("Instant Con-VER_sion ", room) == "sion");
    BOOST_TEST(end_of_word("I o_n", room) == "ion");
    BOOST_TEST(end_of_word("sION", room) == "sion");
    BOOST_TEST(end_of_word(" -_", room) == "");
    BOOST_TEST(end_of_word("", room) == "");
    BOOST_TEST(end_of_word("word", {}) == "");
}

BOOST_AUTO_TEST_CASE(ascii_letters_have_two_cases) {
    BOOST_TEST(lower_case("AZaz09\xC3\x84") == "azaz09\xC3\x84");
    BOOST_TEST(equal_ignoring_case("PurchaseID", "purchaseid"));
    BOOST_TEST(!equal_ignoring_case("purchaseid", "purchase_id"));
    BOOST_TEST(!equal_ignoring_case("a", "ab"));
    BOOST_TEST(!equal_ignoring_case("[", "{")); // 0x20 apart, and no letters
    BOOST_TEST(trimmed(" \t a b\t ") == "a b");
    BOOST_TEST(trimmed(" \t ") == "");
}

BOOST_AUTO_TEST_CASE(utf8_stays_and_windows_1252_is_read) {
    struct Row {
        std::string_view bytes;
        std::string_view text;
    };
    for (const Row& row :
         {Row{"Zo\xC3\xAB", "Zo\xC3\xAB"},
          {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
          {"Zo\xEB", "Zo\xC3\xAB"},                         // ISO-8859-1
          {"\x80", "\xE2\x82\xAC"},                         // the euro of Windows-1252
          {"\x93hi\x94", "\xE2\x80\x9Chi\xE2\x80\x9D"},     // its quotes
          {"M\xFCller \xC3\xBC", "M\xC3\xBCller \xC3\xBC"}, // both in one text
          {"\x81", " "},                                    // means nothing there
          {"\xC0\x80", "\xC3\x80\xE2\x82\xAC"},             // overlong NUL: two bytes of 1252
          {"\xED\xA0\x80", "\xC3\xAD\xC2\xA0\xE2\x82\xAC"}, // a surrogate is none either
          {"\xF4\x90\x80\x80", "\xC3\xB4 \xE2\x82\xAC\xE2\x82\xAC"}, // past U+10FFFF; 0x90 nothing
          {"\xE2\x82", "\xC3\xA2\xE2\x80\x9A"},                      // cut off
          {std::string_view("a\0b", 3), "a b"},
          {"a\r\nb\tc\x1B[31m\x7F", "a  b c [31m "},
          {"\xC2\x85", " "}, // a C1 control, in UTF-8
          {"\xC2\xA0", "\xC2\xA0"}})
        BOOST_TEST(clean_text(row.bytes) == row.text);
}

BOOST_AUTO_TEST_CASE(clean_text_is_clean_for_any_bytes) {
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(random() % 12, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        const std::string clean = clean_text(bytes);
        // Cleaning what is clean changes nothing; no control character is left.
        if (clean_text(clean) != clean) BOOST_TEST_FAIL(bytes);
        for (char c : clean)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) BOOST_TEST_FAIL(bytes);
    }
}

BOOST_AUTO_TEST_CASE(clean_is_what_cleaning_leaves_alone) {
    const std::string_view pieces[] = {"a",
                                       "printable ASCII, longer than a word",
                                       "~",
                                       " ",
                                       "\xC3\xA9",
                                       "\x7F",
                                       "\x1F",
                                       "\xC2\x85",
                                       "\xEB",
                                       "\xE2\x82",
                                       "\xF0\x9F\x98\x80",
                                       "\n"};
    std::mt19937 random(2);
    unsigned clean_ones = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        // Mostly clean pieces, or hardly any text would be.
        for (auto count = random() % 8; count > 0; --count)
            text += pieces[random() % (random() % 8 == 0 ? std::size(pieces) : 5)];
        if (is_clean(text) != (clean_text(text) == text)) BOOST_TEST_FAIL(text);
        if (is_clean(text)) ++clean_ones;
    }
    BOOST_TEST((clean_ones > 5'000 && clean_ones < 19'000));
    for (int byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 17; ++at) {
            std::string text(17, 'x');
            text[at] = static_cast<char>(byte);
            BOOST_TEST(is_clean(text) == (byte >= 0x20 && byte < 0x7F));
        }
}

BOOST_AUTO_TEST_CASE(shortening_cuts_between_characters) {
    const std::string_view euros = "\xE2\x82\xAC\xE2\x82\xAC";
    BOOST_TEST(shortened("abc", 2) == "ab");
    BOOST_TEST(shortened("abc", 3) == "abc");
    BOOST_TEST(shortened("", 3) == "");
    BOOST_TEST(shortened(euros, 6) == euros);
    BOOST_TEST(shortened(euros, 5) == "\xE2\x82\xAC");
    BOOST_TEST(shortened(euros, 3) == "\xE2\x82\xAC");
    BOOST_TEST(shortened(euros, 2) == "");
}

BOOST_AUTO_TEST_CASE(characters_are_written_as_utf8) {
    const auto written = [](std::uint32_t character) {
        char room[4];
        return std::string(room, write_utf8(room, character));
    };
    BOOST_TEST(written('A') == "A");
    BOOST_TEST(written(0x7F) == "\x7F");
    BOOST_TEST(written(0x80) == "\xC2\x80");
    BOOST_TEST(written(0x7FF) == "\xDF\xBF");
    BOOST_TEST(written(0x800) == "\xE0\xA0\x80");
    BOOST_TEST(written(0xFFFF) == "\xEF\xBF\xBF");
    BOOST_TEST(written(0x10000) == "\xF0\x90\x80\x80");
    BOOST_TEST(written(0x10FFFF) == "\xF4\x8F\xBF\xBF");
}

BOOST_AUTO_TEST_CASE(characters_are_counted) {
    BOOST_TEST(character_count("") == 0u);
    BOOST_TEST(character_count("abc") == 3u);
    BOOST_TEST(character_count("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
