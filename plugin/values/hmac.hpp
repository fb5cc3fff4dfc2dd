// HMAC-SHA256 (RFC 2104) under a key that is used often. The key's blocks are hashed once, when the
// key is made; each message then costs only itself.
#pragma once

#include <openssl/types.h>

#include <array>
#include <memory>
#include <string_view>

namespace segpay {

using Mac = std::array<unsigned char, 32>;

struct HashDeleter {
    void operator()(EVP_MD_CTX* hash) const; // wipes it
};
using Hash = std::unique_ptr<EVP_MD_CTX, HashDeleter>;

// A key, as the two hash states that it begins; its text is not stored. Wiped when the last copy is
// destroyed; copies share the states. Throws std::bad_alloc. Threads: const methods from any
// thread.
class HmacKey {
public:
    explicit HmacKey(std::string_view text);

    Mac mac(std::string_view message) const;

private:
    friend class HmacMessage;
    std::shared_ptr<const EVP_MD_CTX> inner_; // the state after the block of key and inner padding
    std::shared_ptr<const EVP_MD_CTX> outer_;
};

// A message that comes in pieces. The key must outlive it. Throws std::bad_alloc.
class HmacMessage {
public:
    explicit HmacMessage(const HmacKey& key);

    void add(std::string_view piece);
    Mac finished(); // once; nothing can be added afterwards

private:
    const HmacKey& key_;
    Hash hash_;
};

} // namespace segpay
