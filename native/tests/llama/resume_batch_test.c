/* Eight answers at once in one worker that is killed: each goes on from what was delivered. Beside others a computed
 * number differs in its last bits, so with batching an answer may end in other words than it would have alone; how
 * often that happens is printed. With batching off, and alone, it never does. LLMB_TEST_REPEATS says how many kills. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "tests/check.h"
#include "tests/seeded_random.h"
#include "tests/llama/resume_fixture.h"

enum { STREAMS = 8, TOKENS = 200, KILLS_QUICK = 1 };

static const char *const prompts[STREAMS] = {"One",   "Two and more", "3",      "A fourth prompt",
                                             "5 5 5", "six",          "Seven!", "eight eight"};
static const char *const models[] = {"random_llama_f32", "random_llama_f16", "random_llama_q8_0", "random_llama_q4_0"};
enum { MODELS = sizeof models / sizeof models[0] };

struct stream {
  llmb_call *call;
  pthread_t reader;
  struct resume_answer answer;
};

static struct random chance;
static struct stream streams[STREAMS];
static char alone[STREAMS][FIXTURE_ANSWER_SIZE];

static llmb_bridge *open_bridge(const char *model, const char *batching) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_bridge *bridge = fixture_open(model, "slots", "8", "threads", "1", "context", "512", "batching", batching,
                                     "timeout_ms", "100000", NULL);
  CHECK_INT(LLMB_OK, llmb_bridge_start(bridge, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error));
  return bridge;
}

static llmb_call *start(llmb_bridge *bridge, unsigned stream) {
  return fixture_start(bridge, prompts[stream], "temperature", "0.8", "seed", "3", "max_tokens", "200", NULL);
}

static void ask_alone(const char *model) {
  llmb_bridge *bridge = open_bridge(model, "on");
  for (unsigned i = 0; i < STREAMS; i++) {
    resume_read(start(bridge, i), &streams[i].answer);
    CHECK_INT(LLMB_OK, streams[i].answer.status);
    memcpy(alone[i], streams[i].answer.text, FIXTURE_ANSWER_SIZE);
  }
  llmb_bridge_close(bridge);
}

static void *read_stream(void *argument) {
  struct stream *stream = argument;
  resume_read(stream->call, &stream->answer);
  return NULL;
}

/* Starts all streams, kills their worker after a while if it is to be, and reads them to their ends. How long that took
 * is returned. */
static uint64_t ask_together(llmb_bridge *bridge, uint64_t kill_after_ns) {
  int64_t pid = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  const uint64_t start_ns = llmb_clock_ns();
  for (unsigned i = 0; i < STREAMS; i++) streams[i].call = start(bridge, i);
  for (unsigned i = 0; i < STREAMS; i++) {
    CHECK_INT(0, pthread_create(&streams[i].reader, NULL, read_stream, &streams[i]));
  }
  if (kill_after_ns > 0) {
    const struct timespec pause = {(time_t)(kill_after_ns / 1000000000u), (long)(kill_after_ns % 1000000000u)};
    nanosleep(&pause, NULL);
    CHECK(pid > 0 && kill((pid_t)pid, SIGKILL) == 0);
  }
  for (unsigned i = 0; i < STREAMS; i++) CHECK_INT(0, pthread_join(streams[i].reader, NULL));
  return llmb_clock_ns() - start_ns;
}

struct figures {
  unsigned kills, streams, hit, differ;
};

/* Whatever the words: a success, of as many tokens as were asked for, and if no neighbour was beside it the very text.
 */
static void count_streams(struct figures *figures) {
  for (unsigned i = 0; i < STREAMS; i++) {
    const struct resume_answer *answer = &streams[i].answer;
    CHECK_INT(LLMB_OK, answer->status);
    if (answer->status != LLMB_OK) fprintf(stderr, "stream %u: %s\n", i, answer->error.message);
    CHECK_INT(TOKENS, answer->result.completion_tokens);
    CHECK(strlen(answer->text) >= TOKENS);
    figures->streams++;
    figures->hit += answer->result.attempts > 1;
    figures->differ += strcmp(alone[i], answer->text) != 0;
  }
}

static struct figures ask_killing(const char *model, const char *batching, unsigned kills) {
  struct figures figures = {0};
  chance.state = resume_seed();
  llmb_bridge *bridge = open_bridge(model, batching);
  const uint64_t undisturbed_ns = ask_together(bridge, 0);
  llmb_bridge_close(bridge);
  for (; figures.kills < kills; figures.kills++) {
    check_watch();
    bridge = open_bridge(model, batching);
    ask_together(bridge, 1 + random_next(&chance, undisturbed_ns));
    count_streams(&figures);
    llmb_bridge_close(bridge);
  }
  return figures;
}

