/* session_turn: the 20th turn of a session, beside the same conversation given as messages; both with the demonstration
 * model, whose short answers leave little to hide in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_bridge.h"

enum { TURNS_BEFORE = 19, CONVERSATION_SIZE = 16 << 10, PATH_SIZE = 256 };
#define QUESTION "What is 2+2?"
#define RECORDS_TEXT "38"

struct session_bench {
  llmb_bridge *bridge;
  char place[PATH_SIZE], folder[PATH_SIZE];
  char *before, *all; /* what was said, as `messages`: up to the 19th question, and up to the 20th */
};

/* Milliseconds of a call; 0 after noting a problem. */
static double ask_ms(struct bench_run *run, llmb_bridge *bridge, const char *prompt, const char *const *pairs) {
  llmb_call *call = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const uint64_t begin_ns = llmb_clock_ns();
  llmb_status status = bench_call_start(bridge, prompt, pairs, &call, &error);
  if (status == LLMB_OK) status = llmb_call_finish(call, LLMB_NEVER, NULL, &error);
  const double taken_ms = (double)(llmb_clock_ns() - begin_ns) / 1e6;
  llmb_call_close(call);
  if (status == LLMB_OK) return taken_ms;
  bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return 0;
}

static bool begin(struct bench_run *run, struct session_bench *bench) {
  static const char question[] = "{\"role\":\"user\",\"content\":\"" QUESTION "\"}";
  static const char answer[] = "{\"role\":\"assistant\",\"content\":\"2 + 2 = 4.\"}";
  snprintf(bench->place, sizeof bench->place, "/tmp/llmb_bench_XXXXXX");
  if (mkdtemp(bench->place) == NULL) return bench_fail(run, "no folder for sessions"), false;
  snprintf(bench->folder, sizeof bench->folder, "%.200s/sessions", bench->place);
  bench->before = calloc(1, CONVERSATION_SIZE);
  bench->all = calloc(1, CONVERSATION_SIZE);
  if (bench->before == NULL || bench->all == NULL) return bench_fail(run, "no memory for a conversation"), false;
  strcpy(bench->before, "[");
  for (unsigned i = 1; i < TURNS_BEFORE; i++) {
    strcat(strcat(strcat(strcat(bench->before, question), ","), answer), ",");
  }
  snprintf(bench->all, CONVERSATION_SIZE, "%.12000s%s,%s,%s]", bench->before, question, answer, question);
  strcat(strcat(bench->before, question), "]");
  const char *const settings[] = {"engine", "llama", "slots", "1", "session_dir", bench->folder, NULL};
  if (!bench_bridge_start(run, settings, &bench->bridge)) return false;
  const char *const first[] = {"session", "before", "messages", bench->before, NULL};
  return ask_ms(run, bench->bridge, "", first) > 0;
}

static void remove_session(const struct session_bench *bench, const char *name) {
  char path[PATH_SIZE + 64];
  snprintf(path, sizeof path, "%s/%s.jsonl", bench->folder, name);
  (void)unlink(path);
}

static bool play_round(struct bench_run *run, const struct session_bench *bench) {
  const char *const in_session[] = {"session", "after", "session_fork", "before@" RECORDS_TEXT, NULL};
  const char *const as_messages[] = {"messages", bench->all, NULL};
  const double session_ms = ask_ms(run, bench->bridge, QUESTION, in_session);
  remove_session(bench, "after");
  const double messages_ms = session_ms > 0 ? ask_ms(run, bench->bridge, "", as_messages) : 0;
  if (messages_ms <= 0) return false;
  bench_samples_add(&run->result.values, session_ms);
  bench_samples_add(&run->result.baseline, messages_ms);
  return true;
}

enum bench_outcome measure_session_turn(struct bench_run *run) {
  struct session_bench bench = {.bridge = NULL};
  enum bench_outcome outcome = BENCH_FAILED;
  if (!begin(run, &bench) || !play_round(run, &bench)) goto finish; /* the first reads the prompt */
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!play_round(run, &bench)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bench.bridge);
  if (bench.folder[0] != 0) remove_session(&bench, "before");
  (void)rmdir(bench.folder);
  (void)rmdir(bench.place);
  free(bench.before);
  free(bench.all);
  return outcome;
}
