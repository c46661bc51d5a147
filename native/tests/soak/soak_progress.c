#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/soak/soak.h"

enum { LINE_EVERY_S = 30, LOOK_EVERY_MS = 1000, STUCK_AFTER_S = 600 };

static void show(struct soak *soak, bool on_terminal) {
  const double seconds = (double)(llmb_clock_ns() - soak->start_ns) / 1e9;
  double done = soak->mode->done(soak);
  if (done > 1) done = 1;
  const double left_s = done > 0 ? seconds / done - seconds : 0;
  const unsigned long long calls = atomic_load(&soak->tally.calls), cycles = atomic_load(&soak->tally.cycles);
  const unsigned count = soak->sample_count;
  fprintf(stderr, "%s%s: %.1f %%, %llu calls, %.0f/s, ", on_terminal ? "\r\033[K" : "", soak->mode->name, 100 * done,
          calls, (double)calls / seconds);
  if (cycles > 0) fprintf(stderr, "%llu cycles, %.0f/s, ", cycles, (double)cycles / seconds);
  if (count > 0) fprintf(stderr, "%llu KiB, ", (unsigned long long)soak->samples[count - 1].host_rss_kib);
  fprintf(stderr, "%llu violations, %.0f min left%s", (unsigned long long)atomic_load(&soak->tally.violations),
          left_s / 60, on_terminal ? "" : "\n");
}

/* A call that never returns hangs its thread, and with it everything: that is a violation nobody else would report. */
static void check_goes_on(struct soak *soak, uint64_t seconds) {
  static uint64_t calls_seen, seen_at_s;
  const uint64_t calls = atomic_load(&soak->tally.calls);
  if (calls != calls_seen) {
    calls_seen = calls;
    seen_at_s = seconds;
  } else if (seconds - seen_at_s >= STUCK_AFTER_S) {
    soak_violation(&soak->tally, "no call has started for %d s: a thread hangs", STUCK_AFTER_S);
    soak->end_ns = llmb_clock_ns();
    soak_report(soak);
    _exit(1);
  }
}

void soak_progress(struct soak *soak, int ended) {
  const bool on_terminal = isatty(STDERR_FILENO);
  struct pollfd item = {.fd = ended, .events = POLLIN};
  for (uint64_t seconds = 1; poll(&item, 1, LOOK_EVERY_MS) != 1; seconds++) {
    check_goes_on(soak, seconds);
    if (on_terminal || seconds % LINE_EVERY_S == 0) show(soak, on_terminal);
  }
  if (on_terminal) fputs("\r\033[K", stderr);
}