static struct figures ask_undisturbed(const char *model, unsigned times) {
  struct figures figures = {0};
  llmb_bridge *bridge = open_bridge(model, "on");
  for (unsigned i = 0; i < times; i++) {
    check_watch();
    ask_together(bridge, 0);
    count_streams(&figures);
  }
  llmb_bridge_close(bridge);
  return figures;
}

static void print_figures(const char *model, const char *what, struct figures figures) {
  printf("     %-18s %-13s kills %4u, streams %5u, of them continued %5u, other than alone %5u\n", model, what,
         figures.kills, figures.streams, figures.hit, figures.differ);
}

static void streams__in_a_shared_batch_all_end_well(void) {
  const unsigned kills = resume_repeats(KILLS_QUICK);
  for (unsigned m = 0; m < MODELS; m++) {
    ask_alone(models[m]);
    print_figures(models[m], "undisturbed", ask_undisturbed(models[m], kills));
    print_figures(models[m], "batching on", ask_killing(models[m], "on", kills));
  }
}

static void streams__with_batching_off_end_as_they_would_have_alone(void) {
  const unsigned kills = resume_repeats(KILLS_QUICK);
  for (unsigned m = 0; m < MODELS; m++) {
    ask_alone(models[m]);
    const struct figures figures = ask_killing(models[m], "off", kills);
    CHECK_INT(0, figures.differ);
    print_figures(models[m], "batching off", figures);
  }
}

/* Its likeliest token is so by far that no last bit matters: here every word of a shared batch can be foretold. */
static void streams__of_a_model_that_is_sure_end_as_they_would_have_alone(void) {
  ask_alone("loop");
  const struct figures figures = ask_killing("loop", "on", resume_repeats(KILLS_QUICK));
  CHECK_INT(0, figures.differ);
  print_figures("loop", "batching on", figures);
}

/* Reads what is there without waiting; false when there will be more. */
static bool read_watched(struct stream *stream, uint64_t *size) {
  struct resume_answer *answer = &stream->answer;
  uint64_t piece = 0;
  do {
    answer->status = llmb_call_read(stream->call, (uint8_t *)answer->text + *size, FIXTURE_ANSWER_SIZE - 1 - *size, 0,
                                    &piece, &answer->error);
    *size += piece;
  } while (answer->status == LLMB_OK && piece > 0);
  answer->text[*size] = 0;
  return answer->status != LLMB_E_NOT_READY;
}

/* One thread waits for all; the worker is killed when the first has something to read. */
static void streams__that_a_pump_watches_end_as_they_would_have_alone(void) {
  uint64_t sizes[STREAMS] = {0}, reported[STREAMS];
  ask_alone("random_llama_q8_0");
  llmb_bridge *bridge = open_bridge("random_llama_q8_0", "off");
  int64_t pid = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  for (unsigned i = 0; i < STREAMS; i++) {
    streams[i].call = start(bridge, i);
    CHECK_INT(LLMB_OK, llmb_call_watch(streams[i].call, i, NULL));
  }
  for (unsigned left = STREAMS; left > 0;) {
    uint32_t count = 0;
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, reported, STREAMS, LLMB_NEVER, &count, NULL));
    if (left == STREAMS && pid > 0) kill((pid_t)pid, SIGKILL);
    pid = 0;
    for (uint32_t r = 0; r < count; r++) {
      struct stream *stream = &streams[reported[r]];
      if (!read_watched(stream, &sizes[reported[r]])) {
        CHECK_INT(LLMB_OK, llmb_call_watch(stream->call, reported[r], NULL));
        continue;
      }
      CHECK_INT(LLMB_OK, stream->answer.status);
      CHECK_INT(LLMB_OK, llmb_call_finish(stream->call, 0, &stream->answer.result, NULL));
      CHECK_TEXT(alone[reported[r]], stream->answer.text);
      CHECK(stream->answer.result.attempts <= 2);
      llmb_call_close(stream->call);
      left--;
    }
  }
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(streams__in_a_shared_batch_all_end_well), TEST(streams__with_batching_off_end_as_they_would_have_alone),
           TEST(streams__that_a_pump_watches_end_as_they_would_have_alone),
           TEST(streams__of_a_model_that_is_sure_end_as_they_would_have_alone))
