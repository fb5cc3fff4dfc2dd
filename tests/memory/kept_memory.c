/* Preloaded, memory that was freed is not used again and keeps what was in it: so no copy of a
 * secret is written over by chance before it is looked for. */
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
