/* Starting a program that is nobody's child, in hosts of all kinds. */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/keeper/keeper_harness.h"

/* A test that needs no handle of the program. */
static llmb_status spawn_detached(const char *path, char *const argv[], char *const envp[], const os_handle *handles,
                                  unsigned handle_count, int *os_code, const char **out_step) {
  os_handle process = OS_HANDLE_NONE;
  const llmb_status status =
      os_process_spawn_detached(path, argv, envp, handles, handle_count, &process, os_code, out_step);
  CHECK_INT(status == LLMB_OK, process != OS_HANDLE_NONE);
  os_handle_close(process);
  return status;
}

static volatile sig_atomic_t child_signals;

static void count_child_signal(int number) {
  (void)number;
  child_signals++;
}

/* Starts this copy of CHILD_ENGINE describing itself and waits for its end; its description, or the step that failed.
 */
static const char *describe_detached_of(const char *program, llmb_status *out_status) {
  char *arguments[] = {(char[]){CHILD_ENGINE}, (char[]){"describe"}, NULL};
  char *environment[] = {(char[]){"ONLY=this"}, NULL};
  struct harness_engine engine = {.process = {.events = OS_HANDLE_NONE, .process = OS_HANDLE_NONE}};
  os_handle pair[2];
  int os_code = 0;
  const char *step = "", *text;
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  *out_status = spawn_detached(program, arguments, environment, &pair[1], 1, &os_code, &step);
  os_handle_close(pair[1]);
  engine.socket = pair[0];
  if (*out_status != LLMB_OK) {
    text = step;
  } else {
    static char description[ANSWER_SIZE];
    snprintf(description, sizeof description, "%s", harness_hear(&engine));
    text = description;
    CHECK_TEXT("", harness_hear(&engine));
  }
  harness_close(&engine);
  return text;
}

static const char *describe_detached(llmb_status *out_status) {
  return describe_detached_of(CHILD_ENGINE, out_status);
}

static void check_is_described(const char *text) {
  CHECK_CONTAINS("fd 0 -> /dev/null\n", text);
  CHECK_CONTAINS("fd 1 -> /dev/null\n", text);
  CHECK_CONTAINS("fd 2 -> /dev/null\n", text);
  CHECK_CONTAINS("fd 3 -> socket\n", text);
  CHECK(strstr(text, "fd 4") == NULL);
  CHECK_CONTAINS("env ONLY=this\nblocked 0\nignored 0\nleads 1\n", text);
}

static void spawn_detached__runs_a_program_that_may_only_be_read(void) {
  char copy[] = "/tmp/llmbridge-test-XXXXXX", command[PATH_MAX];
  llmb_status status = LLMB_OK;
  close(mkstemp(copy));
  snprintf(command, sizeof command, "cp %s %s && chmod 444 %s", CHILD_ENGINE, copy, copy);
  CHECK_INT(0, system(command));
  check_is_described(describe_detached_of(copy, &status));
  CHECK_INT(LLMB_OK, status);
  unlink(copy);
}

static void spawn_detached__leaves_no_child_and_no_signal(void) {
  struct sigaction counting = {.sa_handler = count_child_signal}, before;
  sigaction(SIGCHLD, &counting, &before);
  child_signals = 0;
  llmb_status status;
  check_is_described(describe_detached(&status));
  CHECK_INT(LLMB_OK, status);
  CHECK_INT(0, child_signals);
  errno = 0;
  CHECK_INT(-1, waitpid(-1, NULL, WNOHANG));
  CHECK_INT(ECHILD, errno);
  errno = 0;
  CHECK_INT(-1, waitpid(-1, NULL, WNOHANG | __WALL));
  CHECK_INT(ECHILD, errno);
  sigaction(SIGCHLD, &before, NULL);
}

static void spawn_detached__works_where_children_are_ignored(void) {
  const struct sigaction kinds[] = {{.sa_handler = SIG_IGN}, {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT}};
  for (unsigned i = 0; i < 2; i++) {
    struct sigaction before, after;
    sigaction(SIGCHLD, &kinds[i], &before);
    llmb_status status;
    check_is_described(describe_detached(&status));
    CHECK_INT(LLMB_OK, status);
    sigaction(SIGCHLD, NULL, &after);
    CHECK(after.sa_handler == kinds[i].sa_handler);
    sigaction(SIGCHLD, &before, NULL);
  }
}

