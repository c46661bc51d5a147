/* The keeper of a host that is the init of a container, or a subreaper: what is nobody's child becomes the host's. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/keeper/keeper_harness.h"

/* As in a container whose init the host is: there, what is nobody's child becomes the host's. */
static void as_the_reaper_of_orphans(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int round = 0; round < 2; round++) {
    struct keeper *keeper = harness_start();
    struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
    harness_event(&engine, KEEPER_EVENT_SPAWNED);
    if (round == 1) { /* its engines are orphaned, too */
      long pid = harness_parent_of(engine.process.pid);
      kill((pid_t)pid, SIGKILL);
      harness_event(&engine, KEEPER_EVENT_LOST);
      harness_wait_readable(engine.process.process);
    }
    keeper_stop(keeper);
    harness_close(&engine);
    errno = 0;
    CHECK_INT(-1, waitpid(-1, NULL, __WALL | WNOHANG)); /* no zombie is left */
    CHECK_INT(ECHILD, errno);
  }
}

/* It neither greets nor looks at what it is told. */
static void as_the_reaper_of_mute_keepers(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct keeper *keeper = NULL;
  CHECK_INT(LLMB_OK, keeper_launch(CHILD_MUTE_KEEPER, &keeper, NULL));
  CHECK(keeper_alive(keeper));
  keeper_stop(keeper);
  errno = 0;
  CHECK_INT(-1, waitpid(-1, NULL, __WALL | WNOHANG)); /* no zombie is left, and nothing that will be one */
  CHECK_INT(ECHILD, errno);
}

static void keeper__that_never_greets_leaves_no_zombie_either(void) {
  run_apart(as_the_reaper_of_mute_keepers);
}

static void keeper__leaves_no_zombie_in_a_host_that_is_init(void) {
  run_apart(as_the_reaper_of_orphans);
}

CHECK_MAIN(TEST(keeper__leaves_no_zombie_in_a_host_that_is_init),
           TEST(keeper__that_never_greets_leaves_no_zombie_either))
