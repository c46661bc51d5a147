/* Waiting for several descriptors until an absolute deadline; os_poll retries EINTR with the remainder. */
#ifndef LLMB_OS_POLL_H
#define LLMB_OS_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/os_handle.h"

struct os_poll_item {
  os_handle handle; /* OS_HANDLE_NONE is skipped */
  bool readable;    /* out: readable, hung up or in error: reading will not block */
};

enum { OS_POLL_ITEMS_MAX = 512 };

/* Returns how many are readable: 0 when the deadline passed. Deadline 0 only looks, LLMB_NEVER waits for ever. */
unsigned os_poll(struct os_poll_item *items, unsigned count, uint64_t deadline_ns);

/* The same, but a signal that this thread handles ends it too, with 0: for callers whose host may have something to say
 * after each. */
unsigned os_poll_or_signal(struct os_poll_item *items, unsigned count, uint64_t deadline_ns);

#endif
