/* Starting a program as a child: what it gets of its parent, and what the parent gets back. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/check.h"
#include "platform/os_process.h"

enum { OUTPUT_SIZE = 4096 };

static void ignore_a_signal(int number) {
  (void)number;
}

/* Runs a script of sh with `input` on its stdin; its output. */
static const char *output_of(const char *script, const char *input) {
  static char output[OUTPUT_SIZE];
  char text[OUTPUT_SIZE];
  char *arguments[] = {(char[]){"sh"}, (char[]){"-c"}, text, NULL}, *environment[] = {NULL};
  int in[2], out[2], os_code = 0;
  int64_t number = 0;
  snprintf(text, sizeof text, "%s", script);
  CHECK_INT(0, pipe2(in, O_CLOEXEC));
  CHECK_INT(0, pipe2(out, O_CLOEXEC));
  CHECK_INT(strlen(input), write(in[1], input, strlen(input)));
  close(in[1]);
  const struct os_process_start start = {
      .path = "/bin/sh", .argv = arguments, .envp = environment, .input = in[0], .output = out[1], .log = out[1]};
  CHECK_INT(LLMB_OK, os_process_spawn(&start, &number, &os_code));
  close(in[0]);
  close(out[1]);
  size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < sizeof output - 1; size += (size_t)got) {
    got = read(out[0], output + size, sizeof output - 1 - size);
    if (got <= 0) break;
  }
  output[size] = 0;
  close(out[0]);
  siginfo_t how = {0};
  CHECK_INT(0, waitid(P_PID, (id_t)number, &how, WEXITED));
  CHECK_INT(number, how.si_pid);
  CHECK_INT(0, how.si_status);
  return output;
}

/* First, since dispositions are looked at once. */
static void spawn__starts_with_clean_signals_and_leaves_the_callers(void) {
  sigset_t blocked, now;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, ignore_a_signal);
  const char *output = output_of(
      "while read name value; do case $name in Sig[BI]*) echo $name $value;; esac; "
      "done </proc/self/status",
      "");
  CHECK_TEXT("SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n", output);
  sigprocmask(SIG_SETMASK, NULL, &now);
  CHECK(sigismember(&now, SIGTERM) && !sigismember(&now, SIGUSR1) && !sigismember(&now, SIGINT));
  CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
  CHECK(signal(SIGUSR2, SIG_DFL) == ignore_a_signal);
}

static void spawn__gives_a_session_and_three_descriptors(void) {
  CHECK_TEXT("what it reads\nleads its session\nits log\n",
             output_of("cat; read pid name state parent group session rest </proc/$$/stat; "
                       "[ $session = $$ ] && echo leads its session; echo its log >&2",
                       "what it reads\n"));
}

static void check_refused(const char *path, llmb_status expected, int expected_code) {
  char *arguments[] = {(char[]){"x"}, NULL}, *environment[] = {NULL};
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int os_code = 0;
  int64_t number = 0;
  const struct os_process_start start = {
      .path = path, .argv = arguments, .envp = environment, .input = null, .output = null, .log = null};
  CHECK_INT(expected, os_process_spawn(&start, &number, &os_code));
  CHECK_INT(expected_code, os_code);
  CHECK_INT(-1, waitpid(-1, NULL, __WALL | WNOHANG));
  CHECK_INT(ECHILD, errno);
  close(null);
}

static void spawn__says_why_a_program_cannot_run_and_leaves_no_zombie(void) {
  char plain[] = "/tmp/llmbridge-test-XXXXXX";
  const int file = mkstemp(plain);
  CHECK(file >= 0);
  check_refused("/nowhere/program", LLMB_E_NOT_FOUND, ENOENT);
  check_refused("/tmp", LLMB_E_SPAWN_FAILED, EACCES);
  CHECK_INT(5, write(file, "junk\n", 5));
  fchmod(file, 0700);
  check_refused(plain, LLMB_E_SPAWN_FAILED, ETXTBSY);
  close(file);
  check_refused(plain, LLMB_E_SPAWN_FAILED, ENOEXEC);
  unlink(plain);
}

CHECK_MAIN(TEST(spawn__starts_with_clean_signals_and_leaves_the_callers),
           TEST(spawn__gives_a_session_and_three_descriptors),
           TEST(spawn__says_why_a_program_cannot_run_and_leaves_no_zombie))
