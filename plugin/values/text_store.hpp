// TextStore: memory for texts that are made while one request is read and forgotten together after
// it. Once it has grown to what requests need it allocates no more; forgetting wipes.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace segpay {

// Threads: one at a time.
class TextStore {
public:
    TextStore() = default;
    TextStore(TextStore&&) noexcept = default;
    TextStore& operator=(TextStore&&) noexcept = default;
    ~TextStore() { clear(); }

    // Room for `size` bytes, which stays where it is until clear().
    char* room(std::size_t size) {
        if (current_ == chunks_.size() || chunks_[current_].left() < size) find_chunk(size);
        Chunk& chunk = chunks_[current_];
        char* const bytes = chunk.bytes.get() + chunk.used;
        chunk.used += size;
        return bytes;
    }
    // Of the room asked for last, only so many bytes are needed.
    void give_back(std::size_t unused) { chunks_[current_].used -= unused; }

    std::string_view keep(std::string_view text);

    void clear();

private:
    struct Chunk {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;
        std::size_t used = 0;

        std::size_t left() const { return size - used; }
    };

    // Makes the next chunk with so much room the current one.
    void find_chunk(std::size_t size);

    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;
};

} // namespace segpay
