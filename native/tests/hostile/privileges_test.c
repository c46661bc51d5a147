/* Hosts that change whom they act as, and hosts that are setuid. Both need root to be set up. */
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "tests/bridge/bridge_harness.h"

enum { USER_NOBODY = 65534, OUTPUT_SIZE = 4096 };

static void become(uid_t user) {
  CHECK_INT(0, setgroups(0, NULL));
  CHECK_INT(0, setresgid(user, user, user));
  CHECK_INT(0, setresuid(user, user, user));
}

static void check_engines_user(llmb_bridge *bridge, const char *user) {
  char text[64] = "";
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("", error.message);
  llmb_call_close(call);
  text[strcspn(text, "\n")] = 0;
  CHECK_TEXT(user, text);
}

/* Until no engine of the bridge is left. */
static void await_retirement(llmb_bridge *bridge) {
  for (;;) {
    llmb_stats stats;
    llmb_stats_init(&stats);
    CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, NULL));
    if (stats.engines_retired > 0 && worker_pid(bridge) == 0) return;
    nap_ms(10);
  }
}

static void drop_root(void) {
  llmb_bridge *first = bridge_of("/usr/bin/id -u", "engine", "exec", "idle_ms", "100", NULL);
  check_engines_user(first, "0");
  become(USER_NOBODY);
  await_retirement(first);
  check_engines_user(first, "65534");
  llmb_bridge *second = bridge_of("/usr/bin/id -u", "engine", "exec", NULL);
  check_engines_user(second, "65534");
  llmb_bridge_close(second);
  llmb_bridge_close(first);
}

static void host_that_gave_up_root__gets_engines_that_have_none(void) {
  if (geteuid() != 0) {
    printf("needs root\n");
    return;
  }
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    drop_root();
    _exit(check_failures != 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status));
  CHECK_INT(0, WEXITSTATUS(status));
}

static void copy_program(const char *from, const char *to) {
  static char bytes[1 << 16];
  const int source = open(from, O_RDONLY | O_CLOEXEC), target = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
  CHECK(source >= 0 && target >= 0);
  for (ssize_t size = 0; (size = read(source, bytes, sizeof bytes)) > 0;)
    CHECK_INT(size, write(target, bytes, (size_t)size));
  close(source);
  close(target);
}

/* A program called "id", which an attacker would like to see run. */
static void write_decoy(const char *path) {
  static const char script[] = "#!/bin/sh\necho decoy\n";
  const int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
  CHECK_INT(sizeof script - 1, write(file, script, sizeof script - 1));
  close(file);
}

/* Runs the program as nobody, with an environment made to harm; its output. */
static void run_as_nobody(const char *program, const char *folder, char output[OUTPUT_SIZE]) {
  int pipes[2];
  CHECK_INT(0, pipe(pipes));
  const pid_t child = fork();
  if (child == 0) {
    char path[256], home[256], log_file[256], *const arguments[] = {(char *)(uintptr_t)program, NULL};
    snprintf(path, sizeof path, "PATH=%s", folder);
    snprintf(home, sizeof home, "LLMBRIDGE_HOME=%s", folder);
    snprintf(log_file, sizeof log_file, "LLMBRIDGE_LOG_FILE=%s/log", folder);
    char log_level[] = "LLMBRIDGE_LOG=debug", unknown[] = "LLMBRIDGE_NO_SUCH_SETTING=1";
    char *const environment[] = {path, home, log_file, log_level, unknown, NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(pipes[1], STDOUT_FILENO);
    become(USER_NOBODY);
    execve(program, arguments, environment);
    _exit(127);
  }
  close(pipes[1]);
  size_t used = 0;
  for (ssize_t size = 0; used < OUTPUT_SIZE - 1; used += (size_t)size) {
    size = read(pipes[0], output + used, OUTPUT_SIZE - 1 - used);
    if (size <= 0) break;
  }
  output[used] = 0;
  close(pipes[0]);
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
}

static bool honours_setuid(const char *folder) {
  struct statvfs info;
  return statvfs(folder, &info) == 0 && (info.f_flag & ST_NOSUID) == 0;
}

static void program_that_is_setuid__obeys_no_environment_and_works(void) {
  char folder[] = "/tmp/llmbridge-setuid-XXXXXX", program[128], decoy[128], log_file[128];
  static char output[OUTPUT_SIZE];
  if (geteuid() != 0 || mkdtemp(folder) == NULL || !honours_setuid(folder)) {
    printf("needs root, and a folder for temporary files that honours setuid\n");
    return;
  }
  snprintf(program, sizeof program, "%s/host", folder);
  snprintf(decoy, sizeof decoy, "%s/id", folder);
  snprintf(log_file, sizeof log_file, "%s/log", folder);
  copy_program(SETUID_HOST, program);
  write_decoy(decoy);
  CHECK_INT(0, chmod(program, 04755));
  CHECK_INT(0, chmod(folder, 0777));
  run_as_nobody(program, folder, output);
  CHECK_TEXT("embed 0 \nrun 0 0\nrun 0 0\n", output); /* root's own "id", not the one on the caller's PATH */
  CHECK(access(log_file, F_OK) != 0);
  unlink(program);
  unlink(decoy);
  unlink(log_file);
  CHECK_INT(0, rmdir(folder));
}

CHECK_MAIN(TEST(host_that_gave_up_root__gets_engines_that_have_none),
           TEST(program_that_is_setuid__obeys_no_environment_and_works))
