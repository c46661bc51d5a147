/* Hosts that are killed at every step: no keeper, no engine and no file outlives them. */
#include "tests/steps/faults.h"

enum { SLEEP_TRIES_MAX = 20 };

struct host_step {
  enum fault_point point;
  unsigned pass;
};

static const struct host_step host_steps[] = {
    {FAULT_HOST_CHANNEL_MADE, 1},   {FAULT_HOST_KEEPER_START, 1}, {FAULT_HOST_KEEPER_STARTED, 1},
    {FAULT_HOST_KEEPER_GREETED, 1}, {FAULT_HOST_KEEPER_HELD, 1},  {FAULT_HOST_SPAWN_ASKED, 1},
    {FAULT_HOST_READY_SEEN, 1},     {FAULT_HOST_REQUEST_PUT, 1},  {FAULT_HOST_REQUEST_SENT, 1},
    {FAULT_HOST_REQUEST_PUT, 2},    {FAULT_HOST_REQUEST_SENT, 2}, {FAULT_HOST_SLEEP, 1},
    {FAULT_HOST_SLEEP, 2},          {FAULT_HOST_SLEEP, 3},        {FAULT_HOST_PIECE_TAKEN, 1},
    {FAULT_HOST_PIECE_TAKEN, 3},    {FAULT_HOST_DONE_TAKEN, 1},   {FAULT_HOST_CANCEL, 1},
    {FAULT_HOST_DRAIN, 1},          {FAULT_HOST_CLOSE, 1},        {FAULT_HOST_KILL, 1},
    {FAULT_HOST_BURY, 1},           {FAULT_HOST_GOODBYE, 1},
};

/* What stands still there is killed by the keeper. */
static const struct host_step engine_steps[] = {
    {FAULT_ENGINE_EXEC, 1},         {FAULT_ENGINE_CONNECT, 1},    {FAULT_ENGINE_OPENED, 1},
    {FAULT_ENGINE_GREETED, 1},      {FAULT_ENGINE_READY, 1},      {FAULT_ENGINE_SLEEP, 1},
    {FAULT_ENGINE_REQUEST_PART, 1}, {FAULT_ENGINE_REQUEST, 1},    {FAULT_ENGINE_ACCEPT, 1},
    {FAULT_ENGINE_ACCEPTED, 1},     {FAULT_ENGINE_FRAME_HEAD, 2}, {FAULT_ENGINE_FRAME_PUT, 2},
    {FAULT_ENGINE_FRAME_SENT, 2},   {FAULT_ENGINE_DONE, 1},
};

static const struct host_step keeper_steps[] = {
    {FAULT_KEEPER_START, 1},     {FAULT_KEEPER_GREETED, 1},   {FAULT_KEEPER_SPAWN_READ, 1},
    {FAULT_KEEPER_FORKED, 1},    {FAULT_KEEPER_EXEC_SEEN, 1}, {FAULT_KEEPER_SPAWN_TOLD, 1},
    {FAULT_KEEPER_KILL_READ, 1}, {FAULT_KEEPER_EXIT_SEEN, 1}, {FAULT_KEEPER_REAPED, 1},
    {FAULT_KEEPER_EXIT_TOLD, 1}, {FAULT_KEEPER_END, 1},
};

static uint64_t slowest_ns; /* from a host's death to that of the last survivor */

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

/* Whether the host sleeps a second and third time is the scheduler's: an engine that was let run first has answered
 * already. */
static unsigned tries_of(const struct host_step *step) {
  return step->point == FAULT_HOST_SLEEP ? SLEEP_TRIES_MAX : 1;
}

