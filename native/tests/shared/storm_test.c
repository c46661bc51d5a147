/* Sixteen programs at work on one engine, while it or its server is killed again and again: every question has its one
 * answer, and in the end nothing is left. A sample; LLMB_LONG=1 kills a thousand times. */
#include "tests/shared/shared_harness.h"

enum { PROGRAMS = 16, QUESTIONS = 3, KILLS = 10, KILLS_LONG = 1000, WINDOW_US = 30000 };

static unsigned random_below(unsigned limit) {
  static uint64_t state = 88172645463325252;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state % limit);
}

/* The engine that answers now, so that it is one that lives. */
static pid_t engine_now(struct shared_host *host) {
  host_do(host, "pid");
  int64_t pid = 0;
  host_answer(host, &pid);
  return (pid_t)pid;
}

static void round_of_questions(struct shared_host **hosts, unsigned number) {
  char wanted[16];
  const pid_t engine = engine_now(hosts[random_below(PROGRAMS)]), server = shared_server();
  const pid_t victim = number % 3 == 2 ? server : engine;
  const struct timespec wait = {.tv_nsec = (long)random_below(WINDOW_US) * 1000};
  for (int i = 0; i < PROGRAMS; i++) host_tell(hosts[i], "work 3");
  nanosleep(&wait, NULL);
  if (victim > 0) kill(victim, SIGKILL);
  snprintf(wanted, sizeof wanted, "ok %d", QUESTIONS);
  for (int i = 0; i < PROGRAMS; i++) CHECK_TEXT(wanted, host_hear(hosts[i]));
}

static void every_question__has_its_one_answer_whatever_is_killed(void) {
  struct shared_host *hosts[PROGRAMS];
  const unsigned kills = getenv("LLMB_LONG") != NULL ? KILLS_LONG : KILLS;
  shared_begin();
  for (int i = 0; i < PROGRAMS; i++) {
    hosts[i] = host_open("by_prompt", "home", HARNESS_MODULE_HOME, "timeout_ms", "600000", NULL);
  }
  for (int i = 0; i < PROGRAMS; i++) CHECK_TEXT("ok 1", host_do(hosts[i], "work 1"));
  for (unsigned number = 0; number < kills && check_failures == 0; number++) {
    check_watchdog_begin(check_name); /* for each round anew */
    round_of_questions(hosts, number);
  }
  const pid_t engine = engine_now(hosts[0]);
  for (int i = 0; i < PROGRAMS; i++) host_close(hosts[i]);
  shared_end();
  shared_await_end(engine);
}

CHECK_MAIN(TEST(every_question__has_its_one_answer_whatever_is_killed))
