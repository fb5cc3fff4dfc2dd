// Address and Network: the source of a request, and its permitted sources. IPv4 and IPv6.
#pragma once

#include "values/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segpay {

struct Address {
    enum class Family : std::uint8_t { ipv4, ipv6 };
    Family family = Family::ipv4;
    std::array<std::uint8_t, 16> bytes{}; // in network order; IPv4 in the first four

    unsigned bits() const { return family == Family::ipv4 ? 32 : 128; }
    friend bool operator==(const Address&, const Address&) = default;
};

// "192.0.2.1", "2001:db8::1", with spaces around it. An address from an IPv6 socket
// ("::ffff:192.0.2.1") is IPv4. nullopt: anything else, a zone ("fe80::1%eth0"), a port and the
// short spellings ("127.1") included. Allocates nothing.
std::optional<Address> parse_address(std::string_view text);

// An address as proxies write it into X-Forwarded-For: also with a port ("203.0.113.7:51234",
// "[2001:db8::1]:443"), in brackets, in quotes, or as RFC 7239 has it (for="[2001:db8::1]:443").
std::optional<Address> parse_forwarded(std::string_view text);

std::string to_string(const Address& address);

// All addresses that begin with the same bits. A single address is one with a full prefix.
struct Network {
    Address base; // its bits past the prefix are zero
    unsigned prefix = 32;

    // An IPv4 network has no IPv6 addresses, and the other way round.
    bool contains(const Address& address) const;
    friend bool operator==(const Network&, const Network&) = default;
};

// "192.0.2.0/24", "2001:db8::/32", "192.0.2.1". A prefix of 0 includes every address, whatever
// stands before it. Error: the rule, e.g. "have a prefix from 1 to 32 after the slash"; the caller
// puts the name of the value and "must" before it.
Result<Network> parse_network(std::string_view text);

// "192.0.2.0/24"; a single address without its prefix.
std::string to_string(const Network& network);

} // namespace segpay
