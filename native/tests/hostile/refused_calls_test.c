/* Containers' filters refuse system calls: what was refused is told, and nothing calls it a lack of memory. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/bridge/bridge_harness.h"

static void refuse(int number, int os_code) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)os_code),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog filter = {.len = sizeof steps / sizeof steps[0], .filter = steps};
  CHECK_INT(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  CHECK_INT(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

/* The first call of a new bridge; frees all. */
static llmb_status ask_new_bridge(const char *engine, const char *command, const char *prompt, llmb_error *error) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = settings_of("engine", engine, "command", command, "home", HARNESS_HOME, NULL);
  llmb_error_init(error);
  llmb_status status = llmb_bridge_open(settings, &bridge, error);
  if (status == LLMB_OK) status = ask(bridge, prompt, NULL, error);
  llmb_settings_close(settings);
  llmb_bridge_close(bridge);
  return status;
}

/* In a process of its own, since no filter can be taken away again. */
static void in_child(void (*work)(void)) {
  int status = 0;
  const pid_t pid = fork();
  if (pid == 0) {
    check_failures = 0;
    work();
    _exit(check_failures != 0);
  }
  CHECK_INT(pid, waitpid(pid, &status, 0));
  CHECK_INT(0, status);
}

static void check_refused(int number, int os_code, const char *wanted) {
  llmb_error error;
  refuse(number, os_code);
  CHECK_INT(LLMB_E_SPAWN_FAILED, ask_new_bridge("fake", "echo", "x", &error));
  CHECK_CONTAINS(wanted, error.message);
  CHECK_INT(os_code, error.os_code);
}

static void without_memfd(void) {
  check_refused(SYS_memfd_create, EPERM, "memfd_create");
}

static void with_unknown_memfd(void) {
  check_refused(SYS_memfd_create, ENOSYS, "memfd_create");
}

static void without_socketpair(void) {
  check_refused(SYS_socketpair, EPERM, "socketpair");
}

static void without_pipe(void) {
  check_refused(SYS_pipe2, EPERM, "pipe2");
}

static void without_threads(void) {
  llmb_error error;
  refuse(SYS_clone3, EPERM);
  CHECK_INT(LLMB_E_SPAWN_FAILED, ask_new_bridge("fake", "echo", "x", &error));
  CHECK_CONTAINS("lifeline", error.message);
  CHECK_CONTAINS("not permitted", error.message);
}

static void with_unknown_clone3(void) {
  llmb_error error;
  refuse(SYS_clone3, ENOSYS);
  CHECK_INT(LLMB_OK, ask_new_bridge("fake", "echo", "x", &error)); /* the C library has another way */
}

static void with_small_files(void) {
  llmb_error error;
  const struct rlimit limit = {1 << 10, 1 << 10};
  CHECK_INT(0, setrlimit(RLIMIT_FSIZE, &limit));
  CHECK_INT(LLMB_E_SPAWN_FAILED, ask_new_bridge("fake", "echo", "x", &error));
  CHECK_CONTAINS("RLIMIT_FSIZE", error.message);
}

static void memory_file__that_is_refused_is_named(void) {
  in_child(without_memfd);
  in_child(with_unknown_memfd);
}

static void socket_pair__that_is_refused_is_named(void) {
  in_child(without_socketpair);
}

static void pipe__that_is_refused_is_named(void) {
  in_child(without_pipe);
}

static void lifelines_thread__that_is_refused_is_told_in_the_error(void) {
  in_child(without_threads);
  in_child(with_unknown_clone3);
}

static void limit_on_files__that_is_too_low_is_named(void) {
  in_child(with_small_files);
}

CHECK_MAIN(TEST(memory_file__that_is_refused_is_named), TEST(socket_pair__that_is_refused_is_named),
           TEST(pipe__that_is_refused_is_named), TEST(lifelines_thread__that_is_refused_is_told_in_the_error),
           TEST(limit_on_files__that_is_too_low_is_named))
