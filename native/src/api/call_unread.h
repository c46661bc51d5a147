/* What a call has taken out of its ring before anybody read it: parts of the answer, in the order they came. */
#ifndef LLMB_CALL_UNREAD_H
#define LLMB_CALL_UNREAD_H

#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

/* All zero is empty. */
struct unread {
  uint8_t *bytes; /* parts, each behind its head */
  uint64_t begin, end, capacity;
};

/* The head of a part. */
struct unread_part {
  uint64_t size;  /* bytes that are still here */
  uint64_t whole; /* of the engine's frame, if the part is its beginning; else 0 */
};

bool unread_is_empty(const struct unread *unread);

/* Bytes of memory that the parts take. */
uint64_t unread_size(const struct unread *unread);

/* Appends room for a part's bytes and returns it; NULL without memory. `whole` as in struct unread_part. */
uint8_t *unread_append(struct unread *unread, uint64_t size, uint64_t whole);

/* The part that is next to be read; there must be one. */
struct unread_part unread_next(const struct unread *unread);

/* Takes up to capacity bytes of it; returns how many. */
uint64_t unread_take(struct unread *unread, uint8_t *buffer, uint64_t capacity);

/* Forgets all parts, and frees a buffer of more than kept_capacity bytes. */
void unread_clear(struct unread *unread, uint64_t kept_capacity);

#endif
