/* URI references, resolved as RFC 3986 has it. */
#ifndef LLMB_SCHEMA_URI_H
#define LLMB_SCHEMA_URI_H

#include <stdbool.h>
#include <stdint.h>

/* Writes the reference as a URI without its fragment, NUL-terminated; false if it does not fit. `out_fragment` is what
 * follows the '#', in the reference. Either may be relative. */
bool uri_resolve(const char *base, const char *reference, uint64_t size, char *out, uint64_t capacity,
                 const char **out_fragment, uint64_t *out_fragment_size);

/* Decodes %XX in place; returns the new size. */
uint64_t uri_decode(char *text, uint64_t size);

#endif
