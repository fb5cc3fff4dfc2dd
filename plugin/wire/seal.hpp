// The seal: proof that a postback agrees with a link of this account. Customers can edit the
// pay-page link, and Segpay echoes whatever it then says; the seal is a keyed digest over what must
// not be edited, put on the link as one user-defined parameter of 32 characters (the limit for such
// values) and echoed back. 4 bytes of time and 16 of HMAC-SHA256, in lower-case base32.
#pragma once

#include "values/hmac.hpp"
#include "values/timestamp.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace segpay {

// Another sealed parameter of the link, under its name in lower case.
struct SealedExtra {
    std::string_view name;
    std::string_view value; // empty: not on the link
};

// What the seal covers. Texts as on the link; empty: not on it.
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
    // All of Config::Seal::extras, in that order. None: the seal covers no extras, like seals that
    // were made before extras existed.
    std::span<const SealedExtra> extras;
};

constexpr std::size_t kSealCharacters = 32;

// A finished seal; otherwise a text.
struct SealText {
    std::array<char, kSealCharacters> characters{};

    std::string_view view() const { return {characters.data(), characters.size()}; }
    operator std::string_view() const { return view(); }
};

SealText make_seal(const HmacKey& key, const SealedFacts& facts, TimeMs now);

enum class SealVerdict {
    good,
    malformed, // not 32 characters of base32
    forged,    // no key gives this digest for these facts
    expired,   // genuine, but older than allowed
    early,     // genuine, but from the future: two front ends' clocks differ
};

constexpr TimeMs kClockSkewMs = TimeMs{5} * 60 * 1000; // tolerated between front ends

// Tries all keys, in constant time each.
SealVerdict check_seal(std::string_view seal, std::span<const HmacKey> keys,
                       const SealedFacts& facts, TimeMs now, TimeMs max_age_ms);

} // namespace segpay
