// HMAC-SHA256 over states of SHA-256. OpenSSL 3 deprecates the functions that show such states, but
// offers no others: its HMAC() takes the key's two blocks again, and heap memory, for each message,
// which is seven times the time of a message of a link.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "values/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace segpay {

namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
constexpr unsigned char kInnerPadding = 0x36;
constexpr unsigned char kOuterPadding = 0x5C;

using Block = std::array<unsigned char, kBlockBytes>;

// Keys longer than a block count as their digest.
Block block_of(std::string_view text) {
    Block block{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (text.size() > kBlockBytes)
        SHA256(bytes, text.size(), block.data());
    else
        std::copy_n(bytes, text.size(), block.begin());
    return block;
}

template <class State>
void hash_padded(Block block, unsigned char padding, State& state) {
    for (unsigned char& byte : block)
        byte ^= padding;
    SHA256_CTX hash;
    SHA256_Init(&hash);
    SHA256_Update(&hash, block.data(), block.size());
    std::copy_n(hash.h, state.size(), state.begin());
    OPENSSL_cleanse(&hash, sizeof hash);
    OPENSSL_cleanse(block.data(), block.size());
}

template <class State>
void resume(SHA256_CTX& hash, const State& state) {
    std::copy(state.begin(), state.end(), hash.h);
}

// The state of a hash, as the bytes of a digest; two words at a time.
void write_digest(unsigned char* out, const SHA256_CTX& hash) {
    for (std::size_t i = 0; i < std::size(hash.h); i += 2, out += sizeof(std::uint64_t)) {
        std::uint64_t pair = std::uint64_t{hash.h[i]} << 32 | hash.h[i + 1];
        if constexpr (std::endian::native == std::endian::little) pair = __builtin_bswap64(pair);
        std::memcpy(out, &pair, sizeof pair);
    }
}

// Hashes the last bytes of a text, which `block` begins with, a mark, and the length of all (FIPS
// 180-4, 5.1.1).
void hash_end(SHA256_CTX& hash, Block& block, std::size_t used, std::uint64_t text_bytes) {
    std::uint64_t bits = text_bytes * 8;
    constexpr std::size_t kLengthAt = kBlockBytes - sizeof bits;
    block[used++] = 0x80;
    std::memset(block.data() + used, 0, kBlockBytes - used);
    if (used > kLengthAt) {
        SHA256_Transform(&hash, block.data());
        block.fill(0);
    }
    for (std::size_t at = kBlockBytes; bits > 0; bits >>= 8)
        block[--at] = static_cast<unsigned char>(bits);
    SHA256_Transform(&hash, block.data());
}

} // namespace

HmacKey::HmacKey(std::string_view text) {
    Block block = block_of(text);
    hash_padded(block, kInnerPadding, inner_);
    hash_padded(block, kOuterPadding, outer_);
    OPENSSL_cleanse(block.data(), block.size());
}

HmacKey::~HmacKey() {
    OPENSSL_cleanse(inner_.data(), sizeof inner_);
    OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

Mac HmacKey::mac(std::string_view message) const {
    HmacMessage whole(*this);
    whole.add(message);
    return whole.finished();
}

HmacMessage::HmacMessage(const HmacKey& key) : key_(key) {
    static_assert(sizeof(SHA256_CTX) == kHashBytes &&
                  alignof(SHA256_CTX) <= alignof(std::uint64_t));
    static_assert(sizeof(Block) == sizeof block_);
    resume(*new (hash_.data()) SHA256_CTX, key.inner_);
}

// What is finished holds the digest only.
HmacMessage::~HmacMessage() {
    if (!is_finished_) OPENSSL_cleanse(hash_.data(), hash_.size());
}

void HmacMessage::add(std::string_view piece) {
    SHA256_CTX& hash = *std::launder(reinterpret_cast<SHA256_CTX*>(hash_.data()));
    std::size_t used = bytes_ % kBlockBytes;
    bytes_ += piece.size();
    if (used > 0 && used + piece.size() >= kBlockBytes) { // ends the block that waits
        std::memcpy(block_.data() + used, piece.data(), kBlockBytes - used);
        SHA256_Transform(&hash, block_.data());
        piece.remove_prefix(kBlockBytes - used);
        used = 0;
    }
    for (; piece.size() >= kBlockBytes; piece.remove_prefix(kBlockBytes))
        SHA256_Transform(&hash, reinterpret_cast<const unsigned char*>(piece.data()));
    std::copy(piece.begin(), piece.end(), block_.begin() + used);
}

Mac HmacMessage::finished() {
    SHA256_CTX& hash = *std::launder(reinterpret_cast<SHA256_CTX*>(hash_.data()));
    Mac mac;
    // The block of the key was hashed before the text.
    hash_end(hash, block_, bytes_ % kBlockBytes, kBlockBytes + bytes_);
    write_digest(block_.data(), hash);
    resume(hash, key_.outer_);
    hash_end(hash, block_, mac.size(), kBlockBytes + mac.size());
    write_digest(mac.data(), hash);
    is_finished_ = true;
    return mac;
}

} // namespace segpay
