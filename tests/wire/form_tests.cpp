// The form encoding: what is encoded is decoded to the same, limits hold at their edge, and broken
// input is read as a browser would.
#include "wire/form.hpp"

#include "fixtures.hpp"
#include "values/word.hpp"

#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <random>
#include <string>
#include <string_view>

using namespace segpay;
using segpay::testing::contains;
using segpay::testing::parameters_of;

namespace {

Parameters decoded(std::string_view encoded) {
    Parameters parameters;
    BOOST_REQUIRE(decode_form(encoded, parameters).is_ok());
    return parameters;
}

std::string every_byte() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    return bytes;
}

std::string fields(std::size_t count) {
    std::string encoded;
    for (std::size_t i = 0; i < count; ++i)
        encoded += "n" + std::to_string(i) + "=v&";
    return encoded;
}

// "%uXXXX" as byte by byte; size 0: none.
struct Half {
    unsigned value = 0;
    std::size_t size = 0;
};
Half slow_half(std::string_view text) {
    constexpr std::size_t kSize = 6;
    if (text.size() < kSize || text[0] != '%' || (text[1] | 0x20) != 'u') return {};
    const std::string digits(text.substr(2, 4));
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return {};
    return {static_cast<unsigned>(std::stoul(digits, nullptr, 16)), kSize};
}

