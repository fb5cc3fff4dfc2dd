// Wiping, constant-time comparison, and AES-256-GCM by OpenSSL's EVP through Poco::Crypto.
#include "values/secret.hpp"

#include <Poco/Crypto/Cipher.h>
#include <Poco/Crypto/CipherFactory.h>
#include <Poco/Crypto/CipherKey.h>
#include <Poco/Crypto/CryptoTransform.h>
#include <Poco/Crypto/DigestEngine.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace segpay {

namespace {

using Poco::Crypto::Cipher;
using Poco::Crypto::CipherKey;
using Poco::Crypto::CryptoTransform;
using Bytes = std::vector<unsigned char>;

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::string derived_key(std::string_view text) {
    Poco::Crypto::DigestEngine digest("SHA256");
    digest.update("nats_segpay password box\n");
    digest.update(text.data(), text.size());
    const auto& key = digest.digest();
    return {key.begin(), key.end()};
}

Cipher::Ptr cipher_for(const Secret& key, const Bytes& nonce) {
    return Poco::Crypto::CipherFactory::defaultFactory().createCipher(
        CipherKey("aes-256-gcm", bytes_of(key.reveal()), nonce));
}

// One pass of encryption or decryption over a whole text.
Secret transformed(CryptoTransform& transform, std::string_view input, bool& is_authentic) {
    Bytes output(input.size() + transform.blockSize());
    const auto* data = reinterpret_cast<const unsigned char*>(input.data());
    std::streamsize written =
        transform.transform(data, static_cast<std::streamsize>(input.size()), output.data(),
                            static_cast<std::streamsize>(output.size()));
    try {
        written += transform.finalize(output.data() + written,
                                      static_cast<std::streamsize>(output.size()) - written);
        is_authentic = true;
    } catch (const Poco::Exception&) { // the tag does not match
        is_authentic = false;
    }
    Secret text({reinterpret_cast<const char*>(output.data()), static_cast<std::size_t>(written)});
    OPENSSL_cleanse(output.data(), output.size());
    return text;
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
    Bytes nonce(kNonceBytes);
    if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) // never a weaker source
        throw std::runtime_error("OpenSSL has no random numbers");
    CryptoTransform::Ptr encryptor = cipher_for(keys_.front(), nonce)->createEncryptor();
    bool is_done = false;
    const Secret ciphertext = transformed(*encryptor, plain, is_done);
    const std::string tag = encryptor->getTag(kTagBytes);
    return std::string(nonce.begin(), nonce.end()).append(ciphertext.reveal()) + tag;
}

std::optional<Secret> SecretBox::open(std::string_view box) const {
    if (box.size() < kNonceBytes + kTagBytes) return std::nullopt;
    const Bytes nonce = bytes_of(box.substr(0, kNonceBytes));
    const std::string_view tag = box.substr(box.size() - kTagBytes);
    const std::string_view ciphertext =
        box.substr(kNonceBytes, box.size() - kNonceBytes - kTagBytes);
    for (const Secret& key : keys_) {
        CryptoTransform::Ptr decryptor = cipher_for(key, nonce)->createDecryptor();
        decryptor->setTag(std::string(tag));
        bool is_authentic = false;
        Secret plain = transformed(*decryptor, ciphertext, is_authentic);
        if (is_authentic) return plain;
    }
    return std::nullopt;
}

} // namespace segpay
