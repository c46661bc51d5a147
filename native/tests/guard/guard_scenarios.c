#include "tests/guard/guard_scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <llmbridge/llmbridge.h>

enum { TEXT_SIZE = 64, BATCH_ITEMS = 8, CALLS_BESIDE_MAX = 15, WARM_UP = 50 };

struct guard_host {
  llmb_bridge *bridge;
  llmb_settings *short_answer;
  llmb_call *stream; /* of the scenario whose units are pieces */
  const uint8_t *texts[BATCH_ITEMS];
  uint64_t sizes[BATCH_ITEMS];
};

/* A host that fails has nothing to measure. */
static void expect(llmb_status status, const llmb_error *error) {
  if (status == LLMB_OK) return;
  fprintf(stderr, "guard: %s: %s\n", llmb_status_name(status), error == NULL ? "" : error->message);
  exit(1);
}

static void generate_with(struct guard_host *host, const llmb_settings *settings) {
  llmb_error error;
  char *answer = NULL;
  llmb_error_init(&error);
  expect(llmb_generate(host->bridge, host->texts[0], TEXT_SIZE, settings, &answer, NULL, NULL, &error), &error);
  llmb_free(answer);
}

static void generate(struct guard_host *host) {
  generate_with(host, NULL);
}

static void generate_short(struct guard_host *host) {
  generate_with(host, host->short_answer);
}

static void embed_text(struct guard_host *host) {
  llmb_error error;
  float *vector = NULL;
  uint64_t dimension = 0;
  llmb_error_init(&error);
  expect(llmb_embed_texts(host->bridge, host->texts, host->sizes, 1, NULL, &vector, &dimension, NULL, &error), &error);
  llmb_free(vector);
}

static void read_piece(struct guard_host *host) {
  llmb_error error;
  uint8_t piece[TEXT_SIZE];
  uint64_t size = 0;
  llmb_error_init(&error);
  if (host->stream == NULL) {
    expect(llmb_call_start(host->bridge, host->texts[0], TEXT_SIZE, NULL, &host->stream, &error), &error);
  }
  expect(llmb_call_read(host->stream, piece, sizeof piece, LLMB_NEVER, &size, &error), &error);
}

static void run_batch(struct guard_host *host) {
  llmb_error error;
  llmb_batch *batch = NULL;
  llmb_error_init(&error);
  expect(llmb_batch_start(host->bridge, host->texts, host->sizes, BATCH_ITEMS, NULL, LLMB_BATCH_AS_THEY_COME, &batch,
                          &error),
         &error);
  for (int32_t index = 0; index != LLMB_BATCH_END;) {
    llmb_status item = LLMB_OK;
    expect(llmb_batch_next(batch, LLMB_NEVER, &index, &item, &error), &error);
    expect(item, &error);
  }
  llmb_batch_close(batch);
}

#define ENDLESS "pieces 1000000 0"

const struct guard_scenario guard_scenarios[] = {
    {.name = "generate", .slots = "4", .script = "echo", .unit = generate, .warm_up = WARM_UP},
    {.name = "generate_with_settings", .slots = "4", .script = "echo", .unit = generate_short, .warm_up = WARM_UP},
    {.name = "embed", .slots = "4", .script = "echo", .unit = embed_text, .warm_up = WARM_UP},
    {.name = "piece",
     .slots = "4",
     .script = ENDLESS,
     .unit = read_piece,
     .warm_up_unit = generate_short,
     .ring_ends_turn = true,
     .warm_up = WARM_UP},
    {.name = "batch_of_8", .slots = "16", .script = "echo", .unit = run_batch, .warm_up = WARM_UP, .interleaves = true},
    {.name = "beside_0", .slots = "16", .script = ENDLESS, .unit = generate_short, .warm_up = WARM_UP},
    {.name = "beside_7",
     .slots = "16",
     .script = ENDLESS,
     .unit = generate_short,
     .calls_beside = 7,
     .warm_up = WARM_UP},
};
const size_t guard_scenario_count = sizeof guard_scenarios / sizeof guard_scenarios[0];

