/* Engines that attack their host through the memory they share, while calls run: the host is unharmed, and each call
 * ends with an outcome. hostile_module.c does the attacking. LLMB_TEST_REPEATS is the number of rounds. */
#include "tests/hostile/hostile_module.h"
#include "tests/hostile/workout.h"

enum { ATTACK_SECONDS = 2, ATTACK_THREADS = 2, PROMPT_SIZE = 3000, STATUS_COUNT = 32 };
enum { CALL_TIMEOUT_MS = 500, LATE_MS = CALL_TIMEOUT_MS + 250 };

struct attacked {
  llmb_bridge *bridge;
  uint64_t until_ns, slowest_ns;
  unsigned counts[STATUS_COUNT], late_count;
  pthread_t thread;
};

static llmb_status call_once(llmb_bridge *bridge, unsigned turn, const char *prompt) {
  const uint8_t *text = (const uint8_t *)prompt;
  const uint64_t size = PROMPT_SIZE;
  if (turn % 4 == 3) {
    float *vectors = NULL;
    uint64_t dimension = 0;
    const llmb_status status = llmb_embed_texts(bridge, &text, &size, 1, NULL, &vectors, &dimension, NULL, NULL);
    CHECK_INT(status == LLMB_OK, vectors != NULL);
    llmb_free(vectors);
    return status;
  }
  llmb_call *call = NULL;
  llmb_status status = llmb_call_start(bridge, text, size, NULL, &call, NULL);
  if (status != LLMB_OK) return status;
  if (turn % 16 == 5) llmb_call_cancel(call);
  if (turn % 16 != 6) status = read_to_end(call, NULL, 0, NULL); /* else closed as it is */
  llmb_call_close(call);
  return status;
}

static void *call_under_attack(void *argument) {
  struct attacked *attacked = argument;
  char prompt[PROMPT_SIZE + 1];
  memset(prompt, 'x', PROMPT_SIZE);
  prompt[PROMPT_SIZE] = 0;
  for (unsigned turn = 0; llmb_clock_ns() < attacked->until_ns; turn++) {
    const uint64_t start_ns = llmb_clock_ns();
    const llmb_status status = call_once(attacked->bridge, turn, prompt);
    const uint64_t took_ns = llmb_clock_ns() - start_ns;
    CHECK(status >= 0 && status < STATUS_COUNT);
    CHECK(status != LLMB_E_INTERNAL);
    if (status >= 0 && status < STATUS_COUNT) attacked->counts[status]++;
    if (took_ns > attacked->slowest_ns) attacked->slowest_ns = took_ns;
    attacked->late_count += took_ns > LATE_MS * UINT64_C(1000000);
  }
  return NULL;
}

/* The keeper wrote down what the engines said. */
static uint64_t count_flips(const char *log_path) {
  char line[256];
  uint64_t count = 0;
  bool taken = false;
  FILE *log = fopen(log_path, "r");
  while (log != NULL && fgets(line, sizeof line, log) != NULL) {
    if (strcmp(line, FLIPS_TOLD_LINE) == 0) count += FLIPS_TOLD;
    taken |= strcmp(line, TAKEN_LINE) == 0;
  }
  if (log != NULL) fclose(log);
  unlink(log_path);
  CHECK(!taken);
  return count;
}

/* What came of it; how many calls succeeded. */
static unsigned report(const char *command, const struct attacked *attacked) {
  uint64_t slowest_ns = 0;
  unsigned total = 0, late_count = 0, succeeded = 0;
  printf("     %s:", command);
  for (int s = 0; s < STATUS_COUNT; s++) {
    unsigned count = 0;
    for (int i = 0; i < ATTACK_THREADS; i++) count += attacked[i].counts[s];
    if (count > 0) printf(" %s %u", llmb_status_name(s), count);
    total += count;
    if (s == LLMB_OK) succeeded = count;
  }
  for (int i = 0; i < ATTACK_THREADS; i++) {
    if (attacked[i].slowest_ns > slowest_ns) slowest_ns = attacked[i].slowest_ns;
    late_count += attacked[i].late_count;
  }
  printf("; slowest %.0f ms of %d, %u late\n", (double)slowest_ns / 1e6, CALL_TIMEOUT_MS, late_count);
  CHECK(total > 0);
  CHECK_INT(0, late_count); /* the promise of a deadline, whatever the engine does */
  return succeeded;
}

static void attack_round(const char *command, const char *log_path, struct attacked *attacked) {
  llmb_bridge *bridge = bridge_of(command, "home", HOSTILE_HOME, "timeout_ms", "500", "grace_ms", "50", "retries", "0",
                                  "restart_limit", "1000", "slots", "4", "log", "error", "log_file", log_path, NULL);
  for (int i = 0; i < ATTACK_THREADS; i++) {
    attacked[i].bridge = bridge;
    attacked[i].until_ns = llmb_deadline_after_ms(ATTACK_SECONDS * 1000);
    CHECK_INT(0, pthread_create(&attacked[i].thread, NULL, call_under_attack, &attacked[i]));
  }
  for (int i = 0; i < ATTACK_THREADS; i++) CHECK_INT(0, pthread_join(attacked[i].thread, NULL));
  bridge_end(bridge);
}

/* Rounds with a bridge each: one whose engine only ever fails would soon wait longer and longer for the next. */
static unsigned attack(const char *what) {
  struct attacked attacked[ATTACK_THREADS] = {0};
  char log_path[256], command[64];
  snprintf(log_path, sizeof log_path, HARNESS_HOME "/tests/hostile_attack.%d", (int)getpid());
  for (unsigned round = 0; round < repeats(); round++) {
    snprintf(command, sizeof command, "%s %u", what, round + 1);
    attack_round(command, log_path, attacked);
  }
  const uint64_t flips = count_flips(log_path);
  if (flips > 0) printf("     at least %.2f million words flipped\n", (double)flips / 1e6);
  return report(what, attacked);
}

