// HMAC-SHA256 against the published vectors, whole and in pieces.
#include "values/hmac.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace segpay;

namespace {

std::string hex(const Mac& mac) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned char byte : mac) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

struct Vector {
    std::string key;
    std::string message;
    std::string mac; // hexadecimal; a prefix where the vector is truncated
};

std::string counting_up_to(char last) {
    std::string text;
    for (char c = 1; c <= last; ++c)
        text += c;
    return text;
}

// RFC 4231, section 4.
const Vector kVectors[] = {
    {std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {counting_up_to(25), std::string(50, '\xcd'),
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
    {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {std::string(131, '\xaa'),
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(hmac_tests)

BOOST_AUTO_TEST_CASE(the_published_vectors_come_out) {
    for (const Vector& vector : kVectors) {
        const std::string mac = hex(HmacKey(vector.key).mac(vector.message));
        BOOST_TEST(mac.substr(0, vector.mac.size()) == vector.mac);
    }
}

BOOST_AUTO_TEST_CASE(pieces_count_as_the_whole) {
    for (const Vector& vector : kVectors) {
        const HmacKey key(vector.key);
        for (std::size_t size : {1u, 3u, 64u, 1000u}) {
            HmacMessage message(key);
            for (std::size_t at = 0; at < vector.message.size(); at += size)
                message.add(std::string_view(vector.message).substr(at, size));
            message.add({});
            BOOST_TEST((message.finished() == key.mac(vector.message)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_copy_works_when_the_original_has_ended) {
    std::optional<HmacKey> original(kVectors[1].key);
    const HmacKey copy = *original;
    original.reset();
    BOOST_TEST(hex(copy.mac(kVectors[1].message)) == kVectors[1].mac);
    HmacKey assigned("another");
    assigned = copy;
    BOOST_TEST(hex(assigned.mac(kVectors[1].message)) == kVectors[1].mac);
}

BOOST_AUTO_TEST_CASE(keys_at_the_edge_of_a_block_differ) {
    // A key of 64 bytes is used as it is, one of 65 as its digest; shorter ones are padded.
    const HmacKey whole(std::string(64, 'k'));
    const HmacKey longer(std::string(65, 'k'));
    const HmacKey shorter(std::string(63, 'k'));
    const HmacKey empty("");
    BOOST_TEST((whole.mac("m") != longer.mac("m")));
    BOOST_TEST((whole.mac("m") != shorter.mac("m")));
    BOOST_TEST(hex(empty.mac("")) ==
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_SUITE_END()
