// Errand: what an operation on a ledger would ask another process to do for it, as bytes, and what
// it makes of the answer. Knows no ledger.
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

// Numbers and texts, one behind the other, without names: for processes of one machine that have
// the same version of the plugin.
class Packer {
public:
    void put(std::int64_t number);
    void put(std::string_view text);

    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// In the order in which they were put. Throws std::runtime_error when there is no more.
class Unpacker {
public:
    // Borrows the bytes.
    explicit Unpacker(std::string_view bytes) : left_(bytes) {}

    std::int64_t number();
    std::string_view text();

private:
    std::string_view take(std::size_t size);

    std::string_view left_;
};

class Errand {
public:
    virtual ~Errand() = default;

    virtual void ask(Packer& packer) const = 0;
    // False: it was not done, and is left to us.
    virtual bool hear(Unpacker& answer) = 0;
};

} // namespace segpay
