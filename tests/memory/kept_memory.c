/* Preloaded: freed memory is not used again and keeps its contents, so that no copy of a secret is
 * overwritten by chance before the search. */
#include <malloc.h>
#include <stddef.h>
#include <string.h>

void free(void* memory) { (void)memory; }

void* realloc(void* memory, size_t size) {
    void* const moved = malloc(size);
    if (!memory || !moved) return moved;
    const size_t old = malloc_usable_size(memory);
    return memcpy(moved, memory, old < size ? old : size);
}
