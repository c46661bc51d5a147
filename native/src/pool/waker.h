/* How threads of the host wake each other: by a bell of which neither end ever leaves this process. */
#ifndef LLMB_WAKER_H
#define LLMB_WAKER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

struct waker {
  os_handle hears, rings;  /* OS_HANDLE_NONE until somebody first sleeps on it */
  uint32_t losses;         /* os_handle_losses when the two were last known to be what they were */
  _Atomic uint32_t nudged; /* rung since a sleep last began */
  _Atomic uint32_t sleepers;
};

void waker_init(struct waker *waker);
void waker_close(struct waker *waker);

/* Wakes who sleeps on it, or who next would. Never waits. */
void waker_ring(struct waker *waker);

/* The three of a sleep; the first two under the bridge's lock.
 *
 * Begins it: true, and *out_polled is what to poll; OS_HANDLE_NONE where no descriptors are left, and who sleeps then
 * looks again by itself after WAKER_BLIND_NS. False if it was rung already: there is nothing to sleep for, nor to end.
 */
bool waker_begin(struct waker *waker, os_handle *out_polled);
#define WAKER_BLIND_NS UINT64_C(10000000)

/* Ends it; `readable` is what the poll said. */
void waker_end(struct waker *waker, bool readable);

#endif
