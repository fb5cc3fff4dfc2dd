// The seal: proof that a postback tells of what we asked for. Customers can edit the pay-page link,
// and Segpay echoes whatever it then says; the seal is a keyed digest over what must not be edited,
// put on the link as one user-defined parameter of 32 characters (the limit for such values) and
// echoed back. 4 bytes of time and 16 of HMAC-SHA256, in lower-case base32.
#pragma once

#include "values/secret.hpp"
#include "values/timestamp.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace segpay {

// What is sealed. Texts as they stand on the link; empty: not on it.
struct SealedFacts {
    std::uint64_t package = 0;
    std::string_view option;
    std::string_view member_id;
    std::string_view session;
    std::string_view affiliate;
    std::string_view xref1;
    std::string_view xref2;
    std::string_view upsell;
    std::string_view tokenplus;
    std::string_view octoken;
};

constexpr std::size_t kSealCharacters = 32;

std::string make_seal(const Secret& key, const SealedFacts& facts, TimeMs now);

enum class SealVerdict {
    good,
    malformed, // not 32 characters of base32
    forged,    // no key gives this digest for these facts
    expired,   // genuine, but older than allowed
};

// Tries all keys, in constant time each.
SealVerdict check_seal(std::string_view seal, std::span<const Secret> keys,
                       const SealedFacts& facts, TimeMs now, TimeMs max_age_ms);

} // namespace segpay
