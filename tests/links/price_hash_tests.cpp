// The hash of a dynamic price, in each form in which a host may have it.
#include "links/price_hash.hpp"

#include "fixtures.hpp"

using namespace segpay;
using segpay::testing::contains;

namespace {

// The example of the One Click Web Service.
constexpr std::string_view kHash = "dsvEzGU8vjsph0kbhZblRC/1wjQ=";

std::string read(std::string_view text) {
    PriceHash hash{};
    const Objection objection = read_price_hash(text, hash);
    return objection ? objection.text() : std::string(hash.data(), hash.size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(price_hash_tests)

BOOST_AUTO_TEST_CASE(encoded_or_not_it_is_the_same_hash) {
    for (std::string_view text :
         {"dsvEzGU8vjsph0kbhZblRC%2f1wjQ%3d", "dsvEzGU8vjsph0kbhZblRC%2F1wjQ%3D",
          "dsvEzGU8vjsph0kbhZblRC/1wjQ=", "%64svEzGU8vjsph0kbhZblRC/1wjQ%3d"})
        BOOST_TEST(read(text) == kHash);
    BOOST_TEST(read("dsvEzGU8vjsph0kbhZblRC+1wjQ=") == "dsvEzGU8vjsph0kbhZblRC+1wjQ=");
    BOOST_TEST(read("dsvEzGU8vjsph0kbhZblRC%2B1wjQ=") == "dsvEzGU8vjsph0kbhZblRC+1wjQ=");
}

BOOST_AUTO_TEST_CASE(every_character_may_be_escaped_in_either_case) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string rest(kHash.substr(1));
    for (const char c : kAlphabet)
        for (const std::string_view digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
            const std::string escape = {'%', digits[static_cast<unsigned char>(c) / 16],
                                        digits[static_cast<unsigned char>(c) % 16]};
            BOOST_TEST(read(escape + rest) == c + rest, escape);
        }
    for (std::string_view no_escape : {"%6g", "%6G", "%6`", "%6@", "%6/", "%6:", "%g6"})
        BOOST_TEST_CONTEXT(no_escape)
    BOOST_TEST(read(std::string(no_escape) + rest).starts_with("has 30 characters; "));
}

BOOST_AUTO_TEST_CASE(what_is_not_20_bytes_is_no_hash) {
    for (std::string_view text :
         {"", "x", "dsvEzGU8vjsph0kbhZblRC/1wjQ",
          "dsvEzGU8vjsph0kbhZblRC/1wjQ==", "dsvEzGU8vjsph0kbhZblRC%252f1wjQ%253d"}) // encoded twice
        BOOST_TEST_CONTEXT(text) BOOST_TEST(contains(read(text), "a hash is 28 characters"));
    BOOST_TEST(read("dsvEzGU8vjsph0kbhZblRC/1wjQ").starts_with("has 27 characters; "));
    for (std::string_view text : {"dsvEzGU8vjsph0kbhZblRC/1wjQQ", "dsvEzGU8vjsph0kbhZblRC/1wj==",
                                  "dsvEzGU8vjsph0kbhZblRC/1wjR=", // bits past the 20th byte
                                  "dsvEzGU8vjsph0kbhZblRC 1wjQ=", "dsvEzGU8vjsph0kbhZblRC%1wjQ=",
                                  "dsvEzGU8vjsph0kbhZblRC-1wjQ=", "=svEzGU8vjsph0kbhZblRC/1wjQ="})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(contains(read(text), "is not base64 of 20 bytes"));
}

BOOST_AUTO_TEST_CASE(an_id_of_the_pricing_service_is_a_guid) {
    constexpr std::string_view kId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    std::string_view id;
    BOOST_TEST(!read_pricing_id(kId, id));
    BOOST_TEST(id == kId);
    BOOST_TEST(!read_pricing_id("\"0f8fad5b-d9cb-469f-a165-70867728950e\"", id)); // as it answers
    BOOST_TEST(id == kId);
    BOOST_TEST(!read_pricing_id("0F8FAD5B-D9CB-469F-A165-70867728950E", id));
    for (std::string_view text :
         {"", "\"", "\"\"", "0f8fad5b-d9cb-469f-a165-70867728950",
          "{0f8fad5b-d9cb-469f-a165-70867728950e}", "0f8fad5b-d9cb-469f-a165-70867728950g",
          "0f8fad5bd-9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e ",
          "dsvEzGU8vjsph0kbhZblRC/1wjQ="})
        BOOST_TEST_CONTEXT(text)
        BOOST_TEST(contains(read_pricing_id(text, id).text(), "is not an id"));
}

BOOST_AUTO_TEST_SUITE_END()
