/* The llama engine in the steady state, beside libllama in a process that uses it directly. */
#include <pthread.h>

#include "bench_llama.h"

enum { ONE_TOKEN_CALLS = 50, WARM_UP_CALLS = 20, STREAM_TOKENS = 64, STREAMS = 8 };
#define STREAM_TOKENS_TEXT "64"
#define STREAMS_TEXT "8"

static bool one_token_round(struct bench_run *run, llmb_bridge *bridge, const struct bench_child *child, int calls) {
  for (int i = 0; i < calls; i++) {
    double seconds = 0;
    uint64_t tokens = 0;
    if (!bench_llama_generate(run, child, 1, 1, &seconds, &tokens)) return false;
    bench_samples_add(&run->result.baseline, seconds * 1e6);
  }
  for (int i = 0; i < calls; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL)) return false;
    bench_samples_add(&run->result.values, (double)(llmb_clock_ns() - begin_ns) / 1e3);
  }
  return true;
}

enum bench_outcome measure_llama_one_token(struct bench_run *run) {
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  const struct bench_model *model = &run->options->models.tiny;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!bench_llama_start(run, model, 4, &child)) return BENCH_FAILED;
  if (!bench_bridge_start(run, bench_llama_settings(run, model, "4", "1"), &bridge)) goto finish;
  if (!one_token_round(run, bridge, &child, WARM_UP_CALLS)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!one_token_round(run, bridge, &child, ONE_TOKEN_CALLS)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}

struct stream {
  struct bench_run run; /* its own: a problem is noted there */
  llmb_bridge *bridge;
  uint64_t tokens; /* 0: it failed */
};

static void *stream_run(void *data) {
  struct stream *stream = data;
  llmb_result result;
  llmb_result_init(&result);
  if (bench_ask(&stream->run, stream->bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, &result)) {
    stream->tokens = result.completion_tokens;
  }
  return NULL;
}

/* Tokens per second of that many calls at once; 0 after noting a problem. */
static double streams_rate(struct bench_run *run, llmb_bridge *bridge, unsigned count) {
  static struct stream streams[STREAMS];
  pthread_t threads[STREAMS];
  unsigned started = 0, good = 0;
  uint64_t tokens = 0;
  const uint64_t begin_ns = llmb_clock_ns();
  for (; started < count; started++) {
    streams[started] = (struct stream){.bridge = bridge};
    if (pthread_create(&threads[started], NULL, stream_run, &streams[started]) != 0) break;
  }
  for (unsigned i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
    tokens += streams[i].tokens;
    good += streams[i].tokens > 0;
    if (streams[i].tokens == 0) bench_fail(run, "%s", streams[i].run.problem);
  }
  const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
  if (started < count) bench_fail(run, "could not start %u threads", count);
  return good == count ? (double)tokens / seconds : 0;
}

static enum bench_outcome measure_rate(struct bench_run *run, unsigned count) {
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  const struct bench_model *model = &run->options->models.speed;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!bench_llama_start(run, model, STREAMS, &child)) return BENCH_FAILED;
  if (!bench_bridge_start(run, bench_llama_settings(run, model, STREAMS_TEXT, STREAM_TOKENS_TEXT), &bridge)) {
    goto finish;
  }
  for (bool warm = false; !warm || bench_run_next(run); warm = true) {
    double seconds = 0;
    uint64_t tokens = 0;
    if (!bench_llama_generate(run, &child, STREAM_TOKENS, count, &seconds, &tokens)) goto finish;
    const double rate = streams_rate(run, bridge, count);
    if (rate <= 0) goto finish;
    if (!warm) continue;
    bench_samples_add(&run->result.baseline, (double)tokens / seconds);
    bench_samples_add(&run->result.values, rate);
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}

enum bench_outcome measure_llama_tokens_per_s(struct bench_run *run) {
  return measure_rate(run, 1);
}

enum bench_outcome measure_llama_tokens_per_s_8(struct bench_run *run) {
  return measure_rate(run, STREAMS);
}
