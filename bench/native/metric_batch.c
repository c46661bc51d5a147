/* batch_1000: a thousand queries of 64 bytes in one batch, for each; beside as many calls one after the other. */
#include <string.h>

#include "bench_bridge.h"

enum { ITEMS = 1000, MESSAGE_SIZE = 64 };

static bool run_batch(struct bench_run *run, llmb_bridge *bridge) {
  static char message[MESSAGE_SIZE];
  static const uint8_t *prompts[ITEMS];
  static uint64_t sizes[ITEMS];
  memset(message, 'x', sizeof message);
  for (int i = 0; i < ITEMS; i++) {
    prompts[i] = (const uint8_t *)message;
    sizes[i] = sizeof message;
  }
  llmb_batch *batch = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const uint64_t begin_ns = llmb_clock_ns();
  llmb_status status = llmb_batch_start(bridge, prompts, sizes, ITEMS, NULL, LLMB_BATCH_AS_THEY_COME, &batch, &error);
  for (int32_t index = 0; status == LLMB_OK && index != LLMB_BATCH_END;) {
    llmb_status item = LLMB_OK;
    status = llmb_batch_next(batch, LLMB_NEVER, &index, &item, &error);
    if (status == LLMB_OK) status = item;
  }
  llmb_batch_close(batch);
  bench_samples_add(&run->result.values, (double)(llmb_clock_ns() - begin_ns) / 1e3 / ITEMS);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

static bool run_calls(struct bench_run *run, llmb_bridge *bridge) {
  char message[MESSAGE_SIZE];
  memset(message, 'x', sizeof message);
  const uint64_t begin_ns = llmb_clock_ns();
  for (int i = 0; i < ITEMS; i++) {
    if (!bench_ask(run, bridge, message, sizeof message, NULL)) return false;
  }
  bench_samples_add(&run->result.baseline, (double)(llmb_clock_ns() - begin_ns) / 1e3 / ITEMS);
  return true;
}

enum bench_outcome measure_batch(struct bench_run *run) {
  static const char *const settings[] = {"engine", "fake", "slots", "16", NULL};
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_bridge_start(run, settings, &bridge)) return outcome;
  if (!run_calls(run, bridge) || !run_batch(run, bridge)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!run_calls(run, bridge) || !run_batch(run, bridge)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  return outcome;
}
