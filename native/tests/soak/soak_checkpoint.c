/* Figures are compared when they are settled: every engine runs, every dead one is buried. Both take a moment after
 * the last fault, so it is tried until it is so. */
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/soak/soak.h"

enum {
  SETTLE_MS = 120000,
  PAUSE_MS = 5,
  CALLS_KEPT = 16 /* closed calls that a bridge keeps for the next ones, each with a doorbell once it had to queue */
};

/* Whether all engines are there, and no more than these. */
static bool take_settled(struct soak_thread *thread, struct soak_figures *out) {
  struct soak *soak = thread->soak;
  unsigned engines = 0, answered = 0;
  for (unsigned i = 0; i < soak->bridge_count; i++) {
    engines += soak->bridges[i].kind->workers;
    answered += soak_crowd(thread, &soak->bridges[i]);
  }
  if (soak->keeper == 0 && soak->bridge_count > 0) {
    soak->keeper = soak_bridge_keeper(&soak->bridges[0]);
    if (soak->keeper > 0) soak->keeper_handle = (int)syscall(SYS_pidfd_open, soak->keeper, 0);
  }
  soak_figures_take(out, soak->keeper);
  return answered == soak->bridge_count && out->keeper.children == engines && out->keeper.zombies == 0;
}

static void complain(struct soak *soak, const struct soak_figures *now, bool settled) {
  char targets[SOAK_TARGETS_SIZE_MAX];
  const char *above = soak_figures_above(now, &soak->full);
  if (above == NULL) above = "number of engines";
  soak_figures_targets(targets);
  soak_violation(&soak->tally,
                 "after part %u the %s %s: descriptors %u of %u, threads %u of %u, engines %u, zombies %u, the "
                 "keeper's descriptors %u of %u\n%s",
                 atomic_load(&soak->part) + 1, above, settled ? "has grown" : "does not settle", now->host.descriptors,
                 soak->full.host.descriptors, now->host.threads, soak->full.host.threads, now->keeper.children,
                 now->keeper.zombies, now->keeper.descriptors, soak->full.keeper.descriptors, targets);
}

void soak_checkpoint(struct soak_thread *thread) {
  struct soak *soak = thread->soak;
  struct soak_figures now;
  const bool is_first = thread->part == 0;
  const uint64_t deadline_ns = llmb_deadline_after_ms(SETTLE_MS);
  bool settled = take_settled(thread, &now);
  while (!settled || (!is_first && soak_figures_above(&now, &soak->full) != NULL)) {
    if (llmb_clock_ns() >= deadline_ns) {
      complain(soak, &now, settled);
      break;
    }
    nanosleep(&(struct timespec){0, PAUSE_MS * 1000000}, NULL);
    settled = take_settled(thread, &now);
  }
  if (is_first) {
    soak->full = now;
    soak->full.host.descriptors += CALLS_KEPT * soak->bridge_count;
  }
  soak->last = now;
  soak->samples[soak->sample_count++] = (struct soak_sample){
      .calls = atomic_load(&soak->tally.calls), .host_rss_kib = now.host.rss_kib, .keeper_rss_kib = now.keeper.rss_kib};
}
