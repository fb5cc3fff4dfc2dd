// Addresses and networks: every usual spelling, and texts that only resemble one.
#include "values/address.hpp"

#include <boost/test/unit_test.hpp>

using namespace segpay;

BOOST_AUTO_TEST_SUITE(address_tests)

std::string read(std::string_view text) {
    const std::optional<Address> address = parse_address(text);
    return address ? to_string(*address) : "none";
}

bool is_in(std::string_view address, std::string_view network) {
    return parse_network(network)->contains(parse_address(address).value());
}

BOOST_AUTO_TEST_CASE(each_spelling_of_an_address_is_read) {
    BOOST_TEST(read("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(read("0.0.0.0") == "0.0.0.0");
    BOOST_TEST(read("255.255.255.255") == "255.255.255.255");
    BOOST_TEST(read(" 192.0.2.1 ") == "192.0.2.1");
    BOOST_TEST(read("2001:DB8:0:0::1") == "2001:db8::1");
    BOOST_TEST(read("::") == "::");
    BOOST_TEST(read("2001:0db8:0000:0000:0000:ffff:192.168.100.228") == "2001:db8::ffff:c0a8:64e4");
}

BOOST_AUTO_TEST_CASE(ipv4_through_an_ipv6_socket_is_ipv4) {
    for (std::string_view text :
         {"::ffff:192.0.2.1", "::FFFF:192.0.2.1", "::ffff:c000:201", "0:0:0:0:0:ffff:192.0.2.1"})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST((parse_address(text) == parse_address("192.0.2.1")));
    // Neighbours of the mapped block are not in it.
    BOOST_TEST(read("::192.0.2.1") == "::192.0.2.1");
    BOOST_TEST(read("1::ffff:192.0.2.1") == "1::ffff:c000:201");
    BOOST_TEST((parse_address("::")->family == Address::Family::ipv6));
    BOOST_TEST((parse_address("::") != parse_address("0.0.0.0")));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_none) {
    using namespace std::string_view_literals;
    for (std::string_view text : {""sv,
                                  " "sv,
                                  "localhost"sv,
                                  "127.1"sv,
                                  "2130706433"sv,
                                  "0x7f.0.0.1"sv,
                                  "127.0.0.01"sv,
                                  "127.0.0.256"sv,
                                  "127.0.0.1."sv,
                                  "127.0.0.1.1"sv,
                                  "127.0.0.1 x"sv,
                                  "127.0.0.1:443"sv,
                                  "127.0.0.1/32"sv,
                                  "127.0.0.1\0"sv,
                                  "127.0.0.1\0x"sv,
                                  "fe80::1%eth0"sv,
                                  "fe80::1%"sv,
                                  "[::1]"sv,
                                  ":1"sv,
                                  "1:2:3"sv,
                                  "1::2::3"sv,
                                  "1:2:3:4:5:6:7:8:9"sv,
                                  "12345::"sv,
                                  "::ffff:192.0.2"sv,
                                  "192.0.2.1, 10.0.0.1"sv,
                                  "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(read(text) == "none");
}

BOOST_AUTO_TEST_CASE(addresses_as_proxies_write_them) {
    struct Row {
        std::string_view text, address;
    };
    for (const Row& row : {Row{"203.0.113.7", "203.0.113.7"},
                           {" 203.0.113.7:51234 ", "203.0.113.7"},
                           {"203.0.113.7:0", "203.0.113.7"},
                           {"203.0.113.7:65535", "203.0.113.7"},
                           {"\"203.0.113.7\"", "203.0.113.7"},
                           {"\"203.0.113.7:443\"", "203.0.113.7"},
                           {"\" 203.0.113.7 \"", "203.0.113.7"},
                           {"2001:db8::1", "2001:db8::1"},
                           {"[2001:db8::1]", "2001:db8::1"},
                           {"[2001:db8::1]:443", "2001:db8::1"},
                           {"\"[2001:db8::1]:443\"", "2001:db8::1"},
                           {"[::ffff:203.0.113.7]:443", "203.0.113.7"},
                           {"for=203.0.113.7", "203.0.113.7"},
                           {"For=\"[2001:db8::1]:4711\"", "2001:db8::1"},
                           {"proto=https; for=203.0.113.7;by=10.0.0.1", "203.0.113.7"},
                           // None.
                           {"203.0.113.7:65536", "none"},
                           {"203.0.113.7:", "none"},
                           {"203.0.113.7:-1", "none"},
                           {"203.0.113.7:443 x", "none"},
                           {"203.0.113.7:443:443", "none"},
                           {"\"203.0.113.7", "none"},
                           {"\"", "none"},
                           {"'203.0.113.7'", "none"},
                           {"[2001:db8::1", "none"},
                           {"2001:db8::1]:443", "none"},
                           {"[2001:db8::1]443", "none"},
                           {"[2001:db8::1]:", "none"},
                           {"[]:443", "none"},
                           {"[fe80::1%eth0]:443", "none"},
                           {"for=unknown", "none"},
                           {"for=_hidden", "none"},
                           {"by=10.0.0.1", "none"},
                           {"unknown", "none"},
                           {":443", "none"},
                           {"", "none"},
                           {std::string_view("203.0.113.7\0:443", 16), "none"},
                           {std::string_view("203.0.113.7:443\0", 16), "none"}})
        BOOST_TEST_CONTEXT(row.text) {
            const std::optional<Address> address = parse_forwarded(row.text);
            BOOST_TEST((address ? to_string(*address) : "none") == row.address);
        }
}

BOOST_AUTO_TEST_CASE(a_network_holds_what_begins_with_its_bits) {
    struct Row {
        std::string_view network;
        std::string_view inside;
        std::string_view outside;
    };
    for (const Row& row : {Row{"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
                           {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
                           {"128.0.0.0/1", "255.0.0.0", "127.255.255.255"},
                           {"192.0.2.6/31", "192.0.2.7", "192.0.2.8"},
                           {"192.0.2.7", "192.0.2.7", "192.0.2.6"},
                           {"192.0.2.7/32", "::ffff:192.0.2.7", "::192.0.2.7"},
                           {"0.0.0.0/0", "203.0.113.9", "::1"},
                           {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
                           {"2001:db8::/127", "2001:db8::1", "2001:db8::2"},
                           {"8000::/1", "fe80::1", "192.0.2.1"},
                           {"::/0", "2001:db8::1", "192.0.2.1"},
                           {"c000:200::/24", "c000:2ff::", "192.0.2.0"},
                           {"::1", "::1", "::2"}})
        BOOST_TEST_CONTEXT(row.network) {
            BOOST_TEST(is_in(row.inside, row.network));
            BOOST_TEST(!is_in(row.outside, row.network));
        }
}

BOOST_AUTO_TEST_CASE(a_network_reads_back_as_it_is_shown) {
    for (std::string_view text :
         {"192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "::/0"})
        BOOST_TEST(to_string(parse_network(text).value()) == text);
    BOOST_TEST(to_string(parse_network("192.0.2.7/32").value()) == "192.0.2.7");
    BOOST_TEST(to_string(parse_network("192.0.2.7/0").value()) == "0.0.0.0/0");
    BOOST_TEST(to_string(parse_network("::ffff:192.0.2.0/24").value()) == "192.0.2.0/24");
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_told_how_to_be_one) {
    const auto error = [](std::string_view text) { return parse_network(text).error(); };
    const std::string usual =
        "be an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 203.0.113.0/24";
    for (std::string_view text : {"", "/", "/24", "segpay.com", "127.1/8", "fe80::1%eth0/64"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(error(text) == usual);
    for (std::string_view text : {"192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8",
                                  "192.0.2.0/24x", "192.0.2.0/ 24", "192.0.2.0/24/8",
                                  "192.0.2.0/255.255.255.0", "192.0.2.0/99999999999999999999"})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(error(text) == "have a prefix from 1 to 32 after the slash");
    BOOST_TEST(error("2001:db8::/129") == "have a prefix from 1 to 128 after the slash");
    BOOST_TEST(error("192.0.2.7/24") == "have no bits past its prefix; write 192.0.2.0/24");
    BOOST_TEST(error("2001:db8::1/64") == "have no bits past its prefix; write 2001:db8::/64");
}

BOOST_AUTO_TEST_SUITE_END()