static void spawn_detached__changes_neither_mask_nor_descriptors(void) {
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  sigset_t wanted, mask, old;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR2);
  sigaddset(&wanted, SIGRTMAX);
  pthread_sigmask(SIG_SETMASK, &wanted, &old);
  harness_snapshot(before);
  llmb_status status;
  describe_detached(&status);
  CHECK_INT(LLMB_OK, status);
  char *arguments[] = {(char[]){"x"}, NULL}, *environment[] = {NULL};
  const char *step;
  int os_code;
  CHECK_INT(LLMB_E_NOT_FOUND, spawn_detached("/nowhere/x", arguments, environment, NULL, 0, &os_code, &step));
  harness_snapshot(after);
  CHECK_TEXT(before, after);
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  for (int i = 1; i <= SIGRTMAX; i++) CHECK_INT(sigismember(&wanted, i), sigismember(&mask, i));
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void spawn_detached__leaves_other_children_to_the_host(void) {
  pid_t child = fork();
  if (child == 0) _exit(7);
  llmb_status status;
  describe_detached(&status);
  CHECK_INT(LLMB_OK, status);
  int how = 0;
  CHECK_INT(child, waitpid(-1, &how, 0));
  CHECK_INT(7, WEXITSTATUS(how));
}

static void without_standard_streams(void) {
  for (int i = 0; i < 3; i++) close(i);
  llmb_status status;
  check_is_described(describe_detached(&status));
  CHECK_INT(LLMB_OK, status);
  for (int i = 0; i < 3; i++) CHECK_INT(-1, fcntl(i, F_GETFD));
}

static void spawn_detached__works_without_standard_streams(void) {
  run_apart(without_standard_streams);
}

/* The handles stand exactly where the program is to have them, the other way round. */
static void handles_crosswise(void) {
  int pipes[2][2];
  for (int i = 0; i < 2; i++) CHECK_INT(0, pipe2(pipes[i], O_CLOEXEC));
  int first = fcntl(pipes[0][1], F_DUPFD_CLOEXEC, 100), second = fcntl(pipes[1][1], F_DUPFD_CLOEXEC, 100);
  int first_read = fcntl(pipes[0][0], F_DUPFD_CLOEXEC, 100), second_read = fcntl(pipes[1][0], F_DUPFD_CLOEXEC, 100);
  dup3(first, 4, O_CLOEXEC); /* to become 3 */
  dup3(second, 3, O_CLOEXEC);
  close_range(5, 99, 0);
  os_handle handles[] = {4, 3};
  char *arguments[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"echo first >&3; echo second >&4"}, NULL};
  char *environment[] = {NULL};
  const char *step;
  int os_code = 0;
  CHECK_INT(LLMB_OK, spawn_detached("/bin/sh", arguments, environment, handles, 2, &os_code, &step));
  char text[16] = "";
  CHECK_INT(6, read(first_read, text, sizeof text));
  CHECK_INT(0, strncmp("first\n", text, 6));
  CHECK_INT(7, read(second_read, text, sizeof text));
  CHECK_INT(0, strncmp("second\n", text, 7));
}

static void spawn_detached__places_overlapping_handles(void) {
  run_apart(handles_crosswise);
}

static void check_without_descriptors(unsigned count, const char *expected_step) {
  const struct rlimit limit = {count, count};
  sigset_t before, after;
  os_handle pair[2];
  int os_code = 0;
  const char *step = "";
  close_range(3, ~0u, 0);
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  setrlimit(RLIMIT_NOFILE, &limit);
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  char *arguments[] = {(char[]){"sh"}, NULL}, *environment[] = {NULL};
  os_handle handles[] = {pair[1], pair[1], pair[1], pair[1]};
  CHECK_INT(LLMB_E_SPAWN_FAILED, spawn_detached("/bin/sh", arguments, environment, handles, 4, &os_code, &step));
  CHECK_TEXT(expected_step, step);
  CHECK(os_code == EMFILE || os_code == EINVAL);
  CHECK_INT(-1, waitpid(-1, NULL, __WALL | WNOHANG));
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  for (int i = 1; i <= SIGRTMAX; i++) CHECK_INT(sigismember(&before, i), sigismember(&after, i));
}