HOSTILE_TEST(attack__on_positions_and_flags_harms_no_host) {
  attack("flip slots");
}

HOSTILE_TEST(attack__on_frames_harms_no_host) {
  attack("flip frames");
}

HOSTILE_TEST(attack__on_anything_shared_harms_no_host) {
  attack("flip all");
}

/* What it shares with the keeper: the times at which that is to kill it. */
HOSTILE_TEST(attack__on_the_keepers_guard_harms_no_host) {
  attack("flip guard");
}

HOSTILE_TEST(attack__by_endless_talk_harms_no_host) {
  attack("talk");
}

HOSTILE_TEST(attack__by_cutting_the_memory_short_fails) {
  CHECK(attack("cut") > 0);
}

HOSTILE_TEST(attack__by_an_answer_without_end_harms_no_host) {
  attack("pour");
}

HOSTILE_TEST(attack__by_filling_and_blocking_all_bells_harms_no_host) {
  attack("bells block");
}

HOSTILE_TEST(attack__by_ringing_without_end_harms_no_host) {
  attack("bells flood");
}

HOSTILE_TEST(attack__by_closing_all_that_is_shared_harms_no_host) {
  attack("bells close");
}

HOSTILE_TEST(attack__by_descriptors_that_take_an_hour_to_close_finds_no_taker) {
  attack("send");
}

enum { ASKED_MAX = 300, REPEATED_BY_ENGINE = 20 };

struct asker {
  llmb_bridge *bridge;
  const char *name;
  unsigned answered, foretold;
  pthread_t thread;
};

/* An answer that was given is this call's own, from its first letter to its last. */
static void check_own(struct asker *asker, const char *prompt, const char *answer) {
  const size_t size = strlen(prompt);
  if (strcmp(answer, "foretold") == 0) {
    asker->foretold++;
    return;
  }
  CHECK_INT(size * REPEATED_BY_ENGINE, strlen(answer));
  for (const char *at = answer; *at != 0 && check_failures == 0; at += size) CHECK(strncmp(at, prompt, size) == 0);
  asker->answered++;
}

static void *ask_for_own(void *argument) {
  struct asker *asker = argument;
  for (unsigned i = 0; i < ASKED_MAX && check_failures == 0; i++) {
    char prompt[64], *answer = NULL;
    uint64_t size = 0;
    snprintf(prompt, sizeof prompt, "<%s asks for the %u. time>", asker->name, i);
    const uint64_t start_ns = llmb_clock_ns();
    const uint8_t *text = (const uint8_t *)prompt;
    const llmb_status status = llmb_generate(asker->bridge, text, strlen(prompt), NULL, &answer, &size, NULL, NULL);
    if (status == LLMB_OK) check_own(asker, prompt, answer);
    CHECK(llmb_clock_ns() - start_ns < LATE_MS * UINT64_C(1000000));
    llmb_free(answer);
  }
  return NULL;
}

/* How many calls were answered by what was said before they were asked. */
static unsigned ask_side_by_side(const char *command) {
  llmb_bridge *bridge = bridge_of(command, "home", HOSTILE_HOME, "timeout_ms", "500", "grace_ms", "50", "retries", "1",
                                  "restart_limit", "1000", "slots", "2", NULL);
  struct asker askers[] = {{.bridge = bridge, .name = "Anna"}, {.bridge = bridge, .name = "Bartholomew"}};
  for (int i = 0; i < 2; i++) CHECK_INT(0, pthread_create(&askers[i].thread, NULL, ask_for_own, &askers[i]));
  for (int i = 0; i < 2; i++) CHECK_INT(0, pthread_join(askers[i].thread, NULL));
  for (int i = 0; i < 2; i++)
    printf("     %s: %u answered, %u foretold\n", command, askers[i].answered, askers[i].foretold);
  CHECK(askers[0].answered + askers[0].foretold > 0 && askers[1].answered + askers[1].foretold > 0);
  bridge_end(bridge);
  return askers[0].foretold + askers[1].foretold;
}

HOSTILE_TEST(attack__by_saying_one_calls_answer_to_another_is_found_out) {
  CHECK_INT(0, ask_side_by_side("replay 0"));
}

/* An engine says what it likes, also too early; what it says to one call it says to no other. */
HOSTILE_TEST(attack__by_answers_to_what_was_not_asked_yet_harms_no_host) {
  CHECK(ask_side_by_side("foretell 0") > 0);
}

CHECK_MAIN(TEST(attack__on_positions_and_flags_harms_no_host), TEST(attack__on_frames_harms_no_host),
           TEST(attack__on_anything_shared_harms_no_host), TEST(attack__on_the_keepers_guard_harms_no_host),
           TEST(attack__by_endless_talk_harms_no_host), TEST(attack__by_cutting_the_memory_short_fails),
           TEST(attack__by_an_answer_without_end_harms_no_host),
           TEST(attack__by_filling_and_blocking_all_bells_harms_no_host),
           TEST(attack__by_ringing_without_end_harms_no_host),
           TEST(attack__by_closing_all_that_is_shared_harms_no_host),
           TEST(attack__by_descriptors_that_take_an_hour_to_close_finds_no_taker),
           TEST(attack__by_saying_one_calls_answer_to_another_is_found_out),
           TEST(attack__by_answers_to_what_was_not_asked_yet_harms_no_host))
