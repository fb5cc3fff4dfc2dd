// Making and checking the seal.
#include "wire/seal.hpp"

#include "values/word.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace segpay {

namespace {

constexpr std::size_t kTimeBytes = 4;
constexpr std::size_t kMacBytes = 16;
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr TimeMs kClockSkewMs = TimeMs{5} * 60 * 1000; // front ends may disagree a little

using SealBytes = std::array<unsigned char, kTimeBytes + kMacBytes>;

std::string to_base32(const SealBytes& bytes) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (unsigned char byte : bytes) {
        bits = (bits << 8) | byte;
        for (count += 8; count >= 5; count -= 5)
            text += kBase32[(bits >> (count - 5)) & 31];
    }
    return text;
}

std::optional<SealBytes> from_base32(std::string_view text) {
    if (text.size() != kSealCharacters) return std::nullopt;
    SealBytes bytes{};
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::size_t filled = 0;
    for (char c : text) {
        const std::size_t value = kBase32.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 5) | static_cast<std::uint32_t>(value);
        count += 5;
        if (count >= 8) {
            bytes[filled++] = static_cast<unsigned char>(bits >> (count - 8));
            count -= 8;
        }
    }
    return bytes;
}

// Each text with its length before it, so that no two sets of facts read alike.
void append_fact(std::string& message, std::string_view fact) {
    message += std::to_string(fact.size());
    message += ':';
    message += fact;
}

SealBytes seal_bytes(const Secret& key, const SealedFacts& facts, std::uint32_t time_s) {
    SealBytes bytes{};
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        bytes[i] = static_cast<unsigned char>(time_s >> (8 * (kTimeBytes - 1 - i)));

    std::string message(reinterpret_cast<const char*>(bytes.data()), kTimeBytes);
    append_fact(message, std::to_string(facts.package));
    for (std::string_view fact :
         {facts.option, facts.member_id, facts.session, facts.affiliate, facts.xref1, facts.xref2,
          facts.upsell, facts.tokenplus, facts.octoken})
        append_fact(message, trimmed(fact)); // spaces at the ends may get lost on the way

    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned int mac_size = 0;
    if (!HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
              reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(),
              &mac_size))
        throw std::runtime_error("HMAC-SHA256 is not available");
    for (std::size_t i = 0; i < kMacBytes; ++i)
        bytes[kTimeBytes + i] = mac[i];
    return bytes;
}

std::string_view as_text(const SealBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

std::string make_seal(const Secret& key, const SealedFacts& facts, TimeMs now) {
    return to_base32(seal_bytes(key, facts, static_cast<std::uint32_t>(now / 1000)));
}

SealVerdict check_seal(std::string_view seal, std::span<const Secret> keys,
                       const SealedFacts& facts, TimeMs now, TimeMs max_age_ms) {
    const std::optional<SealBytes> given = from_base32(seal);
    if (!given) return SealVerdict::malformed;
    std::uint32_t time_s = 0;
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        time_s = (time_s << 8) | (*given)[i];

    bool is_genuine = false;
    for (const Secret& key : keys)
        if (equal_in_constant_time(as_text(*given), as_text(seal_bytes(key, facts, time_s))))
            is_genuine = true;
    if (!is_genuine) return SealVerdict::forged;
    const TimeMs age_ms = now - TimeMs{time_s} * 1000;
    return age_ms > max_age_ms || age_ms < -kClockSkewMs ? SealVerdict::expired : SealVerdict::good;
}

} // namespace segpay
