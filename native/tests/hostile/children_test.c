/* Hosts that treat children oddly: ignore them, wait for all of them, are the init of a namespace, fork at will. */
#include <sched.h>
#include <stdatomic.h>

#include "tests/hostile/workout.h"

HOSTILE_TEST(host__that_ignores_sigchld_is_served) {
  signal(SIGCHLD, SIG_IGN);
  workout();
}

HOSTILE_TEST(host__with_sa_nocldwait_is_served) {
  const struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
  CHECK_INT(0, sigaction(SIGCHLD, &action, NULL));
  workout();
}

static volatile sig_atomic_t child_signals;

static void count_child(int number) {
  (void)number;
  child_signals++;
}

HOSTILE_TEST(host__is_told_of_no_child_it_does_not_have) {
  const struct sigaction action = {.sa_handler = count_child};
  CHECK_INT(0, sigaction(SIGCHLD, &action, NULL));
  workout();
  CHECK_INT(0, child_signals);
}

static _Atomic int thief_stops;
static _Atomic unsigned stolen;

static void *steal(void *argument) {
  (void)argument;
  while (!atomic_load(&thief_stops)) {
    int status;
    if (waitpid(-1, &status, __WALL) > 0) atomic_fetch_add(&stolen, 1);
    nap_ms(1); /* while there is no child it returns at once */
  }
  return NULL;
}

HOSTILE_TEST(host__with_a_thread_that_waits_for_everything_is_served) {
  pthread_t thief;
  CHECK_INT(0, pthread_create(&thief, NULL, steal, NULL));
  workout();
  atomic_store(&thief_stops, 1);
  CHECK_INT(0, pthread_join(thief, NULL));
}

static _Atomic int parent_stops;

/* Has children all the time and learns of each how it ended. */
static void *have_children(void *argument) {
  unsigned *count = argument;
  while (!atomic_load(&parent_stops)) {
    int status = 0;
    const int wanted = (int)(*count % 200);
    const pid_t child = fork();
    if (child == 0) _exit(wanted);
    CHECK(child > 0);
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status));
    CHECK_INT(wanted, WEXITSTATUS(status));
    ++*count;
    nap_ms(1);
  }
  return NULL;
}

HOSTILE_TEST(host__gets_the_status_of_every_child_of_its_own) {
  pthread_t parent;
  unsigned count = 0;
  CHECK_INT(0, pthread_create(&parent, NULL, have_children, &count));
  for (int i = 0; i < 3; i++) {
    workout_simple_calls();
  }
  atomic_store(&parent_stops, 1);
  CHECK_INT(0, pthread_join(parent, NULL));
  CHECK(count > 0);
  workout();
}

/* As init: the keeper is this process's child here, because it is everybody's. */
static void be_init(void) {
  check_watch();
  workout();
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  bridge_start(bridge);
  /* A keeper that is killed takes its engines along; neither stays behind as a zombie. */
  const int worker = process_open(worker_pid(bridge));
  const int64_t keeper_pid = process_parent(worker_pid(bridge));
  const int keeper = process_open(keeper_pid);
  process_signal(keeper_pid, SIGKILL);
  process_await_end(keeper);
  process_await_end(worker);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
  CHECK_INT(-1, waitpid(-1, NULL, WNOHANG | __WALL));
}

HOSTILE_TEST(host__that_is_init_of_a_namespace_is_served) {
  int status = 0;
  /* /proc must be the new namespace's, for the tests' own sake. */
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) exit(CHILD_SKIPPED);
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    if (syscall(SYS_mount, "none", "/", NULL, 16384 | 262144, NULL) != 0) _exit(CHILD_SKIPPED);
    if (syscall(SYS_mount, "proc", "/proc", "proc", 0, NULL) != 0) _exit(CHILD_SKIPPED);
    CHECK_INT(1, getpid());
    be_init();
    _exit(check_failures != 0);
  }
  CHECK_INT(child, waitpid(child, &status, 0));
  if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED) exit(CHILD_SKIPPED);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  _exit(check_failures != 0); /* here, where no thread can be made any more, a leak checker cannot work */
}

CHECK_MAIN(TEST(host__that_ignores_sigchld_is_served), TEST(host__with_sa_nocldwait_is_served),
           TEST(host__is_told_of_no_child_it_does_not_have),
           TEST(host__with_a_thread_that_waits_for_everything_is_served),
           TEST(host__gets_the_status_of_every_child_of_its_own), TEST(host__that_is_init_of_a_namespace_is_served))
