// Packing: numbers and texts one behind the other, without names, as a text that a person can read:
// a number ends with a comma, in front of a text stand its size and a colon. For rows whose columns
// nobody asks for one by one, and for what processes tell each other.
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace segpay {

class Packer {
public:
    Packer() { bytes_.reserve(kUsualBytes); }

    void put(std::int64_t number);
    void put(std::string_view text);

    const std::string& bytes() const { return bytes_; }

private:
    static constexpr std::size_t kUsualBytes = 256;

    void put_number(std::int64_t number, char end);

    std::string bytes_;
};

// In the order in which they were put. Throws std::runtime_error when something else is there, and
// never quotes it.
class Unpacker {
public:
    // Borrows the bytes.
    explicit Unpacker(std::string_view bytes) : left_(bytes) {}

    std::int64_t number();
    std::string_view text(); // of the bytes
    bool is_at_end() const { return left_.empty(); }

private:
    std::int64_t number(char end);

    std::string_view left_;
};

} // namespace segpay
