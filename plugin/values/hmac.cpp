// HMAC-SHA256 over prepared contexts of OpenSSL's EVP: HMAC() would hash the key's two blocks again
// for each message, which is five times the time of a message of a link.
#include "values/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <new>

namespace segpay {

namespace {

constexpr std::size_t kBlockBytes = 64; // of SHA-256
constexpr unsigned char kInnerPadding = 0x36;
constexpr unsigned char kOuterPadding = 0x5C;

using Block = std::array<unsigned char, kBlockBytes>;

// Only a lack of memory can fail here.
void require(int is_done) {
    if (is_done != 1) throw std::bad_alloc();
}

Hash new_hash() {
    Hash hash(EVP_MD_CTX_new());
    require(hash != nullptr);
    return hash;
}

// A key longer than a block is replaced by its digest.
Block block_of(std::string_view text) {
    Block block{};
    if (text.size() > kBlockBytes)
        require(EVP_Digest(text.data(), text.size(), block.data(), nullptr, EVP_sha256(), nullptr));
    else
        std::copy(text.begin(), text.end(), block.begin());
    return block;
}

std::shared_ptr<const EVP_MD_CTX> begun_with(Block block, unsigned char padding) {
    for (unsigned char& byte : block)
        byte ^= padding;
    Hash hash = new_hash();
    const bool is_begun = EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1 &&
                          EVP_DigestUpdate(hash.get(), block.data(), block.size()) == 1;
    OPENSSL_cleanse(block.data(), block.size());
    require(is_begun);
    return hash;
}

} // namespace

void HashDeleter::operator()(EVP_MD_CTX* hash) const { EVP_MD_CTX_free(hash); }

HmacKey::HmacKey(std::string_view text) {
    Block block = block_of(text);
    inner_ = begun_with(block, kInnerPadding);
    outer_ = begun_with(block, kOuterPadding);
    OPENSSL_cleanse(block.data(), block.size());
}

Mac HmacKey::mac(std::string_view message) const {
    HmacMessage whole(*this);
    whole.add(message);
    return whole.finished();
}

HmacMessage::HmacMessage(const HmacKey& key) : key_(key), hash_(new_hash()) {
    require(EVP_MD_CTX_copy_ex(hash_.get(), key.inner_.get()));
}

void HmacMessage::add(std::string_view piece) {
    require(EVP_DigestUpdate(hash_.get(), piece.data(), piece.size()));
}

Mac HmacMessage::finished() {
    Mac mac;
    require(EVP_DigestFinal_ex(hash_.get(), mac.data(), nullptr));
    require(EVP_MD_CTX_copy_ex(hash_.get(), key_.outer_.get()));
    require(EVP_DigestUpdate(hash_.get(), mac.data(), mac.size()));
    require(EVP_DigestFinal_ex(hash_.get(), mac.data(), nullptr));
    return mac;
}

} // namespace segpay
