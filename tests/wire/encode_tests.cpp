// Percent-encoding: both ways against the plain rule, for every byte at every place.
#include "wire/encode.hpp"

#include "wire/form.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace segpay;

namespace {

// Exactly the documented room, so that a sanitizer sees one byte more.
std::string encoded(std::string_view text, decltype(write_encoded)* write = write_encoded) {
    std::vector<char> room(encoded_room(text));
    const char* end = write(room.data(), text);
    return {room.data(), static_cast<std::size_t>(end - room.data())};
}

std::string by_the_rule(std::string_view text) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:,";
    std::string out;
    for (char c : text) {
        if (kPlain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        constexpr char kDigits[] = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
    }
    return out;
}

void check(std::string_view text) {
    const std::string expected = by_the_rule(text);
    if (encoded(text) != expected) BOOST_TEST_FAIL(text);
    if (encoded(text, write_encoded_portably) != expected) BOOST_TEST_FAIL("portably: " << text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(encode_tests)

BOOST_AUTO_TEST_CASE(every_byte_at_every_place) {
    for (std::size_t size : {1u, 7u, 8u, 9u, 15u, 16u, 17u, 33u})
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte)
                for (char around : {'x', '/'}) {
                    std::string text(size, around);
                    text[at] = static_cast<char>(byte);
                    check(text);
                }
    BOOST_TEST(encoded("162209:3097,1221/\xC3\xA9 +") == "162209:3097,1221%2F%C3%A9%20%2B");
    check("");
}

BOOST_AUTO_TEST_CASE(what_is_encoded_decodes_to_itself) {
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(random() % 70, '\0');
        for (char& byte : text)
            byte = static_cast<char>(random() % 4 ? 'a' + random() % 26 : random());
        check(text);
        Parameters decoded;
        BOOST_REQUIRE(decode_form("v=" + encoded(text), decoded).is_ok());
        if (decoded.size() != 1 || decoded[0].value != text) BOOST_TEST_FAIL(text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