const struct guard_scenario *guard_scenario_named(const char *name) {
  for (size_t i = 0; i < guard_scenario_count; i++) {
    if (strcmp(guard_scenarios[i].name, name) == 0) return &guard_scenarios[i];
  }
  return NULL;
}

static void settings_put(llmb_settings *settings, const char *const *pairs) {
  llmb_error error;
  llmb_error_init(&error);
  for (; pairs[0] != NULL; pairs += 2) expect(llmb_settings_set(settings, pairs[0], pairs[1], &error), &error);
}

static void host_open(struct guard_host *host, const struct guard_scenario *scenario) {
  static const uint8_t text[TEXT_SIZE + 1] = "sixty-four bytes of text: as long as a short question would be..";
  const char *const pairs[] = {"engine", "fake",          "command", scenario->script, "home", HARNESS_HOME,
                               "slots",  scenario->slots, NULL};
  const char *const endless_pairs[] = {"output_bytes", "100000000", "max_tokens", "1000000", NULL};
  const char *const short_pairs[] = {"max_tokens", "1", NULL};
  llmb_error error;
  llmb_error_init(&error);
  for (int i = 0; i < BATCH_ITEMS; i++) {
    host->texts[i] = text;
    host->sizes[i] = TEXT_SIZE;
  }
  llmb_settings *settings = NULL;
  expect(llmb_settings_create(&settings, &error), &error);
  expect(llmb_settings_create(&host->short_answer, &error), &error);
  settings_put(settings, pairs);
  if (strcmp(scenario->script, ENDLESS) == 0) settings_put(settings, endless_pairs);
  settings_put(host->short_answer, short_pairs);
  expect(llmb_bridge_open(settings, &host->bridge, &error), &error);
  llmb_settings_close(settings);
  expect(llmb_bridge_start(host->bridge, LLMB_NEVER, &error), &error);
}

/* What the engine still has to do after its last answer must not count as the next one's. */
static pid_t engine_asleep(struct guard_host *host) {
  char path[64], state = 0;
  int64_t engine = 0;
  expect(llmb_bridge_worker_pid(host->bridge, &engine), NULL);
  snprintf(path, sizeof path, "/proc/%lld/stat", (long long)engine);
  while (state != 'S') {
    const struct timespec nap = {.tv_nsec = 1000000};
    nanosleep(&nap, NULL);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%*d %*s %c", &state) != 1) exit(1);
    fclose(file);
  }
  return (pid_t)engine;
}

static void start_beside(struct guard_host *host, llmb_call **out_call) {
  llmb_error error;
  llmb_error_init(&error);
  expect(llmb_call_start(host->bridge, host->texts[0], TEXT_SIZE, NULL, out_call, &error), &error);
}

static void run_host(const void *argument) {
  const struct guard_scenario *scenario = argument;
  struct guard_host host = {0};
  void (*warm_up)(struct guard_host *) = scenario->warm_up_unit != NULL ? scenario->warm_up_unit : scenario->unit;
  llmb_call *beside[CALLS_BESIDE_MAX] = {NULL};
  host_open(&host, scenario);
  for (unsigned i = 0; i < scenario->calls_beside; i++) start_beside(&host, &beside[i]);
  for (unsigned i = 0; i < scenario->warm_up; i++) warm_up(&host);
  guard_child_ready(engine_asleep(&host));
  for (unsigned i = 0; i < GUARD_UNITS_TRIED; i++) {
    guard_child_mark();
    scenario->unit(&host);
  }
  for (unsigned i = 0; i < scenario->calls_beside; i++) llmb_call_close(beside[i]);
  llmb_call_close(host.stream);
  llmb_settings_close(host.short_answer);
  llmb_bridge_close(host.bridge);
}

bool guard_trace_scenario(const struct guard_scenario *scenario, struct guard_trace *trace) {
  return guard_trace(trace, run_host, scenario, scenario->ring_ends_turn);
}
