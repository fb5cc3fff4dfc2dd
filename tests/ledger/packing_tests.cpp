// What was packed comes out as it went in; what is something else is refused, and never read
// beyond.
#include "ledger/packing.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

using namespace segpay;

namespace {

std::string packed(std::int64_t number, std::string_view text) {
    Packer packer;
    packer.put(number);
    packer.put(text);
    return packer.bytes();
}

bool is_refused(std::string_view bytes) {
    Unpacker unpacker(bytes);
    try {
        (void)unpacker.number();
        (void)unpacker.text();
    } catch (const std::runtime_error&) {
        return true;
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(packing_tests)

BOOST_AUTO_TEST_CASE(a_person_can_read_it) { BOOST_TEST(packed(-42, "a,b:c") == "-42,5:a,b:c"); }

BOOST_AUTO_TEST_CASE(gives_back_what_it_was_given) {
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t number : {std::int64_t{0}, Limits::min(), Limits::max()})
        for (const std::string& text : {std::string(), std::string("7:"),
                                        std::string("\0\n\xff", 3), std::string(9'999, ',')}) {
            const std::string bytes = packed(number, text);
            Unpacker unpacker(bytes);
            BOOST_TEST(unpacker.number() == number);
            BOOST_TEST(unpacker.text() == text);
            BOOST_TEST(unpacker.is_at_end());
        }
}

BOOST_AUTO_TEST_CASE(refuses_all_else) {
    const std::string whole = packed(7, "seven");
    BOOST_TEST(!is_refused(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(is_refused(whole.substr(0, size)), size);
    for (const char* bytes : {"7:5:seven", "7,5,seven", ",5:seven", "7,-1:seven", "7,+5:seven",
                              "x,5:seven", "99999999999999999999,0:", "7,99999999999999999999:"})
        BOOST_TEST(is_refused(bytes), bytes);
}

BOOST_AUTO_TEST_SUITE_END()
