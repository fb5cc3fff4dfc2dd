// operator new that counts. Replaces that of the whole program; memory that C libraries take by
// malloc is not counted.
#include "bench.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t count = 0;

void* counted(void* memory) {
    ++count;
    if (!memory) throw std::bad_alloc();
    return memory;
}

} // namespace

// The forms for arrays, without exceptions and with sizes call these.
void* operator new(std::size_t size) {
    return counted(std::malloc(std::max<std::size_t>(size, 1)));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(step, (std::max(size, step) + step - 1) / step * step));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

std::uint64_t segpay::bench::allocations() { return count; }
