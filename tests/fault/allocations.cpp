// Both allocators, for the whole program.
#include "allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

#include <sqlite3.h>

namespace segpay::fault {

void pass_sqlite_allocations() {
    static sqlite3_mem_methods real;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    sqlite3_mem_methods memory = real;
    memory.xMalloc = [](int size) { return of_sqlite.fails() ? nullptr : real.xMalloc(size); };
    memory.xRealloc = [](void* old, int size) {
        return of_sqlite.fails() ? nullptr : real.xRealloc(old, size);
    };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
}

} // namespace segpay::fault

void* operator new(std::size_t size) {
    if (segpay::fault::of_cpp.fails()) throw std::bad_alloc();
    if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
