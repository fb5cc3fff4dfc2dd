// Chunks, filled one after the other.
#include "values/text_store.hpp"

#include <strings.h>

#include <algorithm>
#include <cstring>

namespace segpay {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{4} * 1024;

} // namespace

void TextStore::find_chunk(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].left() < size)
        ++current_;
    if (current_ < chunks_.size()) return;
    const std::size_t chunk_size = std::max(size, kChunkBytes);
    chunks_.push_back({std::make_unique<char[]>(chunk_size), chunk_size, 0});
}

std::string_view TextStore::keep(std::string_view text) {
    if (text.empty()) return {};
    char* bytes = room(text.size());
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
}

void TextStore::clear() {
    for (Chunk& chunk : chunks_) {
        if (chunk.used > 0) explicit_bzero(chunk.bytes.get(), chunk.used);
        chunk.used = 0;
    }
    current_ = 0;
}

} // namespace segpay
