// OpenSSL does the work.
#include "secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace nats_host {
namespace {

constexpr int kIterations = 120'000;
constexpr std::size_t kSaltBytes = 16;

std::vector<unsigned char> random_bytes(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1)
        throw std::runtime_error("the system gives no random bytes");
    return bytes;
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

} // namespace

std::string random_hex(std::size_t bytes) { return hex(random_bytes(bytes)); }

std::string password_hash(std::string_view password) {
    const std::vector<unsigned char> salt = random_bytes(kSaltBytes);
    std::array<unsigned char, 32> hash{};
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), kIterations, EVP_sha256(),
                          static_cast<int>(hash.size()), hash.data()) != 1)
        throw std::runtime_error("the password cannot be hashed");
    return "pbkdf2-sha256$" + std::to_string(kIterations) + "$" + hex(salt) + "$" + hex(hash);
}

bool is_same_token(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace nats_host
