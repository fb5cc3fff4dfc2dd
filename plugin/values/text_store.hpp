// TextStore: storage for texts that are made while one request is read and freed together after it.
// Once it has grown to the size of usual requests it allocates no more, and the excess of a huge
// one is freed; clearing wipes.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// Threads: one at a time.
class TextStore {
public:
    TextStore() = default;
    TextStore(TextStore&& other) noexcept { *this = std::move(other); }
    TextStore& operator=(TextStore&& other) noexcept {
        clear();
        chunks_ = std::exchange(other.chunks_, {});
        current_ = std::exchange(other.current_, 0);
        return *this;
    }
    ~TextStore() { clear(); }

    // Room for `size` bytes at a stable address until clear().
    char* room(std::size_t size) {
        if (current_ == chunks_.size() || chunks_[current_].left() < size) find_chunk(size);
        Chunk& chunk = chunks_[current_];
        char* const bytes = chunk.bytes.get() + chunk.used;
        chunk.used += size;
        return bytes;
    }

    std::string_view keep(std::string_view text);

    void clear();

    std::size_t capacity() const; // bytes that it holds, used or not

private:
    struct Chunk {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;
        std::size_t used = 0;

        std::size_t left() const { return size - used; }
    };

    // Makes a chunk with so much room the current one.
    void find_chunk(std::size_t size);

    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;
};

} // namespace segpay
