/* concurrent_8: calls per second of eight threads on one worker of eight slots, whose engine sleeps 1 ms in each call;
 * beside eight times what one thread gets. */
#include <pthread.h>

#include "bench_bridge.h"

enum { THREADS = 8, ROUND_CALLS = 150, WARM_UP_CALLS = 50 };

struct caller {
  struct bench_run run; /* its own: a problem is noted there */
  llmb_bridge *bridge;
  unsigned calls;
  bool good;
};

static void *call_many(void *data) {
  static const char prompt[] = "who sleeps longest?";
  struct caller *caller = data;
  for (unsigned i = 0; caller->good && i < caller->calls; i++) {
    caller->good = bench_ask(&caller->run, caller->bridge, prompt, sizeof prompt - 1, NULL);
  }
  return NULL;
}

/* Calls per second of that many threads together; 0 if one of them failed. */
static double rate_of(struct bench_run *run, llmb_bridge *bridge, unsigned threads, unsigned calls) {
  static struct caller callers[THREADS];
  pthread_t handles[THREADS];
  unsigned started = 0;
  bool good = true;
  const uint64_t begin_ns = llmb_clock_ns();
  for (unsigned i = 0; i < threads; i++) {
    callers[i] = (struct caller){.bridge = bridge, .calls = calls, .good = true};
    if (pthread_create(&handles[i], NULL, call_many, &callers[i]) != 0) break;
    started++;
  }
  for (unsigned i = 0; i < started; i++) {
    pthread_join(handles[i], NULL);
    if (!callers[i].good) bench_fail(run, "%s", callers[i].run.problem);
    good &= callers[i].good;
  }
  const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
  if (started < threads) bench_fail(run, "could not start %u threads", threads);
  return good && started == threads ? threads * calls / seconds : 0;
}

enum bench_outcome measure_concurrent(struct bench_run *run) {
  static const char *const settings[] = {"engine", "fake", "slots", "8", "command", "sleep 1; echo", NULL};
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_bridge_start(run, settings, &bridge)) return BENCH_FAILED;
  if (rate_of(run, bridge, THREADS, WARM_UP_CALLS) <= 0) goto finish;
  while (bench_run_next(run)) {
    const double one = rate_of(run, bridge, 1, ROUND_CALLS);
    const double eight = rate_of(run, bridge, THREADS, ROUND_CALLS);
    if (one <= 0 || eight <= 0) goto finish;
    bench_samples_add(&run->result.baseline, THREADS * one);
    bench_samples_add(&run->result.values, eight);
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  return outcome;
}
