/* llmb_interrupt_set, under a stand-in for Perl, R and PostgreSQL: its signal handler only sets a flag, which the host
 * looks at later. */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "tests/bridge/bridge_harness.h"

enum { SIGNAL_MS = 150, SIGNALS_MIN = 20 };

static volatile int32_t pending; /* the host's count of deferred signals */

static void defer(int signal) {
  (void)signal;
  pending++;
}

static void host_begin(const char *command) {
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_COMMAND", command, 1);
  setenv("LLMBRIDGE_GRACE_MS", "50", 1);
  setenv("LLMBRIDGE_STALL_TIMEOUT_MS", "0", 1); /* nothing but the flag ends a call before the watchdog */
  setenv("LLMBRIDGE_TIMEOUT_MS", "3600000", 1);
  struct sigaction action = {.sa_handler = defer, .sa_flags = SA_RESTART};
  CHECK_INT(0, sigaction(SIGALRM, &action, NULL));
  pending = 0;
  harness_enter();
}

static void host_end(void) {
  llmb_interrupt_set(NULL);
  llmb_shutdown();
  harness_leave();
  signal(SIGALRM, SIG_DFL);
  static const char *const names[] = {"LLMBRIDGE_ENGINE", "LLMBRIDGE_STALL_TIMEOUT_MS", "LLMBRIDGE_TIMEOUT_MS",
                                      "LLMBRIDGE_HOME",   "LLMBRIDGE_COMMAND",          "LLMBRIDGE_GRACE_MS",
                                      "LLMBRIDGE_SLOTS",  "LLMBRIDGE_WORKERS"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) unsetenv(names[i]);
}

static void signal_comes(void) {
  const struct itimerval once = {.it_value = {.tv_usec = SIGNAL_MS * 1000}};
  CHECK_INT(0, setitimer(ITIMER_REAL, &once, NULL));
}

static int32_t host_ask(void) {
  char *answer = NULL, *error = NULL;
  const int32_t status = call_llm("hello", &answer, &error);
  if (status == LLMB_OK) CHECK_TEXT("hello", answer);
  if (status == LLMB_E_CANCELLED) CHECK_CONTAINS("\"code\":\"cancelled\"", error);
  llmb_free(answer);
  llmb_free(error);
  return status;
}

static void a_deferred_signal__ends_call_llm_and_the_next_call_is_whole(void) {
  host_begin("hang");
  llmb_interrupt_set(&pending);
  for (int i = 0; i < 2; i++) {
    pending = 0;
    signal_comes();
    CHECK_INT(LLMB_E_CANCELLED, host_ask());
    CHECK_INT(1, pending); /* not ended before it came */
  }
  pending = 0;
  llmb_shutdown();
  setenv("LLMBRIDGE_COMMAND", "echo", 1);
  CHECK_INT(LLMB_OK, host_ask());
  host_end();
}

static void a_deferred_signal__ends_embed(void) {
  host_begin("hang");
  llmb_interrupt_set(&pending);
  signal_comes();
  float *vector = NULL;
  size_t dimension = 0;
  CHECK_INT(LLMB_E_CANCELLED, embed("hello", &vector, &dimension, NULL));
  CHECK_INT(1, pending);
  CHECK(vector == NULL && dimension == 0);
  host_end();
}

static void a_deferred_signal__ends_a_call_whose_engine_is_loading(void) {
  host_begin("slow_start 120000");
  llmb_interrupt_set(&pending);
  signal_comes();
  CHECK_INT(LLMB_E_CANCELLED, host_ask());
  host_end();
}

static void *host_ask_in_a_thread(void *status) {
  *(int32_t *)status = host_ask();
  return NULL;
}

