/* Hosts with odd signals: blocked, ignored, a thousand times a second. */
#include "tests/hostile/workout.h"

HOSTILE_TEST(host__with_nothing_odd_is_left_as_it_was) {
  workout();
}

HOSTILE_TEST(host__with_all_signals_blocked_is_served) {
  sigset_t all;
  sigfillset(&all);
  CHECK_INT(0, sigprocmask(SIG_SETMASK, &all, NULL));
  workout();
}

HOSTILE_TEST(host__that_ignores_all_signals_is_served) {
  for (int i = 1; i < HOST_SIGNALS_COUNT; i++) signal(i, SIG_IGN); /* some refuse */
  workout();
}

/* The default would end the host when an engine dies with unread requests. */
HOSTILE_TEST(host__with_sigpipe_at_its_default_is_served) {
  signal(SIGPIPE, SIG_DFL);
  workout();
}

static volatile sig_atomic_t tick_count;

static void count_tick(int number) {
  (void)number;
  tick_count++;
}

static void tick_every_ms(__itimer_which_t timer, int number) {
  const struct sigaction action = {.sa_handler = count_tick}; /* without SA_RESTART */
  const struct itimerval every_ms = {{0, 1000}, {0, 1000}};
  CHECK_INT(0, sigaction(number, &action, NULL));
  CHECK_INT(0, setitimer(timer, &every_ms, NULL));
}

HOSTILE_TEST(host__with_a_timer_of_1_khz_without_sa_restart_is_served) {
  tick_every_ms(ITIMER_REAL, SIGALRM);
  workout();
  CHECK(tick_count > 10);
}

HOSTILE_TEST(host__with_a_profiler_is_served) {
  tick_every_ms(ITIMER_PROF, SIGPROF);
  workout();
}

/* A handler that stands on an alternative stack too small for anything but itself. */
HOSTILE_TEST(host__with_a_timer_on_an_alternative_stack_is_served) {
  static char stack[16384];
  const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  const struct sigaction action = {.sa_handler = count_tick, .sa_flags = SA_ONSTACK};
  const struct itimerval every_ms = {{0, 1000}, {0, 1000}};
  CHECK_INT(0, sigaltstack(&alternative, NULL));
  CHECK_INT(0, sigaction(SIGALRM, &action, NULL));
  CHECK_INT(0, setitimer(ITIMER_REAL, &every_ms, NULL));
  workout();
}

CHECK_MAIN(TEST(host__with_nothing_odd_is_left_as_it_was), TEST(host__with_all_signals_blocked_is_served),
           TEST(host__that_ignores_all_signals_is_served), TEST(host__with_sigpipe_at_its_default_is_served),
           TEST(host__with_a_timer_of_1_khz_without_sa_restart_is_served), TEST(host__with_a_profiler_is_served),
           TEST(host__with_a_timer_on_an_alternative_stack_is_served))
