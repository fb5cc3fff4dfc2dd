// Parses, prints and compares addresses and networks.
#include "values/address.hpp"

#include "values/word.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace segpay {

namespace {

using Family = Address::Family;

// RFC 4291, "IPv4-Mapped IPv6 Address".
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

Address without_mapping(const Address& address) {
    if (!std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address;
    Address inner;
    std::copy_n(address.bytes.begin() + kMapped.size(), 4, inner.bytes.begin());
    return inner;
}

// The bits of byte `index` that belong to a prefix of `prefix` bits.
std::uint8_t mask(unsigned prefix, unsigned index) {
    const unsigned before = index * 8;
    if (prefix >= before + 8) return 0xFF;
    if (prefix <= before) return 0;
    return static_cast<std::uint8_t>(0xFFu << (before + 8 - prefix));
}

Address masked(Address address, unsigned prefix) {
    for (unsigned i = 0; i < address.bytes.size(); ++i)
        address.bytes[i] &= mask(prefix, i);
    return address;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned bits) {
    unsigned prefix = 0;
    const char* end = text.data() + text.size();
    const auto [stopped_at, failure] = std::from_chars(text.data(), end, prefix);
    if (failure != std::errc() || stopped_at != end || prefix > bits) return std::nullopt;
    return prefix;
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped_at, failure] = std::from_chars(text.data(), end, port);
    return failure == std::errc() && stopped_at == end && port <= 65'535;
}

bool is_nothing_or_port(std::string_view text) {
    return text.empty() || (text[0] == ':' && is_port(text.substr(1)));
}

// RFC 7239: the value of "for" in "proto=https;for=192.0.2.1"; a text without it is the value
// itself.
std::string_view value_of_for(std::string_view text) {
    constexpr std::string_view kFor = "for=";
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        const std::string_view pair = trimmed(rest.substr(0, end));
        if (equal_ignoring_case(pair.substr(0, kFor.size()), kFor))
            return trimmed(pair.substr(kFor.size()));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return text;
}

} // namespace

std::optional<Address> parse_address(std::string_view text) {
    const std::string_view plain = trimmed(text);
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (plain.size() >= terminated.size() || plain.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::copy(plain.begin(), plain.end(), terminated.begin());

    Address address;
    if (inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) return address;
    address.family = Family::ipv6;
    if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
    return without_mapping(address);
}

std::optional<Address> parse_forwarded(std::string_view text) {
    std::string_view node = value_of_for(trimmed(text));
    if (node.size() >= 2 && node.front() == '"' && node.back() == '"')
        node = trimmed(node.substr(1, node.size() - 2));
    if (node.starts_with('[')) {
        const std::size_t end = node.find(']');
        if (end == std::string_view::npos || !is_nothing_or_port(node.substr(end + 1)))
            return std::nullopt;
        return parse_address(node.substr(1, end - 1));
    }
    const std::size_t colon = node.find(':');
    const bool has_port = colon != std::string_view::npos && colon == node.rfind(':');
    if (!has_port) return parse_address(node); // an IPv6 port needs brackets
    return is_port(node.substr(colon + 1)) ? parse_address(node.substr(0, colon)) : std::nullopt;
}

std::string to_string(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.family == Family::ipv4 ? AF_INET : AF_INET6;
    inet_ntop(family, address.bytes.data(), text.data(), text.size());
    return text.data();
}

bool Network::contains(const Address& address) const {
    if (address.family != base.family) return false;
    const unsigned whole = prefix / 8; // bytes
    if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin()))
        return false;
    return prefix % 8 == 0 || (address.bytes[whole] & mask(prefix, whole)) == base.bytes[whole];
}

Result<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::optional<Address> base = parse_address(text.substr(0, slash));
    if (!base)
        return Error{"be an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 203.0.113.0/24"};
    if (slash == std::string_view::npos) return Network{*base, base->bits()};

    const std::optional<unsigned> prefix = parse_prefix(text.substr(slash + 1), base->bits());
    if (!prefix) // no advice would mean every address
        return Error{"have a prefix from 1 to " + std::to_string(base->bits()) +
                     " after the slash"};
    const Network network{masked(*base, *prefix), *prefix};
    if (*prefix != 0 && network.base != *base)
        return Error{"have no bits past its prefix; write " + to_string(network)};
    return network;
}

std::string to_string(const Network& network) {
    std::string base = to_string(network.base);
    if (network.prefix == network.base.bits()) return base;
    return base + "/" + std::to_string(network.prefix);
}

} // namespace segpay
