/* The library's only way to heap memory, so that tests can make the Nth allocation fail. */
#ifndef LLMB_CORE_MEMORY_H
#define LLMB_CORE_MEMORY_H

#include <llmbridge/status.h>

/* Zeroed memory; LLMB_E_OUT_OF_MEMORY leaves *out NULL. */
llmb_status memory_allocate(uint64_t size, void **out);

/* Grows or shrinks *block; on failure *block stays as it was. */
llmb_status memory_resize(void **block, uint64_t size);

/* A NUL-terminated copy of size bytes. */
llmb_status memory_copy_text(const char *text, uint64_t size, char **out);

/* Frees and returns NULL, for `x = memory_release(x)`. */
void *memory_release(void *block);

#endif
