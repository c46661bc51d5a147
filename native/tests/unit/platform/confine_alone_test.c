/* Each part of the sandbox alone, where the system refuses the others: what one forbids must not lean on another. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "platform/os_confine.h"

enum { DONE = 0, NOT_SO = 1, NOT_SET_UP = 2, SKIPPED = 77, LANDLOCK_CREATE = 444, LANDLOCK_WITH_NETWORK = 4 };

static const char *const nothing[] = {NULL};

/* Runs on where the system refuses one call, as a container may. */
static void refuse_call(unsigned number) {
  struct sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const struct sock_fprog program = {sizeof steps / sizeof steps[0], steps};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    _exit(NOT_SET_UP);
  }
}

static long landlock_version(void) {
  return syscall(LANDLOCK_CREATE, NULL, 0, 1);
}

static void check_child(int (*run)(void)) {
  const pid_t child = fork();
  if (child == 0) _exit(run());
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status));
  if (WEXITSTATUS(status) == SKIPPED) printf("     skipped: this kernel's landlock has it not\n");
  if (WEXITSTATUS(status) != SKIPPED) CHECK_INT(DONE, WEXITSTATUS(status));
}

static int write_by_landlock_alone(void) {
  char path[] = "/tmp/llmbridge-alone-XXXXXX";
  const int handle = mkstemp(path);
  if (handle < 0) return NOT_SET_UP;
  if (landlock_version() < 1) {
    unlink(path);
    return SKIPPED;
  }
  const pid_t child = fork();
  if (child == 0) {
    refuse_call(SYS_seccomp);
    const uint32_t layers = os_confine_files(nothing, 0, OS_CONFINE_OWN_ENGINE, false);
    if ((layers & OS_CONFINE_FILES) != 0) _exit(NOT_SET_UP); /* the filter must be missing */
    _exit(open(path, O_WRONLY) < 0 && errno == EACCES ? DONE : NOT_SO);
  }
  int status = 0;
  waitpid(child, &status, 0);
  unlink(path);
  return WIFEXITED(status) ? WEXITSTATUS(status) : NOT_SO;
}

static int connect_by_landlock_alone(void) {
  if (landlock_version() < LANDLOCK_WITH_NETWORK) return SKIPPED;
  refuse_call(SYS_seccomp);
  const uint32_t layers = os_confine_files(nothing, 0, OS_CONFINE_ANY_RUNTIME, false);
  if ((layers & OS_CONFINE_FILES) != 0) return NOT_SET_UP;
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  if (handle < 0) return NOT_SET_UP;
  const struct sockaddr_in here = {
      .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(handle, (const struct sockaddr *)&here, sizeof here) == 0 || errno != EACCES) return NOT_SO;
  return bind(handle, (const struct sockaddr *)&here, sizeof here) != 0 && errno == EACCES ? DONE : NOT_SO;
}

static int write_to_a_descriptor(void) {
  char path[] = "/tmp/llmbridge-alone-XXXXXX";
  const int handle = mkstemp(path);
  if (handle < 0) return NOT_SET_UP;
  unlink(path);
  if (write(handle, "x", 1) != 1) return NOT_SET_UP;
  signal(SIGXFSZ, SIG_IGN);
  if ((os_confine_files(nothing, 0, OS_CONFINE_ANY_RUNTIME, false) & OS_CONFINE_LIMITS) == 0) return NOT_SET_UP;
  return write(handle, "x", 1) < 0 && errno == EFBIG ? DONE : NOT_SO;
}

static int limits_that_fail(void) {
  refuse_call(SYS_prlimit64);
  const struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) == 0) return SKIPPED; /* a C library that asks otherwise */
  const uint32_t layers = os_confine_files(nothing, 0, OS_CONFINE_ANY_RUNTIME, false);
  return (layers & OS_CONFINE_LIMITS) == 0 && (layers & OS_CONFINE_PRIVILEGES) != 0 ? DONE : NOT_SO;
}

static void landlock__forbids_writing_where_there_is_no_filter_of_calls(void) {
  check_child(write_by_landlock_alone);
}

static void landlock__forbids_tcp_where_there_is_no_filter_of_calls(void) {
  check_child(connect_by_landlock_alone);
}

static void limits__keep_a_descriptor_that_is_open_from_growing_its_file(void) {
  check_child(write_to_a_descriptor);
}

static void limits__that_could_not_be_set_are_not_told_as_kept(void) {
  check_child(limits_that_fail);
}

CHECK_MAIN(TEST(landlock__forbids_writing_where_there_is_no_filter_of_calls),
           TEST(landlock__forbids_tcp_where_there_is_no_filter_of_calls),
           TEST(limits__keep_a_descriptor_that_is_open_from_growing_its_file),
           TEST(limits__that_could_not_be_set_are_not_told_as_kept))