static void a_deferred_signal__ends_a_call_in_the_queue_and_no_other(void) {
  setenv("LLMBRIDGE_SLOTS", "1", 1);
  setenv("LLMBRIDGE_WORKERS", "1", 1);
  host_begin("hang");
  pthread_t other;
  int32_t status = -1;
  sigset_t alarms, before;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarms, &before); /* the other thread's too: the signal is this one's */
  CHECK_INT(0, pthread_create(&other, NULL, host_ask_in_a_thread, &status));
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  llmb_interrupt_set(&pending);
  signal_comes();
  CHECK_INT(LLMB_E_CANCELLED, host_ask()); /* whichever of the two has the slot */
  CHECK_INT(-1, *(volatile int32_t *)&status);
  llmb_shutdown(); /* ends the other's */
  CHECK_INT(0, pthread_join(other, NULL));
  CHECK_INT(LLMB_E_CANCELLED, status);
  host_end();
}

static void *set_later(void *nothing) {
  usleep(SIGNAL_MS * 1000);
  __atomic_store_n(&pending, 1, __ATOMIC_RELAXED);
  return nothing;
}

static void a_flag_that_is_set_without_a_signal__is_seen(void) {
  host_begin("hang");
  llmb_interrupt_set(&pending);
  pthread_t other;
  CHECK_INT(0, pthread_create(&other, NULL, set_later, NULL));
  CHECK_INT(LLMB_E_CANCELLED, host_ask());
  CHECK_INT(0, pthread_join(other, NULL));
  host_end();
}

static void a_flag_that_is_set_already__ends_the_call_before_anything_starts(void) {
  host_begin("echo");
  setenv("LLMBRIDGE_HOME", "/nonexistent", 1); /* nothing could be started */
  llmb_interrupt_set(&pending);
  pending = -1;
  CHECK_INT(LLMB_E_CANCELLED, host_ask());
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  pending = 0;
  CHECK_INT(LLMB_OK, host_ask());
  pending = 1;
  CHECK_INT(LLMB_E_CANCELLED, host_ask());
  llmb_interrupt_set(NULL);
  CHECK_INT(LLMB_OK, host_ask());
  host_end();
}

static void *ask_with_a_flag_of_its_own(void *status) {
  static const volatile int32_t set = 1;
  llmb_interrupt_set(&set);
  return host_ask_in_a_thread(status);
}

static void a_threads_flag__counts_for_it_alone(void) {
  host_begin("echo");
  pthread_t other;
  int32_t status = -1;
  CHECK_INT(0, pthread_create(&other, NULL, ask_with_a_flag_of_its_own, &status));
  CHECK_INT(0, pthread_join(other, NULL));
  CHECK_INT(LLMB_E_CANCELLED, status);
  CHECK_INT(LLMB_OK, host_ask());

  pending = 1;
  llmb_interrupt_set(&pending);
  CHECK_INT(0, pthread_create(&other, NULL, host_ask_in_a_thread, &status));
  CHECK_INT(0, pthread_join(other, NULL));
  CHECK_INT(LLMB_OK, status);
  host_end();
}

static void signals_without_a_flag__end_nothing(void) {
  host_begin("pieces 20 20");
  const struct itimerval often = {.it_value = {.tv_usec = 1000}, .it_interval = {.tv_usec = 1000}};
  CHECK_INT(0, setitimer(ITIMER_REAL, &often, NULL));
  char *answer = NULL;
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
  CHECK_CONTAINS("piece 20\n", answer);
  llmb_free(answer);
  const struct itimerval never = {.it_value = {.tv_usec = 0}};
  CHECK_INT(0, setitimer(ITIMER_REAL, &never, NULL));
  CHECK(pending > SIGNALS_MIN);
  host_end();
}

CHECK_MAIN(TEST(a_deferred_signal__ends_call_llm_and_the_next_call_is_whole), TEST(a_deferred_signal__ends_embed),
           TEST(a_deferred_signal__ends_a_call_whose_engine_is_loading),
           TEST(a_deferred_signal__ends_a_call_in_the_queue_and_no_other),
           TEST(a_flag_that_is_set_without_a_signal__is_seen),
           TEST(a_flag_that_is_set_already__ends_the_call_before_anything_starts),
           TEST(a_threads_flag__counts_for_it_alone), TEST(signals_without_a_flag__end_nothing))
