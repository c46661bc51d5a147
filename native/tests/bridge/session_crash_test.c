/* A host that talks in a session, while it, its keeper, its helper and its engine are killed at any moment: the log has
 * each turn that its caller was told of, once and in order, and none that had failed. LLMB_LONG=1: a thousand kills. */
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/bridge/session_harness.h"

/* Under a sanitizer a helper takes a second to start. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { ROUNDS = 8 };
#else
enum { ROUNDS = 24 };
#endif

enum { ROUNDS_LONG = 1000, TURNS_MAX = 100000, WORDS_AFTER = 2 };
enum victim { VICTIM_HOST, VICTIM_KEEPER, VICTIM_HELPER, VICTIM_ENGINE, VICTIM_COUNT };
enum verdict { UNKNOWN, KEPT, FAILED };

static enum verdict verdicts[TURNS_MAX];
static unsigned turn_count;

/* The host: says of each turn how it ended, until it is killed. */
_Noreturn static void talk(int pipe, unsigned first) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  llmb_bridge *bridge = session_bridge("pieces 2 2");
  for (unsigned i = first;; i++) {
    char prompt[32], answer[64], word[32];
    llmb_error error;
    snprintf(prompt, sizeof prompt, "turn %u", i);
    const llmb_status status = session_ask(bridge, "work", prompt, answer, sizeof answer, &error);
    const int size = snprintf(word, sizeof word, "%u %d\n", i, (int)status);
    if (write(pipe, word, (size_t)size) != size) _exit(1);
  }
}

/* Takes the next word of the host; false at its end. */
static bool take_word(FILE *words) {
  unsigned turn = 0;
  int status = 0;
  if (fscanf(words, "%u %d", &turn, &status) != 2) return false;
  CHECK(turn < TURNS_MAX);
  if (turn < TURNS_MAX) verdicts[turn] = status == LLMB_OK ? KEPT : FAILED;
  if (turn >= turn_count) turn_count = turn + 1;
  return true;
}

/* A child of the keeper that is not the helper. */
static pid_t engine_of(pid_t keeper, pid_t helper) {
  pid_t found = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL; entry = readdir(folder)) {
    const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
    if (pid > 0 && pid != helper && process_parent(pid) == keeper) found = pid;
  }
  if (folder != NULL) closedir(folder);
  return found;
}

static void kill_one(enum victim victim, pid_t host) {
  const pid_t helper = victim == VICTIM_HOST ? 0 : session_holder("work");
  const pid_t keeper = helper > 0 ? (pid_t)process_parent(helper) : 0;
  pid_t pid = host;
  if (victim == VICTIM_KEEPER) pid = keeper;
  if (victim == VICTIM_HELPER) pid = helper;
  if (victim == VICTIM_ENGINE) pid = keeper > 1 ? engine_of(keeper, helper) : 0;
  if (pid > 1) (void)kill(pid, SIGKILL);
}

/* The log has all that was told, in order. What nobody was told of may be there. */
static void check_log(void) {
  char *json = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = settings_of("engine", "fake", "home", HARNESS_HOME, "session_dir", session_folder, NULL);
  const llmb_status status = llmb_session_read(settings, "work", &json, &error);
  llmb_settings_close(settings);
  bool any = false;
  for (unsigned i = 0; i < turn_count; i++) any |= verdicts[i] == KEPT;
  if (!any && status == LLMB_E_NOT_FOUND) return;
  CHECK_INT(LLMB_OK, status);
  CHECK_TEXT("", error.message);
  const char *at = json != NULL ? json : "";
  for (unsigned i = 0; i < turn_count; i++) {
    char content[64];
    snprintf(content, sizeof content, "\"role\":\"user\",\"content\":\"turn %u\"", i);
    const char *found = json != NULL ? strstr(json, content) : NULL;
    if (verdicts[i] == KEPT) CHECK(found != NULL && found >= at);
    if (verdicts[i] == FAILED) CHECK(found == NULL);
    if (found == NULL) continue;
    CHECK(strstr(found + 1, content) == NULL);
    at = found;
  }
  llmb_free(json);
}

static void play_round(enum victim victim, unsigned delay_us) {
  int ends[2];
  CHECK_INT(0, pipe2(ends, O_CLOEXEC));
  const pid_t host = fork();
  if (host == 0) talk(ends[1], turn_count);
  close(ends[1]);
  FILE *words = fdopen(ends[0], "r");
  CHECK(take_word(words)); /* its engine runs */
  usleep(delay_us);
  kill_one(victim, host);
  for (unsigned i = 0; victim != VICTIM_HOST && i < WORDS_AFTER; i++) CHECK(take_word(words));
  if (victim != VICTIM_HOST) (void)kill(host, SIGKILL);
  while (take_word(words)) continue;
  turn_count++; /* the one that it was in the middle of */
  fclose(words);
  CHECK_INT(host, waitpid(host, NULL, 0));
  while (session_holder("work") != 0) nap_ms(1); /* what was being written is written, or taken back */
  check_log();
}

static void kills_at_any_moment__lose_no_turn_and_keep_none_that_failed(void) {
  uint64_t state = 4711;
  const unsigned rounds = getenv("LLMB_LONG") != NULL ? ROUNDS_LONG : ROUNDS;
  session_begin();
  harness_enter();
  for (unsigned i = 0; i < rounds && check_failures == 0; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    play_round((enum victim)(i % VICTIM_COUNT), (unsigned)(state >> 33) % 12000);
  }
  unsigned kept = 0, failed = 0;
  for (unsigned i = 0; i < turn_count; i++) {
    kept += verdicts[i] == KEPT;
    failed += verdicts[i] == FAILED;
  }
  fprintf(stderr, "%u kills: %u turns were kept, %u had failed\n", rounds, kept, failed);
  CHECK(kept > 0);
  harness_leave();
  session_end();
}

CHECK_MAIN(TEST(kills_at_any_moment__lose_no_turn_and_keep_none_that_failed))
