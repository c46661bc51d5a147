#include <errno.h>
#include <poll.h>
#include <time.h>

#include <llmbridge/status.h>

#include "platform/os_clock.h"
#include "platform/os_poll.h"

enum { FAILED_NAP_NS = 1000000 };

/* A poll that cannot be done (no memory, or more items than a host that gave up its descriptors may poll) must not turn
 * its caller's loop into one that spins: it looks again by itself, a little later. */
static void nap_until(uint64_t deadline_ns) {
  const uint64_t now_ns = os_clock_ns();
  const uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
  const struct timespec nap = {.tv_nsec = (long)(left_ns < FAILED_NAP_NS ? left_ns : FAILED_NAP_NS)};
  (void)nanosleep(&nap, NULL);
}

static int poll_until(struct pollfd *polled, unsigned count, uint64_t deadline_ns, bool through_signals) {
  for (;;) {
    struct timespec left = {0, 0};
    const struct timespec *timeout = &left;
    if (deadline_ns == LLMB_NEVER) {
      timeout = NULL;
    } else if (deadline_ns != 0) {
      const uint64_t now_ns = os_clock_ns();
      const uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
      left.tv_sec = (time_t)(left_ns / 1000000000u);
      left.tv_nsec = (long)(left_ns % 1000000000u);
    }
    const int ready = ppoll(polled, count, timeout, NULL);
    if (ready >= 0 || errno != EINTR) return ready;
    if (!through_signals) return 0;
    /* A host's timer that fires faster than the wait is long must not turn this into an endless loop. */
    if (deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns) return 0;
  }
}

static unsigned poll_items(struct os_poll_item *items, unsigned count, uint64_t deadline_ns, bool through_signals) {
  struct pollfd polled[OS_POLL_ITEMS_MAX];
  if (count > OS_POLL_ITEMS_MAX) count = OS_POLL_ITEMS_MAX;
  for (unsigned i = 0; i < count; i++) {
    /* poll ignores negative descriptors, which is what OS_HANDLE_NONE means. */
    polled[i] = (struct pollfd){.fd = os_handle_number(items[i].handle), .events = POLLIN};
    items[i].readable = false;
  }
  const int ready = poll_until(polled, count, deadline_ns, through_signals);
  if (ready < 0) nap_until(deadline_ns);
  if (ready <= 0) return 0;
  for (unsigned i = 0; i < count; i++) items[i].readable = polled[i].revents != 0;
  return (unsigned)ready;
}

unsigned os_poll(struct os_poll_item *items, unsigned count, uint64_t deadline_ns) {
  return poll_items(items, count, deadline_ns, true);
}

unsigned os_poll_or_signal(struct os_poll_item *items, unsigned count, uint64_t deadline_ns) {
  return poll_items(items, count, deadline_ns, false);
}
