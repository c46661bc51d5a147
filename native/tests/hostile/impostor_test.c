/* Numbers of processes are used again. Here an impostor gets the number of an engine or a keeper that has just died,
 * before the host has looked; whatever the host does then, the impostor gets no signal. LLMB_TEST_REPEATS is the number
 * of rounds, times ROUNDS. */
#include <linux/sched.h>

#include "tests/hostile/workout.h"

enum { ROUNDS = 10 };

/* Does nothing but be there, as the head of a session and group of its number; no signal but SIGKILL ends it. */
_Noreturn static void be_impostor(void) {
  uint64_t all = UINT64_MAX;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
  syscall(SYS_setsid);
  for (;;) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

/* Waits until the number is free. Its last holder must be dead. */
static void impostor_start(int64_t pid) {
  for (;;) {
    const pid_t number = (pid_t)pid;
    struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&number, .set_tid_size = 1};
    const long result = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (result == 0) be_impostor();
    if (result == pid) return;
    if (errno == EPERM || errno == ENOSYS) exit(CHILD_SKIPPED);
    CHECK_INT(EEXIST, errno);
    nap_ms(1);
  }
}

/* A number in hexadecimal of /proc/PID/status. */
static uint64_t pending_signals(int64_t pid, const char *name) {
  char path[64], line[256];
  uint64_t set = UINT64_MAX;
  snprintf(path, sizeof path, "/proc/%lld/status", (long long)pid);
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0) set = strtoull(line + strlen(name) + 1, NULL, 16);
  }
  if (file != NULL) fclose(file);
  return set;
}

static void impostor_end(int64_t pid) {
  siginfo_t how = {0};
  CHECK_INT(0, waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG | WNOWAIT));
  CHECK_INT(0, how.si_pid); /* it lives */
  CHECK_INT(0, pending_signals(pid, "SigPnd"));
  CHECK_INT(0, pending_signals(pid, "ShdPnd"));
  process_signal(pid, SIGKILL);
  CHECK_INT(pid, waitpid((pid_t)pid, NULL, 0));
}

static void kill_and_await(int64_t pid) {
  const int process = process_open(pid);
  process_signal(pid, SIGKILL);
  process_await_end(process);
}

enum act { ACT_CANCEL, ACT_DEADLINE, ACT_CLOSE_CALL, ACT_ASK, ACT_CLOSE, ACT_COUNT };

/* What a host may do that would have it kill the engine, if it were there. */
static void act(enum act what, llmb_bridge *bridge, llmb_call *call) {
  llmb_error error;
  llmb_settings *brief = settings_of("timeout_ms", "20", NULL);
  if (what == ACT_CANCEL) CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  if (what == ACT_DEADLINE) {
    const llmb_status status = ask(bridge, "brief", brief, &error);
    CHECK(status == LLMB_E_DEADLINE_EXCEEDED || status == LLMB_E_ENGINE_CRASHED);
  }
  if (what < ACT_CLOSE_CALL) CHECK(llmb_call_finish(call, LLMB_NEVER, NULL, NULL) != LLMB_OK);
  llmb_settings_close(brief);
  if (what != ACT_CLOSE) llmb_call_close(call);
  if (what == ACT_ASK) CHECK(ask(bridge, "next", NULL, &error) != LLMB_OK);
  llmb_bridge_close(bridge);
  if (what == ACT_CLOSE) llmb_call_close(call);
}

static void one_impostor(enum act what, bool of_the_keeper) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "grace_ms", "0", "retries", "0", "timeout_ms", "200", NULL);
  bridge_start(bridge);
  llmb_call *call = call_of(bridge, "hello", NULL);
  const int64_t worker = worker_pid(bridge), keeper = process_parent(worker);
  const int64_t victim = of_the_keeper ? keeper : worker;
  const int worker_process = process_open(worker), keeper_process = process_open(keeper);
  kill_and_await(victim);
  if (of_the_keeper) {
    process_await_end(worker_process);
    while (waitpid(-1, NULL, __WALL) > 0) continue;
  }
  impostor_start(victim);
  act(what, bridge, call);
  if (!of_the_keeper) process_await_end(worker_process);
  process_await_end(keeper_process);
  impostor_end(victim);
  harness_leave();
}

static void many_impostors(bool of_the_keeper) {
  const unsigned rounds = ROUNDS * repeats();
  for (unsigned i = 0; i < rounds && check_failures == 0; i++) {
    one_impostor((enum act)(i % ACT_COUNT), of_the_keeper);
  }
  printf("     %u impostors without a signal\n", rounds);
}

HOSTILE_TEST(impostor__with_the_number_of_a_dead_engine_gets_no_signal) {
  many_impostors(false);
}

/* Orphans come to this process: whose they would be else may be slow to let go of their numbers. */
HOSTILE_TEST(impostor__with_the_number_of_a_dead_keeper_gets_no_signal) {
  CHECK_INT(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
  many_impostors(true);
}

CHECK_MAIN(TEST(impostor__with_the_number_of_a_dead_engine_gets_no_signal),
           TEST(impostor__with_the_number_of_a_dead_keeper_gets_no_signal))
