/* An engine that is killed at any moment, while it starts, loads, reads the prompt or answers: nothing is lost.
 * LLMB_TEST_REPEATS says how many kills there are. */
#include <signal.h>

#include "tests/check.h"
#include "tests/seeded_random.h"
#include "tests/llama/resume_fixture.h"

enum {
  KILLS_QUICK = 10,
  KILLS_OF_ONE_ANSWER_MAX = 5,
  ANSWERS_FOR_A_KILL = 10,
  ATTEMPTS_MAX = 6,
  PROMPT_SIZE = 400,
  EARLY_SHARE = 8
};

/* What the engine was doing when it was killed. */
enum doing { STARTING, READING, ANSWERING, DOING_COUNT };
static const char *const doing_names[DOING_COUNT] = {"starting", "reading the prompt", "answering"};

static struct random chance;
static struct resume_answer undisturbed, answer;
static uint64_t undisturbed_ns, size;
static unsigned kills_of[DOING_COUNT], kills, answers, poisoned, crashed;

/* A bridge that has started nothing yet. */
static llmb_bridge *open_bridge(const char *retries) {
  return fixture_open("random_llama_q8_0", "threads", "1", "retries", retries, "restart_limit", "1000", "timeout_ms",
                      "60000", NULL);
}

static llmb_call *start(llmb_bridge *bridge) {
  char prompt[PROMPT_SIZE + 1];
  memset(prompt, 'a', PROMPT_SIZE);
  prompt[PROMPT_SIZE] = 0;
  size = 0;
  answer.text[0] = 0;
  llmb_result_init(&answer.result);
  llmb_error_init(&answer.error);
  return fixture_start(bridge, prompt, "temperature", "0.8", "seed", "7", "max_tokens", "200", NULL);
}

/* Reads on until then; false when the call has ended, and closes it. */
static bool read_until(llmb_call *call, uint64_t until_ns) {
  uint64_t piece = 0;
  do {
    answer.status = llmb_call_read(call, (uint8_t *)answer.text + size, FIXTURE_ANSWER_SIZE - 1 - size, until_ns,
                                   &piece, &answer.error);
    if (answer.status == LLMB_E_NOT_READY) return true;
    size += piece;
    answer.text[size] = 0;
  } while (answer.status == LLMB_OK && piece > 0 && llmb_clock_ns() < until_ns);
  if (answer.status == LLMB_OK && piece > 0) return true;
  if (answer.status == LLMB_OK) answer.status = llmb_call_finish(call, 0, &answer.result, &answer.error);
  llmb_call_close(call);
  return false;
}

static void ask_undisturbed(void) {
  const uint64_t start_ns = llmb_clock_ns();
  llmb_bridge *bridge = open_bridge("1");
  CHECK(!read_until(start(bridge), LLMB_NEVER));
  undisturbed_ns = llmb_clock_ns() - start_ns;
  CHECK_INT(LLMB_OK, answer.status);
  CHECK_INT(200, answer.result.completion_tokens);
  undisturbed = answer;
  llmb_bridge_close(bridge);
}

/* Reads on until an engine runs that is not the one killed before; 0 if the call has ended without one. */
static int64_t await_engine(llmb_bridge *bridge, llmb_call *call, int64_t killed) {
  int64_t pid = 0;
  for (;;) {
    CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
    if (pid != 0 && pid != killed) return pid;
    if (!read_until(call, llmb_deadline_after_ms(1))) return 0;
  }
}

static void kill_engine(llmb_bridge *bridge, int64_t pid) {
  uint32_t permille = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_load_progress(bridge, &permille));
  if (kill((pid_t)pid, SIGKILL) != 0) return;
  kills++;
  kills_of[permille < 1000 ? STARTING : size == 0 ? READING : ANSWERING]++;
}

/* One answer that is read while its engines are killed, up to so many. Every other kill comes early in an engine's
 * life: that time is short, and much happens in it. */
static void ask_killing(const char *retries, unsigned kills_max) {
  llmb_bridge *bridge = open_bridge(retries);
  llmb_call *call = start(bridge);
  int64_t pid = 0;
  bool goes_on = true;
  for (unsigned i = 0; goes_on && i < kills_max; i++) {
    pid = await_engine(bridge, call, pid);
    const uint64_t within_ns = kills % 2 == 0 ? undisturbed_ns : undisturbed_ns / EARLY_SHARE;
    goes_on = pid != 0 && read_until(call, llmb_clock_ns() + random_next(&chance, within_ns));
    if (goes_on) kill_engine(bridge, pid);
  }
  if (goes_on) CHECK(!read_until(call, LLMB_NEVER));
  llmb_bridge_close(bridge);
  answers++;
}

static void print_kills(void) {
  printf("     %u kills in %u answers (seed %llu), while the engine was", kills, answers,
         (unsigned long long)resume_seed());
  for (int i = 0; i < DOING_COUNT; i++) printf(" %s: %u,", doing_names[i], kills_of[i]);
  printf(" ended as poisoned: %u, as crashed: %u\n", poisoned, crashed);
}

/* Answers until there have been enough kills, each answer's engine killed up to so many times. */
static void check_kills(const char *retries, unsigned kills_max, void (*check)(void)) {
  const unsigned wanted = resume_repeats(KILLS_QUICK);
  ask_undisturbed();
  chance.state = resume_seed();
  kills = answers = poisoned = crashed = 0;
  memset(kills_of, 0, sizeof kills_of);
  while (kills < wanted && answers < ANSWERS_FOR_A_KILL * wanted) {
    check_watch();
    const int before = check_failures;
    ask_killing(retries, 1 + (unsigned)random_next(&chance, kills_max));
    check();
    if (check_failures != before) fprintf(stderr, "kill %u: %s\n", kills, answer.error.message);
  }
  CHECK(kills >= wanted);
  print_kills();
}

static void check_whole(void) {
  CHECK_INT(LLMB_OK, answer.status);
  CHECK_INT(200, answer.result.completion_tokens);
  CHECK_TEXT(undisturbed.text, answer.text);
}

/* Two deaths in a row without a token between, or one more than there are attempts, end a call; what it had is true. */
static void check_true(void) {
  if (answer.status == LLMB_OK) {
    check_whole();
    return;
  }
  CHECK(answer.status == LLMB_E_POISONED || answer.status == LLMB_E_ENGINE_CRASHED);
  CHECK(resume_begins(undisturbed.text, answer.text));
  CHECK(answer.error.attempts <= ATTEMPTS_MAX);
  poisoned += answer.status == LLMB_E_POISONED;
  crashed += answer.status == LLMB_E_ENGINE_CRASHED;
}

static void answer__survives_a_kill_at_any_moment_unchanged(void) {
  check_kills("1", 1, check_whole);
}

static void answer__is_true_however_often_its_engine_is_killed(void) {
  check_kills("5", KILLS_OF_ONE_ANSWER_MAX, check_true);
}

CHECK_MAIN(TEST(answer__survives_a_kill_at_any_moment_unchanged),
           TEST(answer__is_true_however_often_its_engine_is_killed))
