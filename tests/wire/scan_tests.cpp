// Both scanners against the definition of a mark and against each other.
#include "wire/scan.hpp"

#include "wire/form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

using namespace segpay;

namespace {

using Block = std::array<char, kBlockBytes>;

Block filled_with(char c) {
    Block block;
    block.fill(c);
    return block;
}

// Written out letter by letter, so that it shares nothing with the scanners.
constexpr std::string_view kUsual =
    ",-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
    "abcdefghijklmnopqrstuvwxyz{|}~";

bool is_usual_letter(char c) { return kUsual.find(c) != std::string_view::npos; }

std::uint64_t expected_of(const Block& block) {
    std::uint64_t marks = 0;
    for (std::size_t i = 0; i < block.size(); ++i)
        if (!is_usual_letter(block[i])) marks |= std::uint64_t{1} << i;
    return marks;
}

bool agree(const Block& block) {
    const std::uint64_t expected = expected_of(block);
    return marks_in(block.data()) == expected && marks_in_portably(block.data()) == expected;
}

using Run = std::array<char, kRunBytes>;

// The way out, written out letter by letter as well.
unsigned expected_marks(const Run& run) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:,";
    unsigned marks = 0;
    for (std::size_t i = 0; i < run.size(); ++i)
        if (kPlain.find(run[i]) == std::string_view::npos) marks |= 1u << i;
    return marks;
}

bool is_expected_printable(const Run& run) {
    return std::all_of(run.begin(), run.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool agree_on_the_way_out(const Run& run) {
    const char* const first = run.data();
    const char* const second = run.data() + kHalfBytes;
    const unsigned marks = expected_marks(run);
    const bool printable = is_expected_printable(run);
    return marks_to_encode(first, second) == marks &&
           marks_to_encode_portably(first, second) == marks &&
           is_printable(first, second) == printable &&
           is_printable_portably(first, second) == printable;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scan_tests)

BOOST_AUTO_TEST_CASE(every_byte_is_marked_at_every_position) {
    for (const char around : {'a', '&', '%', '\xFF'})
        for (int byte = 0; byte < 256; ++byte)
            for (std::size_t at = 0; at < kBlockBytes; ++at) {
                Block block = filled_with(around);
                block[at] = static_cast<char>(byte);
                BOOST_TEST_CONTEXT("byte " << byte << " at " << at << " among " << +around)
                BOOST_REQUIRE(agree(block));
            }
}

BOOST_AUTO_TEST_CASE(random_blocks_are_marked_alike) {
    constexpr std::string_view kTelling = "&=%+a~ \x1F\x7F\x80\xFF";
    std::mt19937_64 random(20'260'921);
    for (int round = 0; round < 100'000; ++round) {
        Block block;
        const bool is_any = round % 2 == 0;
        for (char& c : block)
            c = is_any ? static_cast<char>(random() & 0xFF) : kTelling[random() % kTelling.size()];
        BOOST_TEST_CONTEXT("round " << round) BOOST_REQUIRE(agree(block));
    }
}

BOOST_AUTO_TEST_CASE(a_block_may_begin_anywhere) {
    std::string text(3 * kBlockBytes, 'a');
    for (std::size_t at = 0; at < text.size(); at += 7)
        text[at] = at % 2 == 0 ? '&' : '%';
    for (std::size_t begin = 0; begin <= text.size() - kBlockBytes; ++begin)
        BOOST_TEST((marks_in(text.data() + begin) == marks_in_portably(text.data() + begin)));
}

// The purpose of the marks: a form is split at the same places wherever a block ends in it.
BOOST_AUTO_TEST_CASE(a_form_is_the_same_wherever_its_blocks_end) {
    for (std::size_t before = 0; before < 2 * kBlockBytes; ++before)
        for (const std::string_view value : {"plain", "a=b", "%41", "a+b", "\xC3\xA9", ""}) {
            const std::string padding(before, 'x');
            const std::string encoded = padding + "=1&name=" + std::string(value) + "&&last";
            Form form;
            BOOST_TEST_CONTEXT(encoded) {
                BOOST_REQUIRE((form.read(encoded, {8, 1'000, 1'000})));
                BOOST_REQUIRE(form.fields().size() == 3u);
                BOOST_TEST(form.fields()[0].name == padding);
                BOOST_TEST(form.fields()[0].value == "1");
                BOOST_TEST(form.fields()[1].name == "name");
                const std::string_view decoded = value == "%41"   ? "A"
                                                 : value == "a+b" ? "a b"
                                                                  : value;
                BOOST_TEST(form.fields()[1].value == decoded);
                BOOST_TEST(form.fields()[1].traits.is_plain_value == (value != "\xC3\xA9"));
                BOOST_TEST(form.fields()[2].name == "last");
            }
        }
}

BOOST_AUTO_TEST_CASE(a_spelling_is_found_only_where_it_stands_whole) {
    for (std::size_t size = 0; size < Spelling::kMaxBytes; ++size) {
        const std::string name = std::string("abcdefghijklmnopqrstuvwxyz0123456").substr(0, size);
        const Spelling spelling(name);
        const std::string there = name + "=" + std::string(Spelling::kMaxBytes, '&');
        BOOST_REQUIRE(spelling.is_at(there.data()) && spelling.is_at_portably(there.data()));
        for (std::size_t at = 0; at <= size; ++at) {
            std::string other = there;
            other[at] = 'A';
            BOOST_REQUIRE(!spelling.is_at(other.data()) && !spelling.is_at_portably(other.data()));
        }
        std::string longer = there;
        longer.insert(0, "a");
        if (size > 0) BOOST_REQUIRE(!spelling.is_at(longer.data()));
    }
    const Spelling nobodys;
    for (const char c : {'\0', '=', '&', 'a'}) {
        const std::string text(Spelling::kMaxBytes, c);
        BOOST_TEST(!nobodys.is_at(text.data()));
        BOOST_TEST(!nobodys.is_at_portably(text.data()));
    }
}

BOOST_AUTO_TEST_CASE(what_has_to_be_encoded_is_marked_at_every_position) {
    for (const char around : {'a', '/', '\xFF'})
        for (int byte = 0; byte < 256; ++byte)
            for (std::size_t at = 0; at < kRunBytes; ++at) {
                Run run;
                run.fill(around);
                run[at] = static_cast<char>(byte);
                BOOST_TEST_CONTEXT("byte " << byte << " at " << at << " among " << +around)
                BOOST_REQUIRE(agree_on_the_way_out(run));
            }
}

BOOST_AUTO_TEST_CASE(the_halves_of_a_run_may_overlap) {
    const std::string text = "abc/efgh ij";
    const char* const last = text.data() + text.size() - kHalfBytes;
    BOOST_TEST(marks_to_encode(text.data(), last) == 0b0010'0001'0000'1000u);
    BOOST_TEST(marks_to_encode_portably(text.data(), last) == 0b0010'0001'0000'1000u);
}

BOOST_AUTO_TEST_SUITE_END()