static void without_descriptors_left(void) {
  check_without_descriptors(6, "clone"); /* the handles take five of them, the steps one each */
}

static void with_one_descriptor_left(void) {
  check_without_descriptors(7, "descriptors");
}

static void spawn_detached__restores_all_when_descriptors_run_out(void) {
  run_apart(with_one_descriptor_left);
  run_apart(without_descriptors_left);
}

static void check_refused(const char *path, llmb_status expected, int expected_code) {
  char *arguments[] = {(char[]){"x"}, NULL}, *environment[] = {NULL};
  const char *step = "";
  int os_code = 0;
  CHECK_INT(expected, spawn_detached(path, arguments, environment, NULL, 0, &os_code, &step));
  CHECK_INT(expected_code, os_code);
  CHECK_TEXT("exec", step);
  CHECK_INT(-1, waitpid(-1, NULL, __WALL | WNOHANG));
}

static void spawn_detached__says_why_a_program_cannot_run(void) {
  char plain[] = "/tmp/llmbridge-test-XXXXXX";
  int file = mkstemp(plain);
  CHECK(file >= 0);
  check_refused("/nowhere/program", LLMB_E_NOT_FOUND, ENOENT);
  check_refused("/dev/null/program", LLMB_E_NOT_FOUND, ENOTDIR);
  check_refused("/tmp", LLMB_E_SPAWN_FAILED, EACCES);
  check_refused(plain, LLMB_E_SPAWN_FAILED, EACCES);
  CHECK_INT(5, write(file, "junk\n", 5));
  fchmod(file, 0700);
  close(file);
  check_refused(plain, LLMB_E_SPAWN_FAILED, ENOEXEC);
  unlink(plain);
}

static void process_handles__see_the_end_and_bring_it_to_the_stopped(void) {
  pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  os_handle process = harness_watch(child);
  CHECK(!os_process_ended(process));
  kill(child, SIGSTOP);
  int how = 0;
  waitpid(child, &how, WUNTRACED);
  CHECK(WIFSTOPPED(how));
  os_process_kill(process);
  harness_wait_readable(process);
  CHECK(os_process_ended(process));
  CHECK_INT(child, waitpid(child, &how, 0));
  CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
  os_process_kill(process); /* gone: nothing to do */
  os_handle_close(process);
}

static void process_self__is_alive(void) {
  os_handle self;
  int os_code;
  CHECK_INT(LLMB_OK, os_process_self(&self, &os_code));
  CHECK(!os_process_ended(self));
  CHECK(fcntl(self, F_GETFD) == FD_CLOEXEC);
  os_handle_close(self);
}

static void as_the_reaper_of_failures(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  check_refused("/nowhere/program", LLMB_E_NOT_FOUND, ENOENT);
}

static void spawn_detached__leaves_no_zombie_of_a_failure_either(void) {
  run_apart(as_the_reaper_of_failures);
}

CHECK_MAIN(TEST(spawn_detached__leaves_no_zombie_of_a_failure_either),

           TEST(spawn_detached__leaves_no_child_and_no_signal),
           TEST(spawn_detached__runs_a_program_that_may_only_be_read),
           TEST(spawn_detached__works_where_children_are_ignored),
           TEST(spawn_detached__changes_neither_mask_nor_descriptors),
           TEST(spawn_detached__leaves_other_children_to_the_host),
           TEST(spawn_detached__works_without_standard_streams), TEST(spawn_detached__places_overlapping_handles),
           TEST(spawn_detached__restores_all_when_descriptors_run_out),
           TEST(spawn_detached__says_why_a_program_cannot_run),
           TEST(process_handles__see_the_end_and_bring_it_to_the_stopped), TEST(process_self__is_alive))
