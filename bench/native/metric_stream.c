/* stream_token: what a streamed piece costs. The fake engine writes its pieces without a pause and formats each (about
 * 0.1 us), which is not taken off; a call's own cost is spread over its pieces. */
#include "bench_bridge.h"

enum { PIECES = 5000, WARM_UP_STREAMS = 3, PIECE_SIZE_MAX = 64 };

/* Reads an answer piece by piece; 0 on failure. */
static unsigned stream_read(struct bench_run *run, llmb_bridge *bridge) {
  static const char prompt[] = "stream";
  uint8_t piece[PIECE_SIZE_MAX];
  uint64_t size = 0;
  unsigned pieces = 0;
  llmb_call *call = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = llmb_call_start(bridge, (const uint8_t *)prompt, sizeof prompt - 1, NULL, &call, &error);
  while (status == LLMB_OK) {
    status = llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, &error);
    if (size == 0) break;
    pieces++;
  }
  llmb_call_close(call);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK ? pieces : 0;
}

enum bench_outcome measure_stream_token(struct bench_run *run) {
  static const char *const settings[] = {"engine", "fake", "command", "pieces 5000 0", "max_tokens", "100000", NULL};
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_bridge_start(run, settings, &bridge)) return BENCH_FAILED;
  for (int i = 0; i < WARM_UP_STREAMS; i++) {
    if (stream_read(run, bridge) == 0) goto finish;
  }
  while (bench_run_next(run)) {
    const uint64_t begin_ns = llmb_clock_ns();
    const unsigned pieces = stream_read(run, bridge);
    if (pieces == 0) goto finish;
    /* A few are read in two parts, where one side of the ring ended. */
    bench_samples_add(&run->result.values, (double)(llmb_clock_ns() - begin_ns) / 1e3 / PIECES);
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  return outcome;
}
