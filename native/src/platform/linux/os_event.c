#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platform/os_event.h"

llmb_status os_event_create(os_handle *out, int *os_code) {
  *out = os_handle_raise(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (*out != OS_HANDLE_NONE) return LLMB_OK;
  *os_code = errno;
  return LLMB_E_SPAWN_FAILED;
}

void os_event_ring(os_handle event) {
  const uint64_t one = 1;
  /* EAGAIN means the counter is at its maximum, which is as loud as a doorbell gets. */
  while (write(event, &one, sizeof one) < 0 && errno == EINTR) continue;
}

void os_event_clear(os_handle event) {
  uint64_t count;
  while (read(event, &count, sizeof count) < 0 && errno == EINTR) continue;
}
