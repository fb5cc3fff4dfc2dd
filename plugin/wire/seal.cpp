// Makes and checks the seal. Allocates no heap memory: links are made by the thousand.
#include "wire/seal.hpp"

#include "values/secret.hpp"
#include "values/word.hpp"
#include "wire/encode.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace segpay {

namespace {

constexpr std::size_t kTimeBytes = 4;
constexpr std::size_t kMacBytes = 16;
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

using SealBytes = std::array<unsigned char, kTimeBytes + kMacBytes>;

constexpr std::array<std::int8_t, 256> kBase32Value = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t value = 0; value < kBase32.size(); ++value)
        table[static_cast<unsigned char>(kBase32[value])] = static_cast<std::int8_t>(value);
    return table;
}();

// Ten bits are two characters.
constexpr auto kBase32Pairs = [] {
    std::array<std::array<char, 2>, 1024> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {kBase32[i >> 5], kBase32[i & 31]};
    return pairs;
}();

// Five bytes are four pairs.
SealText to_base32(const SealBytes& bytes) {
    SealText text;
    char* out = text.characters.data();
    for (auto byte = bytes.begin(); byte != bytes.end();) {
        std::uint64_t bits = 0;
        for (int i = 0; i < 5; ++i)
            bits = (bits << 8) | *byte++;
        for (int shift = 30; shift >= 0; shift -= 10, out += 2)
            std::memcpy(out, kBase32Pairs[(bits >> shift) & 1023].data(), 2);
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
        const std::int8_t value = kBase32Value[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = (bits << 5) | static_cast<std::uint32_t>(value);
        count += 5;
        if (count >= 8) {
            bytes[filled++] = static_cast<unsigned char>(bits >> (count - 8));
            count -= 8;
        }
    }
    return bytes;
}

// A length below a hundred in its form before a fact: "7:", "32:". Writes one byte more than
// counts.
struct ShortLength {
    std::array<char, 3> text{};
    unsigned char size = 0;
};
constexpr std::array<ShortLength, 100> kShortLengths = [] {
    std::array<ShortLength, 100> lengths{};
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const char ones = static_cast<char>('0' + i % 10);
        const char tens = static_cast<char>('0' + i / 10);
        lengths[i] = i < 10 ? ShortLength{{ones, ':', '\0'}, 2} : ShortLength{{tens, ones, ':'}, 3};
    }
    return lengths;
}();

// The hashed message: the time, then each text with its length before it, so that no two sets of
// facts give the same message. Buffered, because calls of the hash cost more than such short
// pieces.
class SealMessage {
public:
    explicit SealMessage(const HmacKey& key) : hmac_(key) {}

    void add(std::string_view piece) {
        make_room_for(piece.size());
        if (piece.size() > room_.size()) return hmac_.add(piece);
        end_ = write_plain(end_, piece);
    }
    void add_fact(std::string_view fact) {
        make_room_for(kLengthBytes + fact.size());
        if (fact.size() < kShortLengths.size()) { // nearly always, and to_chars is slow
            const ShortLength& length = kShortLengths[fact.size()];
            std::memcpy(end_, length.text.data(), length.text.size());
            end_ = write_plain(end_ + length.size, fact);
        } else {
            end_ = std::to_chars(end_, end_ + kLengthBytes, fact.size()).ptr;
            *end_++ = ':';
            add(fact);
        }
    }
    Mac finished() {
        flush();
        return hmac_.finished();
    }

private:
    void make_room_for(std::size_t bytes) {
        if (bytes > static_cast<std::size_t>(room_.data() + room_.size() - end_)) flush();
    }
    void flush() {
        hmac_.add({room_.data(), static_cast<std::size_t>(end_ - room_.data())});
        end_ = room_.data();
    }

    static constexpr std::size_t kLengthBytes = 21; // 20 digits and a colon

    HmacMessage hmac_;
    std::array<char, 512> room_; // holds the message of nearly every link
    char* end_ = room_.data();   // of what is buffered
};

std::string_view as_text(const SealBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

SealBytes seal_bytes(const HmacKey& key, const SealedFacts& facts, std::uint32_t time_s) {
    SealBytes bytes{};
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        bytes[i] = static_cast<unsigned char>(time_s >> (8 * (kTimeBytes - 1 - i)));

    SealMessage message(key);
    message.add(as_text(bytes).substr(0, kTimeBytes));
    std::array<char, 20> package;
    const char* end = std::to_chars(package.begin(), package.end(), facts.package).ptr;
    message.add_fact({package.data(), end});
    for (std::string_view fact :
         {facts.option, facts.member_id, facts.session, facts.affiliate, facts.xref1, facts.xref2,
          facts.upsell, facts.tokenplus, facts.octoken})
        message.add_fact(trimmed(fact)); // spaces at the ends may get lost
    for (const SealedExtra& extra : facts.extras) {
        message.add_fact(extra.name);
        message.add_fact(trimmed(extra.value));
    }

    const Mac mac = message.finished();
    std::copy_n(mac.begin(), kMacBytes, bytes.begin() + kTimeBytes);
    return bytes;
}

} // namespace

SealText make_seal(const HmacKey& key, const SealedFacts& facts, TimeMs now) {
    return to_base32(seal_bytes(key, facts, static_cast<std::uint32_t>(now / 1000)));
}

SealVerdict check_seal(std::string_view seal, std::span<const HmacKey> keys,
                       const SealedFacts& facts, TimeMs now, TimeMs max_age_ms) {
    const std::optional<SealBytes> given = from_base32(seal);
    if (!given) return SealVerdict::malformed;
    std::uint32_t time_s = 0;
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        time_s = (time_s << 8) | (*given)[i];

    bool is_genuine = false;
    for (const HmacKey& key : keys)
        if (equal_in_constant_time(as_text(*given), as_text(seal_bytes(key, facts, time_s))))
            is_genuine = true;
    if (!is_genuine) return SealVerdict::forged;
    const TimeMs age_ms = now - TimeMs{time_s} * 1000;
    if (age_ms < -kClockSkewMs) return SealVerdict::early;
    return age_ms > max_age_ms ? SealVerdict::expired : SealVerdict::good;
}

} // namespace segpay
