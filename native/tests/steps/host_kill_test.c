/* Hosts that are killed at every step: no keeper, no engine and no file outlives them. */
#include "faults.h"

struct host_step {
  enum fault_point point;
  unsigned pass;
};

static const struct host_step steps[] = {
    {FAULT_HOST_CHANNEL_MADE, 1},   {FAULT_HOST_KEEPER_START, 1}, {FAULT_HOST_KEEPER_STARTED, 1},
    {FAULT_HOST_KEEPER_GREETED, 1}, {FAULT_HOST_SPAWN_ASKED, 1},  {FAULT_HOST_READY_SEEN, 1},
    {FAULT_HOST_REQUEST_PUT, 1},    {FAULT_HOST_REQUEST_SENT, 1}, {FAULT_HOST_REQUEST_PUT, 2},
    {FAULT_HOST_REQUEST_SENT, 2},   {FAULT_HOST_SLEEP, 1},        {FAULT_HOST_SLEEP, 2},
    {FAULT_HOST_SLEEP, 3},          {FAULT_HOST_PIECE_TAKEN, 1},  {FAULT_HOST_PIECE_TAKEN, 3},
    {FAULT_HOST_DONE_TAKEN, 1},     {FAULT_HOST_CANCEL, 1},       {FAULT_HOST_DRAIN, 1},
    {FAULT_HOST_CLOSE, 1},          {FAULT_HOST_KILL, 1},         {FAULT_HOST_BURY, 1},
    {FAULT_HOST_GOODBYE, 1},
};

static pid_t start_host(void) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  execl(STEPS_HOST, STEPS_HOST, HARNESS_HOME, (char *)NULL);
  _exit(127);
}

/* How many of the names in a folder have this in them. */
static unsigned count_names(const char *path, const char *part) {
  unsigned count = 0;
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    count += strstr(entry->d_name, part) != NULL;
  }
  closedir(folder);
  return count;
}

static void host__that_nobody_kills_goes_through_all_steps(void) {
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    int status = 0;
    faults_arm(steps[i].point, steps[i].pass, 0);
    const pid_t host = start_host();
    CHECK_INT(host, waitpid(host, &status, 0));
    CHECK(WIFEXITED(status));
    CHECK_INT(0, WEXITSTATUS(status));
    CHECK(faults_happened());
    if (!faults_happened()) fprintf(stderr, "%s: no step %s\n", check_name, fault_name(steps[i].point));
    faults_await_none_left();
  }
}

static void host__killed_at_any_step_leaves_nothing(void) {
  const unsigned repeats = faults_repeats();
  uint64_t slowest_ns = 0;
  char own[] = "/tmp/llmb-steps-XXXXXX";
  CHECK(mkdtemp(own) != NULL);
  setenv("TMPDIR", own, 1);
  const unsigned shared_before = count_names("/dev/shm", "llmb");
  for (unsigned repeat = 0; repeat < repeats; repeat++) {
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
      int status = 0;
      alarm(CHECK_WATCHDOG_S);
      faults_arm(steps[i].point, steps[i].pass, SIGKILL);
      const pid_t host = start_host();
      CHECK_INT(host, waitpid(host, &status, 0));
      const uint64_t died_ns = llmb_clock_ns();
      CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
      CHECK_INT(host, faults_await());
      faults_await_none_left();
      const uint64_t left_ns = llmb_clock_ns() - died_ns;
      if (left_ns > slowest_ns) slowest_ns = left_ns;
    }
  }
  CHECK_INT(0, rmdir(own)); /* it is empty */
  CHECK_INT(shared_before, count_names("/dev/shm", "llmb"));
  printf("     %zu steps x %u; the last survivor was gone %.0f ms after its host, at most\n",
         sizeof steps / sizeof steps[0], repeats, (double)slowest_ns / 1e6);
}

CHECK_MAIN(TEST(host__that_nobody_kills_goes_through_all_steps), TEST(host__killed_at_any_step_leaves_nothing))
