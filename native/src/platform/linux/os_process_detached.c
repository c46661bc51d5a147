/* Starting a program that is nobody's child.
 *
 *   caller --clone--> intermediate --clone--> final: sets itself up, execs
 *
 * The intermediate never execs and was cloned with exit signal 0: so its end raises no SIGCHLD, wait(-1) does not see
 * it, and an ignored SIGCHLD does not reap it. When it ends, the final process is init's. Both share the caller's
 * memory and suspend their creator (os_process_child.h). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "platform/linux/os_process_child.h"
#include "platform/os_loader.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum {
  GUARD_SIZE = 4096,
  HANDLES_FIRST = 3,
  HANDLES_MAX = OS_SOCKET_HANDLES_MAX,
  DESCRIPTORS_MAX = 65536 /* how many are closed one by one where close_range is missing */
};

struct detached_plan {
  const char *path;
  char *const *argv, *const *envp;
  const os_handle *handles;
  unsigned handle_count;
  char *final_stack_end;
  unsigned descriptor_limit;
  /* Written by the children, read by the caller once they have let it go on. */
  volatile int os_code;
  const char *volatile step; /* NULL: the program runs */
  int process;               /* a pidfd of the final one; the intermediate shares the caller's descriptors */
};

CHILD_SIDE static int child_fails(struct detached_plan *plan, const char *step, long result) {
  plan->os_code = (int)-result;
  plan->step = step;
  return 127;
}

CHILD_SIDE static void close_from(const struct detached_plan *plan, unsigned first) {
  if (child_call(SYS_close_range, first, UINT_MAX, 0, 0) == 0) return;
  for (unsigned i = first; i < plan->descriptor_limit; i++) child_call(SYS_close, i, 0, 0, 0);
}

/* 0-2 are /dev/null and 3.. the handles, whatever they and the host's own were before. */
CHILD_SIDE static long place_descriptors(const struct detached_plan *plan) {
  int moved[HANDLES_MAX];
  unsigned end = HANDLES_FIRST + plan->handle_count;
  long result;
  /* First out of the way of every target, or placing one could overwrite another that is still to be placed. */
  for (unsigned i = 0; i < plan->handle_count; i++) {
    result = child_call(SYS_fcntl, os_handle_number(plan->handles[i]), F_DUPFD, end, 0);
    if (result < 0) return result;
    moved[i] = (int)result;
  }
  long null = child_call(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR, 0);
  if (null < 0) return null;
  for (int i = 0; i < HANDLES_FIRST; i++) {
    result = null == i ? 0 : child_call(SYS_dup3, null, i, 0, 0);
    if (result < 0) return result;
  }
  for (unsigned i = 0; i < plan->handle_count; i++) {
    result = child_call(SYS_dup3, moved[i], HANDLES_FIRST + i, 0, 0);
    if (result < 0) return result;
  }
  close_from(plan, end);
  return 0;
}

CHILD_SIDE static int final_main(void *argument) {
  struct detached_plan *plan = argument;
  long result = child_call(SYS_setsid, 0, 0, 0, 0);
  if (result < 0) return child_fails(plan, "setsid", result);
  result = place_descriptors(plan);
  if (result < 0) return child_fails(plan, "descriptors", result);
  const struct signal_action standard = {0};
  for (int number = 1; number <= CHILD_SIGNALS_COUNT; number++) {
    child_call(SYS_rt_sigaction, number, (long)&standard, 0, sizeof(signal_mask)); /* two refuse, and need it not */
  }
  const signal_mask none = 0;
  child_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
  result = child_call(SYS_execve, (long)plan->path, (long)plan->argv, (long)plan->envp, 0);
  return child_fails(plan, "exec", result);
}

CHILD_SIDE static int intermediate_main(void *argument) {
  struct detached_plan *plan = argument;
  int pid = clone(final_main, plan->final_stack_end, CLONE_VM | CLONE_VFORK | CLONE_PIDFD, plan, &plan->process);
  if (pid < 0) return child_fails(plan, "clone", -errno);
  /* One that failed is not left to init: where the host is the init of a container, that would be the host. */
  if (plan->step != NULL) child_call(SYS_wait4, pid, 0, __WALL, 0);
  return 0;
}

static void wait_for(os_handle process) {
  siginfo_t info;
  /* ECHILD: a thread of the host that waits for everything, clones included, was first; then it has ended too. */
  while (waitid(P_PIDFD, (id_t)process, &info, WEXITED | __WALL) != 0 && errno == EINTR) continue;
}

/* Two stacks with a guard page below each. */
static llmb_status create_stacks(char **out, size_t *out_size, int *os_code) {
  *out_size = (size_t)2 * (GUARD_SIZE + CHILD_STACK_SIZE);
  void *memory = mmap(NULL, *out_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) {
    *os_code = errno;
    return LLMB_E_OUT_OF_MEMORY;
  }
  *out = memory;
  mprotect(*out, GUARD_SIZE, PROT_NONE);
  mprotect(*out + GUARD_SIZE + CHILD_STACK_SIZE, GUARD_SIZE, PROT_NONE);
  return LLMB_OK;
}

llmb_status os_process_spawn_detached(const char *path, char *const argv[], char *const envp[],
                                      const os_handle *handles, unsigned handle_count, os_handle *out_process,
                                      int *os_code, const char **out_step) {
  if (handle_count > HANDLES_MAX) return LLMB_E_INVALID_ARGUMENT;
  char *stacks = NULL;
  size_t stacks_size = 0;
  *out_step = "stack";
  llmb_status status = create_stacks(&stacks, &stacks_size, os_code);
  if (status != LLMB_OK) return status;

  struct rlimit descriptors = {.rlim_cur = DESCRIPTORS_MAX};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  struct os_loader_start start;
  os_loader_prepare(path, argv, &start);
  struct detached_plan plan = {
      .path = start.path,
      .argv = start.argv,
      .envp = envp,
      .handles = handles,
      .handle_count = handle_count,
      .process = OS_HANDLE_NONE,
      .final_stack_end = stacks + GUARD_SIZE + CHILD_STACK_SIZE,
      .descriptor_limit = descriptors.rlim_cur < DESCRIPTORS_MAX ? (unsigned)descriptors.rlim_cur : DESCRIPTORS_MAX};

  /* Raw, so that the C library's own two signals are blocked as well; and nothing here may return before the restore.
   */
  const signal_mask all = ~(signal_mask)0;
  signal_mask before = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
  int process = OS_HANDLE_NONE;
  int pid = clone(intermediate_main, stacks + stacks_size, CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD, &plan,
                  &process);
  if (pid < 0) {
    plan.os_code = errno;
    plan.step = "clone";
  } else {
    wait_for(process);
    os_handle_close(process);
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
  munmap(stacks, stacks_size);

  const os_handle final = plan.process >= 0 ? os_handle_raise(plan.process) : OS_HANDLE_NONE;
  *out_process = plan.step == NULL ? final : OS_HANDLE_NONE;
  if (plan.step == NULL) return LLMB_OK;
  os_handle_close(final);
  *out_step = plan.step;
  *os_code = plan.os_code;
  return *os_code == ENOENT || *os_code == ENOTDIR ? LLMB_E_NOT_FOUND : LLMB_E_SPAWN_FAILED;
}
