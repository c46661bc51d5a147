/* Hosts that die: no keeper and no engine outlives them. */
#include "tests/bridge/bridge_harness.h"

struct host {
  pid_t pid;
  int worker, keeper, child; /* handles; -1 for none */
};

/* Starts a host that uses the library as any program would, and learns who works for it. */
static struct host host_start(const char *script, const char *mode) {
  struct host host = {.worker = -1, .keeper = -1, .child = -1};
  int pair[2];
  CHECK_INT(0, pipe(pair));
  host.pid = fork();
  if (host.pid == 0) {
    dup2(pair[1], STDOUT_FILENO);
    close(pair[0]);
    close(pair[1]);
    execl(CHILD_HOST, CHILD_HOST, HARNESS_HOME, script, mode, (char *)NULL);
    _exit(127);
  }
  close(pair[1]);
  FILE *output = fdopen(pair[0], "r");
  char line[64];
  while (output != NULL && fgets(line, sizeof line, output) != NULL) {
    long long pid = 0;
    if (sscanf(line, "child %lld", &pid) == 1) host.child = process_open(pid);
    if (sscanf(line, "worker %lld", &pid) != 1) continue;
    host.worker = process_open(pid);
    host.keeper = process_open(process_parent(pid));
    break;
  }
  if (output != NULL) fclose(output);
  CHECK(host.worker >= 0 && host.keeper >= 0);
  CHECK(!process_ended(host.worker) && !process_ended(host.keeper));
  return host;
}

static void check_nothing_outlives(const char *script, const char *mode, int signal_number) {
  struct host host = host_start(script, mode);
  int status = 0;
  CHECK_INT(0, kill(host.pid, signal_number));
  CHECK_INT(host.pid, waitpid(host.pid, &status, 0));
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signal_number);
  process_await_end(host.worker);
  process_await_end(host.keeper);
  if (host.child < 0) return;
  CHECK(!process_ended(host.child));
  CHECK_INT(0, (int)syscall(SYS_pidfd_send_signal, host.child, SIGKILL, NULL, 0));
  process_await_end(host.child);
}

static void host__killed_leaves_nothing(void) {
  check_nothing_outlives("pieces 1000000 5", NULL, SIGKILL);
}

static void host__killed_leaves_no_hung_engine(void) {
  check_nothing_outlives("hang", NULL, SIGKILL);
}

static void host__that_crashed_leaves_nothing(void) {
  check_nothing_outlives("sleep 60000", NULL, SIGABRT);
}

static void host__killed_leaves_nothing_though_its_child_has_all_descriptors(void) {
  check_nothing_outlives("pieces 1000000 5", "fork", SIGKILL);
}

static void host__killed_leaves_no_stopped_engine(void) {
  struct host host = host_start("echo", NULL);
  CHECK_INT(0, (int)syscall(SYS_pidfd_send_signal, host.worker, SIGSTOP, NULL, 0));
  CHECK_INT(0, kill(host.pid, SIGKILL));
  CHECK_INT(host.pid, waitpid(host.pid, NULL, 0));
  process_await_end(host.worker);
  process_await_end(host.keeper);
}

CHECK_MAIN(TEST(host__killed_leaves_nothing), TEST(host__killed_leaves_no_hung_engine),
           TEST(host__that_crashed_leaves_nothing),
           TEST(host__killed_leaves_nothing_though_its_child_has_all_descriptors),
           TEST(host__killed_leaves_no_stopped_engine))
