// HMAC-SHA256 over states of SHA-256. OpenSSL 3 deprecates the functions that show such states, but
// offers no others: its HMAC() takes the key's two blocks again, and heap memory, for each message,
// which is seven times the time of a message of a link.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "values/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
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

// As if the block that led to `state` had just been hashed.
template <class State>
void resume(SHA256_CTX& hash, const State& state) {
    std::copy(state.begin(), state.end(), hash.h);
    hash.Nl = kBlockBytes * 8; // bits so far
    hash.Nh = 0;
    hash.num = 0; // bytes that wait for the rest of their block
    hash.md_len = SHA256_DIGEST_LENGTH;
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
    resume(*new (hash_.data()) SHA256_CTX, key.inner_);
}

// What is finished holds the digest only.
HmacMessage::~HmacMessage() {
    if (!is_finished_) OPENSSL_cleanse(hash_.data(), hash_.size());
}

void HmacMessage::add(std::string_view piece) {
    SHA256_Update(std::launder(reinterpret_cast<SHA256_CTX*>(hash_.data())), piece.data(),
                  piece.size());
}

Mac HmacMessage::finished() {
    SHA256_CTX& hash = *std::launder(reinterpret_cast<SHA256_CTX*>(hash_.data()));
    Mac mac;
    SHA256_Final(mac.data(), &hash);
    resume(hash, key_.outer_);
    SHA256_Update(&hash, mac.data(), mac.size());
    SHA256_Final(mac.data(), &hash); // which wipes what it does not need any more
    is_finished_ = true;
    return mac;
}

} // namespace segpay
