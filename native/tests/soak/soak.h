/* One run: threads go through its parts together, and after each part, when no call is open, the figures are compared.
 * Bridges stay open from the first part to the last, so that what they gather over time shows. */
#ifndef LLMB_SOAK_H
#define LLMB_SOAK_H

#include "tests/soak/soak_call.h"
#include "tests/soak/soak_figures.h"
#include "tests/soak/soak_latency.h"
#include "tests/soak/soak_options.h"

enum {
  SOAK_PARTS_MAX = 400,
  SOAK_BRIDGES_MAX = SOAK_THREADS_MAX,
  SOAK_CROWD_MAX = 8 /* calls that one thread has open at once */
};

struct soak_sample {
  uint64_t calls, host_rss_kib, keeper_rss_kib;
};

struct soak {
  const struct soak_mode *mode;
  struct soak_options options;
  struct soak_tally tally;
  struct soak_bridge bridges[SOAK_BRIDGES_MAX];
  unsigned bridge_count, parts, sample_count;
  uint64_t start_ns, end_ns;
  struct soak_latency early, late; /* of the watched calls in the first and the last quarter of the parts */
  pid_t keeper;
  int keeper_handle;
  struct soak_figures before, after;
  struct soak_figures full, last; /* with all engines: the most there may be, and what there was after the last part */
  char targets_before[SOAK_TARGETS_SIZE_MAX], targets_after[SOAK_TARGETS_SIZE_MAX];
  struct soak_sample samples[SOAK_PARTS_MAX]; /* one after each part */
  atomic_uint part;
  bool has_llama;
  bool over; /* written between two barriers only */
};

struct soak_thread {
  struct soak *soak;
  unsigned number, part;
  struct random random;
  struct soak_call calls[SOAK_CROWD_MAX];
};

struct soak_mode {
  const char *name, *watched; /* the calls whose latency is watched */
  /* Opens the bridges and says how many parts there are. */
  void (*open)(struct soak *soak);
  /* One thread's share of a part. */
  void (*work)(struct soak_thread *thread);
  /* How much of the whole is done, from 0 to 1. */
  double (*done)(struct soak *soak);
};

extern const struct soak_mode soak_crash, soak_mixed;

/* Adds a bridge to the run; NULL if its engine is not built. */
struct soak_bridge *soak_add_bridge(struct soak *soak, const struct soak_bridge_kind *kind);

/* Has as many calls open at once as the bridge can serve, and ends them; whether all were answered. */
bool soak_crowd(struct soak_thread *thread, const struct soak_bridge *bridge);

/* Notes how long a watched call took. */
void soak_watch(const struct soak_thread *thread, uint64_t duration_ns);

/* After a part: all engines come up, the figures are taken and compared with those of the first part. */
void soak_checkpoint(struct soak_thread *thread);

/* Runs it; what was wrong is in the tally. */
void soak_run(struct soak *soak);

/* Shows how far it is, every so often, until `ended`, an eventfd, is written to. Ends the process if nothing goes on.
 */
void soak_progress(struct soak *soak, int ended);

/* Prints the figures as a table or a JSON object; whether all is as it has to be. */
bool soak_report(struct soak *soak);

#endif
