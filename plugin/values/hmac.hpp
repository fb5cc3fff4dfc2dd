// HMAC-SHA256 (RFC 2104) under a key that is used often. What the key contributes is hashed once,
// when the key is made; each message then costs only itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace segpay {

using Mac = std::array<unsigned char, 32>;

// A key, as the two states of SHA-256 that it leads to; its text is not kept. Wiped when it ends.
// Threads: const methods from any thread.
class HmacKey {
public:
    explicit HmacKey(std::string_view text);
    HmacKey(const HmacKey&) = default;
    HmacKey& operator=(const HmacKey&) = default;
    ~HmacKey();

    Mac mac(std::string_view message) const;

private:
    friend class HmacMessage;
    using State = std::array<std::uint32_t, 8>;
    State inner_; // after the block of key and inner padding
    State outer_;
};

// A message that comes in pieces. The key must outlive it.
class HmacMessage {
public:
    explicit HmacMessage(const HmacKey& key);
    HmacMessage(const HmacMessage&) = delete;
    HmacMessage& operator=(const HmacMessage&) = delete;
    ~HmacMessage();

    void add(std::string_view piece);
    Mac finished(); // once; nothing can be added afterwards

private:
    static constexpr std::size_t kHashBytes = 112; // of OpenSSL's SHA256_CTX

    const HmacKey& key_;
    std::uint64_t bytes_ = 0;             // of the message so far
    std::array<unsigned char, 64> block_; // those of them that are no whole block
    alignas(std::uint64_t) std::array<std::byte, kHashBytes> hash_;
    bool is_finished_ = false;
};

} // namespace segpay
