/* Engines that attack their host through the memory they share, while calls run: the host is unharmed, and each call
 * ends with an outcome. hostile_module.c does the attacking. */
#include "workout.h"

enum { ATTACK_SECONDS = 2, ATTACK_THREADS = 2, PROMPT_SIZE = 3000, STATUS_COUNT = 32 };

struct attacked {
  llmb_bridge *bridge;
  uint64_t until_ns, slowest_ns;
  unsigned counts[STATUS_COUNT];
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
  }
  return NULL;
}

static unsigned attack(const char *command) {
  struct attacked attacked[ATTACK_THREADS];
  unsigned total = 0;
  llmb_bridge *bridge = bridge_of(command, "home", HOSTILE_HOME, "timeout_ms", "500", "grace_ms", "50", "retries", "0",
                                  "restart_limit", "1000", "slots", "4", NULL);
  memset(attacked, 0, sizeof attacked);
  for (int i = 0; i < ATTACK_THREADS; i++) {
    attacked[i].bridge = bridge;
    attacked[i].until_ns = llmb_deadline_after_ms(ATTACK_SECONDS * 1000);
    CHECK_INT(0, pthread_create(&attacked[i].thread, NULL, call_under_attack, &attacked[i]));
  }
  for (int i = 0; i < ATTACK_THREADS; i++) CHECK_INT(0, pthread_join(attacked[i].thread, NULL));
  bridge_end(bridge);
  printf("     %s:", command);
  uint64_t slowest_ns = 0;
  for (int i = 0; i < ATTACK_THREADS; i++) {
    if (attacked[i].slowest_ns > slowest_ns) slowest_ns = attacked[i].slowest_ns;
  }
  for (int s = 0; s < STATUS_COUNT; s++) {
    unsigned count = 0;
    for (int i = 0; i < ATTACK_THREADS; i++) count += attacked[i].counts[s];
    if (count > 0) printf(" %s %u", llmb_status_name(s), count);
    total += count;
  }
  printf("; slowest %.0f ms of 500\n", (double)slowest_ns / 1e6);
  CHECK(total > 0);
  return attacked[0].counts[LLMB_OK] + attacked[1].counts[LLMB_OK];
}

HOSTILE_TEST(attack__on_positions_and_flags_harms_no_host) {
  attack("flip slots 1");
}

HOSTILE_TEST(attack__on_frames_harms_no_host) {
  attack("flip all 2");
}

/* What it shares with the keeper: the times at which that is to kill it. */
HOSTILE_TEST(attack__on_the_keepers_guard_harms_no_host) {
  attack("flip guard 3");
}

HOSTILE_TEST(attack__by_endless_talk_harms_no_host) {
  attack("talk 0");
}

HOSTILE_TEST(attack__by_cutting_the_memory_short_fails) {
  CHECK(attack("cut 0") > 0);
}

CHECK_MAIN(TEST(attack__on_positions_and_flags_harms_no_host), TEST(attack__on_frames_harms_no_host),
           TEST(attack__on_the_keepers_guard_harms_no_host), TEST(attack__by_endless_talk_harms_no_host),
           TEST(attack__by_cutting_the_memory_short_fails))