// The same language read byte by byte, so that it shares nothing with the blocks and marks of Form.
std::string slowly_decoded(std::string_view text) {
    const auto digit = [](char c) { return std::string_view("0123456789abcdef").find(c | 0x20); };
    const auto is_digit = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape =
            text[i] == '%' && i + 2 < text.size() && is_digit(text[i + 1]) && is_digit(text[i + 2]);
        const Half half = slow_half(text.substr(i));
        const bool is_high = half.value >= 0xD800 && half.value < 0xDC00;
        const Half low = is_high ? slow_half(text.substr(i + half.size)) : Half{};
        const bool is_low = low.value >= 0xDC00 && low.value < 0xE000;
        std::array<char, 4> utf8{};
        if (half.size != 0 && (half.value < 0xD800 || half.value >= 0xE000)) {
            decoded.append(utf8.data(), write_utf8(utf8.data(), half.value));
            i += half.size - 1;
        } else if (is_high && is_low) {
            const unsigned both = 0x10000 + ((half.value - 0xD800) << 10) + (low.value - 0xDC00);
            decoded.append(utf8.data(), write_utf8(utf8.data(), both));
            i += half.size + low.size - 1;
        } else if (is_escape) {
            decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

Parameters slowly_read(std::string_view encoded) {
    Parameters parameters;
    while (!encoded.empty()) {
        const std::string_view piece = encoded.substr(0, encoded.find('&'));
        encoded.remove_prefix(std::min(piece.size() + 1, encoded.size()));
        if (piece.empty()) continue;
        const std::string_view name = piece.substr(0, piece.find('='));
        const std::string_view value = piece.substr(std::min(name.size() + 1, piece.size()));
        parameters.push_back({slowly_decoded(name), slowly_decoded(value)});
    }
    return parameters;
}

bool are_within_limits(const Parameters& parameters) {
    return parameters.size() <= kMaxFields &&
           std::all_of(parameters.begin(), parameters.end(), [](const Parameter& parameter) {
               return parameter.name.size() <= kMaxNameBytes &&
                      parameter.value.size() <= kMaxValueBytes;
           });
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string random_form(std::mt19937_64& random) {
    constexpr std::string_view kTelling = "&&==%%+41aF~ x\x1F\x7F\x80\xFF";
    constexpr std::array<std::string_view, 4> kEscapes = {"%u00e9", "%uD83D", "%uDE00", "%u1"};
    const std::size_t plain_share = random() % 30; // short pieces here, long ones there
    std::string encoded(random() % 300, 'n');
    for (char& c : encoded)
        if (random() % (plain_share + 1) == 0) c = kTelling[random() % kTelling.size()];
    for (std::size_t count = random() % 4; count > 0 && !encoded.empty(); --count)
        encoded.insert(random() % encoded.size(), kEscapes[random() % kEscapes.size()]);
    return encoded;
}

} // namespace

BOOST_AUTO_TEST_SUITE(form_tests)

BOOST_AUTO_TEST_CASE(decoding_undoes_encoding) {
    Parameters given = {{"all", every_byte()}, {"", "no name"}, {"no value", ""}, {"=&%+", "&=+%"}};
    BOOST_TEST((decoded(encode_form(given)) == given));

    std::mt19937 random(7);
    for (int round = 0; round < 2'000; ++round) {
        Parameters parameters;
        for (std::size_t count = random() % 5; count > 0; --count) {
            Parameter parameter{std::string(1 + random() % 8, '\0'),
                                std::string(random() % 40, '\0')};
            for (char& c : parameter.name)
                c = static_cast<char>(random());
            for (char& c : parameter.value)
                c = static_cast<char>(random());
            parameters.push_back(std::move(parameter));
        }
        if (decoded(encode_form(parameters)) != parameters)
            BOOST_TEST_FAIL(encode_form(parameters));
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_safe_in_a_query_stands_for_itself) {
    std::string encoded;
    append_encoded(encoded, every_byte());
    for (char c : encoded)
        BOOST_TEST(contains("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~:,%",
                            std::string_view(&c, 1)));
    std::string text;
    append_encoded(text, "162209:3097,1221 a+b&c=d%e/\xC3\xA9");
    BOOST_TEST(text == "162209:3097,1221%20a%2Bb%26c%3Dd%25e%2F%C3%A9");
}

BOOST_AUTO_TEST_CASE(a_standard_parser_reads_what_we_write) {
    const Parameters given = {{"a", every_byte()}, {"b", "\xF0\x9F\x98\x80 +&=#?%41"}, {"c", ""}};
    const Poco::URI uri("http://127.0.0.1/?" + encode_form(given));
    const Poco::URI::QueryParameters read = uri.getQueryParameters();
    BOOST_REQUIRE(read.size() == given.size());
    for (std::size_t i = 0; i < given.size(); ++i)
        BOOST_TEST((read[i].first == given[i].name && read[i].second == given[i].value));
}

BOOST_AUTO_TEST_CASE(forms_are_read_as_browsers_write_them) {
    BOOST_TEST((decoded("a=1&b=two+words&c=%2b%2B") ==
                Parameters{{"a", "1"}, {"b", "two words"}, {"c", "++"}}));
    BOOST_TEST((decoded("&&a=1&&&b=2&") == Parameters{{"a", "1"}, {"b", "2"}}));
    BOOST_TEST((decoded("a") == Parameters{{"a", ""}}));
    BOOST_TEST((decoded("a=") == Parameters{{"a", ""}}));
    BOOST_TEST((decoded("=a") == Parameters{{"", "a"}}));
    BOOST_TEST((decoded("a=b=c") == Parameters{{"a", "b=c"}}));
    BOOST_TEST((decoded("a%3Db=c") == Parameters{{"a=b", "c"}}));
    BOOST_TEST(decoded("").empty());
    BOOST_TEST(decoded("&&").empty());
}

BOOST_AUTO_TEST_CASE(broken_escapes_stand_for_themselves) {
    struct Row {
        std::string_view encoded;
        std::string_view value;
    };
    for (const Row& row : {Row{"%", "%"},
                           {"%4", "%4"},
                           {"%41", "A"},
                           {"%G1", "%G1"},
                           {"%1G", "%1G"},
                           {"100%", "100%"},
                           {"%%41", "%A"},
                           {"%4%41", "%4A"},
                           {"%u0041", "A"},
                           {"Andr%u00e9", "Andr\xC3\xA9"},
                           {"%U20AC.", "\xE2\x82\xAC."},
                           {"%uD83D%uDE00", "\xF0\x9F\x98\x80"},
                           {"%u0026a%u003D", "&a="},
                           // Halves of a character, and what is too short.
                           {"%uD83D", "%uD83D"},
                           {"%uD83D%u0041", "%uD83DA"},
                           {"%uDE00", "%uDE00"},
                           {"%uD83D%uD83D%uDE00", "%uD83D\xF0\x9F\x98\x80"},
                           {"%u00e", "%u00e"},
                           {"%u", "%u"},
                           {"%u00g9", "%u00g9"},
                           {"%25u00e9", "%u00e9"},
                           {"%-1", "%-1"},
                           {"% 1", "% 1"}})
        BOOST_TEST(decoded("v=" + std::string(row.encoded))[0].value == row.value);
}

BOOST_AUTO_TEST_CASE(forms_of_any_shape_are_read_as_byte_by_byte) {
    std::mt19937_64 random(20'261'122);
    Form form;
    for (int round = 0; round < 50'000; ++round) {
        const std::string encoded = random_form(random);
        BOOST_TEST_CONTEXT("round " << round) {
            const Parameters expected = slowly_read(encoded);
            form.clear();
            BOOST_REQUIRE_EQUAL(form.read(encoded).is_ok(), are_within_limits(expected));
            if (!are_within_limits(expected)) continue;
            BOOST_REQUIRE((parameters_of(form) == expected));
            bool is_plain = true;
            for (const FormField& field : form.fields()) {
                BOOST_REQUIRE_EQUAL(field.traits.is_plain_name, is_printable(field.name));
                BOOST_REQUIRE_EQUAL(field.traits.is_plain_value, is_printable(field.value));
                is_plain = is_plain && field.traits.is_plain_value;
            }
            BOOST_REQUIRE_EQUAL(form.is_plain(), is_plain);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_form_that_has_too_many_fields_already_takes_no_more) {
    Form form;
    BOOST_REQUIRE(form.read(fields(100)).is_ok());
    FormLimits limits;
    limits.fields = 70;
    BOOST_TEST(!form.read("one=more", limits).is_ok());
    BOOST_TEST(form.fields().size() == 100u);
    BOOST_TEST(form.read("", limits).is_ok());
}

BOOST_AUTO_TEST_CASE(limits_hold_at_their_edge) {
    Parameters parameters;
    BOOST_TEST(decode_form(fields(256), parameters).is_ok());
    BOOST_TEST(parameters.size() == 256u);
    parameters.clear();
    BOOST_TEST(contains(decode_form(fields(257), parameters).error(), "more than 256 fields"));
    // Query and body share the limit.
    parameters.clear();
    BOOST_TEST(decode_form(fields(200), parameters).is_ok());
    BOOST_TEST(!decode_form(fields(57), parameters).is_ok());

    const auto is_fine = [](std::size_t name, std::size_t value) {
        Parameters ignored;
        return decode_form(std::string(name, 'n') + "=" + std::string(value, 'v'), ignored).is_ok();
    };
    BOOST_TEST(is_fine(64, 1));
    BOOST_TEST(!is_fine(65, 1));
    BOOST_TEST(is_fine(1, 8192));
    BOOST_TEST(!is_fine(1, 8193));
    // What counts is the decoded length.
    std::string escaped;
    for (int i = 0; i < 64; ++i)
        escaped += "%6E";
    parameters.clear();
    BOOST_TEST(decode_form(escaped + "=1", parameters).is_ok());
    BOOST_TEST(!decode_form(escaped + "n=1", parameters).is_ok());
}

BOOST_AUTO_TEST_CASE(limits_hold_for_familiar_names) {
    const std::string encoded = "first=1234567890&second=2&third=3";
    for (const FormLimits& limits :
         {FormLimits{2, 64, 64}, FormLimits{64, 5, 64}, FormLimits{64, 64, 9}}) {
        Form familiar;
        familiar.take_notes_of(1);
        BOOST_REQUIRE(familiar.read(encoded).is_ok());
        for (FormField& field : familiar.fields())
            familiar.note(field, 7);
        familiar.clear();
        BOOST_REQUIRE(familiar.read(encoded).is_ok());
        for (const FormField& field : familiar.fields())
            BOOST_TEST(field.traits.note == 7u);
        familiar.clear();
        Form fresh;
        const Result<bool> expected = fresh.read(encoded, limits);
        BOOST_REQUIRE(!expected.is_ok());
        const Result<bool> outcome = familiar.read(encoded, limits);
        BOOST_REQUIRE(!outcome.is_ok());
        BOOST_TEST(outcome.error() == expected.error());
        BOOST_TEST((parameters_of(familiar) == parameters_of(fresh)));
    }
}

BOOST_AUTO_TEST_CASE(an_exceeded_limit_names_the_field_and_not_its_value) {
    Parameters parameters;
    const std::string message =
        decode_form("password=" + std::string(9000, 's'), parameters).error();
    BOOST_TEST(contains(message, "\"password\""));
    BOOST_TEST(!contains(message, "sss"));
}

BOOST_AUTO_TEST_SUITE_END()