static void await_host_killed(pid_t host) {
  int status = 0;
  CHECK_INT(host, waitpid(host, &status, 0));
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void await_nothing_left(uint64_t since_ns) {
  faults_await_none_left();
  const uint64_t left_ns = llmb_clock_ns() - since_ns;
  if (left_ns > slowest_ns) slowest_ns = left_ns;
}

static void round_at_host_step(const struct host_step *step) {
  int status = 0;
  for (unsigned tries = 0; tries < tries_of(step); tries++) {
    faults_arm(step->point, step->pass, SIGKILL);
    const pid_t host = start_host();
    CHECK_INT(host, waitpid(host, &status, 0));
    const uint64_t died_ns = llmb_clock_ns();
    if (WIFSIGNALED(status)) CHECK_INT(host, faults_await());
    await_nothing_left(died_ns);
    if (WIFSIGNALED(status)) break;
  }
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The engine stands still at the step, and never goes on. */
static void round_at_engine_step(const struct host_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  const pid_t host = start_host();
  faults_await();
  CHECK_INT(0, kill(host, SIGKILL));
  await_host_killed(host);
  await_nothing_left(llmb_clock_ns());
}

/* A keeper that stands still can see to nothing: it goes on when its host is gone. */
static void round_at_keeper_step(const struct host_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  const pid_t host = start_host();
  faults_await();
  CHECK_INT(0, kill(host, SIGKILL));
  await_host_killed(host);
  faults_continue();
  await_nothing_left(llmb_clock_ns());
}

static void check_nothing_left(const struct host_step *steps, size_t count,
                               void (*round)(const struct host_step *step)) {
  const unsigned rounds = repeats();
  const unsigned shared_before = count_names("/dev/shm", "llmb");
  char own[] = "/tmp/llmb-steps-XXXXXX";
  CHECK(mkdtemp(own) != NULL);
  setenv("TMPDIR", own, 1);
  slowest_ns = 0;
  for (unsigned repeat = 0; repeat < rounds; repeat++) {
    for (size_t i = 0; i < count; i++) {
      const int failures_before = check_failures;
      check_watch();
      round(&steps[i]);
      if (check_failures != failures_before) fprintf(stderr, "%s: at %s\n", check_name, fault_name(steps[i].point));
    }
  }
  CHECK_INT(0, rmdir(own)); /* it is empty */
  CHECK_INT(shared_before, count_names("/dev/shm", "llmb"));
  printf("     %zu steps x %u; the last survivor was gone after %.0f ms at most\n", count, rounds,
         (double)slowest_ns / 1e6);
}

#define CHECK_NOTHING_LEFT(steps, round) check_nothing_left(steps, sizeof(steps) / sizeof(steps)[0], round)

static void host__killed_at_any_step_leaves_nothing(void) {
  CHECK_NOTHING_LEFT(host_steps, round_at_host_step);
}

static void host__killed_while_its_engine_stands_at_any_step_leaves_nothing(void) {
  CHECK_NOTHING_LEFT(engine_steps, round_at_engine_step);
}

static void host__killed_while_its_keeper_stands_at_any_step_leaves_nothing(void) {
  CHECK_NOTHING_LEFT(keeper_steps, round_at_keeper_step);
}

/* True if the host came by the step. */
static bool goes_through(const struct host_step *step) {
  int status = 0;
  faults_arm(step->point, step->pass, 0);
  const pid_t host = start_host();
  CHECK_INT(host, waitpid(host, &status, 0));
  CHECK(WIFEXITED(status));
  CHECK_INT(0, WEXITSTATUS(status));
  const bool happened = faults_happened();
  faults_await_none_left();
  return happened;
}

static void host__that_nobody_kills_goes_through_all_steps(void) {
  for (size_t i = 0; i < sizeof host_steps / sizeof host_steps[0]; i++) {
    bool happened = false;
    for (unsigned tries = 0; tries < tries_of(&host_steps[i]) && !happened; tries++)
      happened = goes_through(&host_steps[i]);
    CHECK(happened);
    if (!happened) fprintf(stderr, "%s: no step %s\n", check_name, fault_name(host_steps[i].point));
  }
}

CHECK_MAIN(TEST(host__that_nobody_kills_goes_through_all_steps), TEST(host__killed_at_any_step_leaves_nothing),
           TEST(host__killed_while_its_engine_stands_at_any_step_leaves_nothing),
           TEST(host__killed_while_its_keeper_stands_at_any_step_leaves_nothing))
