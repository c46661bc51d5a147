/* Deadlines for hosts: milliseconds become an absolute time of the one clock. */
#include <llmbridge/status.h>

#include "platform/os_clock.h"

enum { NS_PER_MS = 1000000 };

uint64_t llmb_clock_ns(void) {
  return os_clock_ns();
}

uint64_t llmb_deadline_after_ms(uint64_t milliseconds) {
  uint64_t now = os_clock_ns();
  return milliseconds > (LLMB_NEVER - now) / NS_PER_MS ? LLMB_NEVER : now + milliseconds * NS_PER_MS;
}
