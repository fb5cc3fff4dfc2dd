// Wiping, constant-time comparison, and AES-256-GCM by OpenSSL's EVP. Not through Poco::Crypto:
// each of its ciphers begins and ends OpenSSL's library (OpenSSLInitializer), which two threads
// must not do at the same moment.
#include "values/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <climits>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace segpay {

namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kPurpose = "nats_segpay password box\n";

struct EndCipher {
    void operator()(EVP_CIPHER_CTX* cipher) const { EVP_CIPHER_CTX_free(cipher); } // wipes it
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, EndCipher>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int size_of(std::string_view text) {
    if (text.size() > INT_MAX) throw std::length_error("a text is too long to be encrypted");
    return static_cast<int>(text.size());
}

// Nothing but memory can be missing.
void require(int is_done) {
    if (is_done != 1) throw std::bad_alloc();
}

Secret derived_key(std::string_view text) {
    std::array<unsigned char, kKeyBytes> key{};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                         &EVP_MD_CTX_free);
    require(digest != nullptr);
    require(EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr));
    require(EVP_DigestUpdate(digest.get(), kPurpose.data(), kPurpose.size()));
    require(EVP_DigestUpdate(digest.get(), text.data(), text.size()));
    require(EVP_DigestFinal_ex(digest.get(), key.data(), nullptr));
    Secret derived({reinterpret_cast<const char*>(key.data()), key.size()});
    OPENSSL_cleanse(key.data(), key.size());
    return derived;
}

enum class Direction { decrypt, encrypt };

Cipher begun(Direction direction, const Secret& key, const unsigned char* nonce) {
    Cipher cipher(EVP_CIPHER_CTX_new());
    require(cipher != nullptr);
    require(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.reveal()),
                              nonce, direction == Direction::encrypt ? 1 : 0));
    return cipher;
}

} // namespace

void Secret::wipe() {
    if (!text_.empty()) OPENSSL_cleanse(text_.data(), text_.size());
}

void Secret::assign(std::string_view text) {
    wipe();
    text_.assign(text.begin(), text.end());
}

void wipe(std::string& text) {
    text.resize(text.capacity()); // older, longer content may be behind the end
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

bool equal_in_constant_time(std::string_view given, std::string_view expected) {
    if (given.size() != expected.size()) return false;
    return CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

void Secrets::add(Secret secret) {
    if (!secret.is_empty()) all_.push_back(std::move(secret));
}

bool Secrets::contains(std::string_view given) const {
    unsigned found = 0;
    for (const Secret& secret : all_)
        found |= equal_in_constant_time(given, secret.reveal()) ? 1u : 0u;
    return found != 0;
}

SecretBox::SecretBox(const Secrets& keys) {
    for (const Secret& key : keys.all())
        keys_.emplace_back(derived_key(key.reveal()));
}

std::string SecretBox::close(std::string_view plain) const {
    std::string box(kNonceBytes + plain.size() + kTagBytes, '\0');
    unsigned char* const nonce = bytes_of(box);
    if (RAND_bytes(nonce, kNonceBytes) != 1) // never a weaker source
        throw std::runtime_error("OpenSSL has no random numbers");
    const Cipher cipher = begun(Direction::encrypt, keys_.front(), nonce);
    int written = 0;
    unsigned char* const ciphertext = nonce + kNonceBytes;
    if (!plain.empty())
        require(
            EVP_CipherUpdate(cipher.get(), ciphertext, &written, bytes_of(plain), size_of(plain)));
    unsigned char* const tag = ciphertext + plain.size();
    require(EVP_CipherFinal_ex(cipher.get(), tag, &written));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag));
    return box;
}

std::optional<Secret> SecretBox::open(std::string_view box) const {
    if (box.size() < kNonceBytes + kTagBytes) return std::nullopt;
    std::string tag(box.substr(box.size() - kTagBytes));
    const std::string_view ciphertext =
        box.substr(kNonceBytes, box.size() - kNonceBytes - kTagBytes);
    std::string plain(ciphertext.size(), '\0');
    std::optional<Secret> opened;
    for (const Secret& key : keys_) {
        const Cipher cipher = begun(Direction::decrypt, key, bytes_of(box));
        int written = 0;
        require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
        if (!ciphertext.empty())
            require(EVP_CipherUpdate(cipher.get(), bytes_of(plain), &written, bytes_of(ciphertext),
                                     size_of(ciphertext)));
        if (EVP_CipherFinal_ex(cipher.get(), bytes_of(tag), &written) != 1) continue; // another key
        opened.emplace(plain);
        break;
    }
    wipe(plain);
    return opened;
}

} // namespace segpay
