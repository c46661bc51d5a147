/* payload_1mib: 1 MiB to the fake engine and back, beside copying the same bytes twice. */
#include <stdlib.h>
#include <string.h>

#include "bench_bridge.h"
#include "bench_pin.h"

enum { PAYLOAD_SIZE = 1 << 20, ROUND_CALLS = 8, WARM_UP_CALLS = 8 };

struct buffers {
  char *first, *second, *third;
};

static void round_of_copies(struct bench_run *run, const struct buffers *buffers) {
  for (int i = 0; i < ROUND_CALLS; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    memcpy(buffers->second, buffers->first, PAYLOAD_SIZE);
    __asm__ volatile("" ::: "memory"); /* or the second copy could be made of the first one */
    memcpy(buffers->third, buffers->second, PAYLOAD_SIZE);
    __asm__ volatile("" ::: "memory");
    bench_samples_add(&run->result.baseline, (double)(llmb_clock_ns() - begin_ns) / 1e3);
  }
}

static bool round_of_calls(struct bench_run *run, llmb_bridge *bridge, const struct buffers *buffers, int calls) {
  for (int i = 0; i < calls; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_ask(run, bridge, buffers->first, PAYLOAD_SIZE, NULL)) return false;
    bench_samples_add(&run->result.values, (double)(llmb_clock_ns() - begin_ns) / 1e3);
  }
  return true;
}

enum bench_outcome measure_payload(struct bench_run *run) {
  static const char *const settings[] = {"engine", "fake", NULL};
  struct buffers buffers = {malloc(PAYLOAD_SIZE), malloc(PAYLOAD_SIZE), malloc(PAYLOAD_SIZE)};
  llmb_bridge *bridge = NULL;
  int engine = 0;
  enum bench_outcome outcome = BENCH_FAILED;
  if (buffers.first == NULL || buffers.second == NULL || buffers.third == NULL) {
    bench_fail(run, "no memory for the buffers");
    goto finish;
  }
  for (int i = 0; i < PAYLOAD_SIZE; i++) buffers.first[i] = (char)(i % 80 == 79 ? '\n' : 'a' + i % 26);
  if (!bench_bridge_start(run, settings, &bridge) || !bench_bridge_engine(run, bridge, &engine)) goto finish;
  bench_pin_pair(run, engine);
  round_of_copies(run, &buffers);
  if (!round_of_calls(run, bridge, &buffers, WARM_UP_CALLS)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    round_of_copies(run, &buffers);
    if (!round_of_calls(run, bridge, &buffers, ROUND_CALLS)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  bench_pin_release(run);
  llmb_bridge_close(bridge);
  free(buffers.first);
  free(buffers.second);
  free(buffers.third);
  return outcome;
}
