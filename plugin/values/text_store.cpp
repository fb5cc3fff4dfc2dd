// Chunks, filled one after the other.
#include "values/text_store.hpp"

#include <strings.h>

#include <algorithm>
#include <cstring>

namespace segpay {

namespace {

constexpr std::size_t kFirstBytes = std::size_t{4} * 1024;
constexpr std::size_t kMaxKeptBytes = std::size_t{64} * 1024; // reused for the next request

} // namespace

// Each new chunk is at least twice as large as any before it, and replaces them when they are
// empty: however the sizes of requests grow, there are few chunks.
void TextStore::find_chunk(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].left() < size)
        ++current_;
    if (current_ < chunks_.size()) return;
    std::size_t new_size = std::max(size, kFirstBytes);
    bool is_empty = true;
    for (const Chunk& chunk : chunks_) {
        new_size = std::max(new_size, 2 * chunk.size);
        is_empty = is_empty && chunk.used == 0;
    }
    if (is_empty) chunks_.clear();
    current_ = chunks_.size();
    chunks_.push_back({std::make_unique<char[]>(new_size), new_size, 0});
}

std::string_view TextStore::keep(std::string_view text) {
    if (text.empty()) return {};
    char* bytes = room(text.size());
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
}

std::size_t TextStore::capacity() const {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_)
        bytes += chunk.size;
    return bytes;
}

void TextStore::clear() {
    for (Chunk& chunk : chunks_) {
        if (chunk.used > 0) explicit_bzero(chunk.bytes.get(), chunk.used);
        chunk.used = 0;
    }
    if (capacity() > kMaxKeptBytes) chunks_.clear();
    current_ = 0;
}

} // namespace segpay
