#include "platform/os_random.h"

#include <sys/random.h>

#include "platform/os_clock.h"

void os_random(uint64_t *words, unsigned count) {
  if (getrandom(words, count * sizeof *words, GRND_NONBLOCK) == (ssize_t)(count * sizeof *words)) return;
  for (unsigned i = 0; i < count; i++) words[i] = os_clock_ns() * UINT64_C(0x9E3779B97F4A7C15) ^ (uintptr_t)&words[i];
}
