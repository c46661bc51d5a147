/* An engine module that gives up its rights as the setting `command` says ("serve", "shared" or "deny") and tries every
 * system call in each stage, with arguments that do no harm if they get through. Its answer to any request is a line
 * for each try: column, number, kind of try, and what came of it: 0 or an error number. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <llmbridge/engine.h>

#include "tests/hostile/every_call.h"
#include "platform/linux/confine_table.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);

enum { REPORT_SIZE = 1 << 18, NUMBERS_END = 512, THREAD_STACK_SIZE = 64 << 10 };
#define BAD (-1L) /* no descriptor, no address, no flags */

static char report[REPORT_SIZE];
static size_t report_size;
static sigjmp_buf fault;
static volatile sig_atomic_t aborts;

static void note(enum confine_column column, unsigned number, enum every_call_try try, long result) {
  const int size = snprintf(report + report_size, sizeof report - report_size, "%d %u %d %d\n", column, number, try,
                            result == -1 ? errno : 0);
  if (size > 0) report_size += (size_t)size;
}

static long call(unsigned number, const long arguments[6]) {
  errno = 0;
  const long result =
      syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  const bool is_child = result == 0 && (number == SYS_fork || number == SYS_vfork || number == SYS_clone);
  if (is_child) _exit(0); /* it should not have got this far */
  return result;
}

static void on_abort(int signal_number) {
  (void)signal_number;
  aborts++; /* returning from here is rt_sigreturn */
}

static void *end_at_once(void *argument) {
  return argument;
}

/* clone, exit and set_robust_list in the way in which the C library makes them. */
static long try_thread(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
  errno = pthread_create(&thread, &attributes, end_at_once, NULL);
  const long result = errno == 0 ? 0 : -1;
  if (result == 0) pthread_join(thread, NULL);
  return result;
}

/* Calls that would end the try are known by what they end. uretprobe and uprobe, from Linux 6.11, are the kernel's own
 * way back from a probe: it lets no filter see them, and ends by SIGILL whoever makes them otherwise. */
static bool ends_the_try(unsigned number) {
  enum { URETPROBE = 335, UPROBE = 336 };
  return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn || number == URETPROBE ||
         number == UPROBE;
}

static void try_plain(enum confine_column column, unsigned number) {
  static unsigned word;
  long arguments[6] = {BAD, BAD, BAD, BAD, BAD, BAD};
  if (number == SYS_futex) memcpy(arguments, (long[]){(long)&word, 1 /* wake */, 0}, 3 * sizeof(long));
  note(column, number, EVERY_CALL_PLAIN, call(number, arguments));
}

struct vector {
  uint8_t rule;
  enum every_call_try try;
  long arguments[6];
};

/* For each conditional rule arguments that fit and such that do not. None does anything, whether it gets through or
 * not: lengths are 0, descriptors and addresses bad. */
static void try_conditional(enum confine_column column, unsigned number, enum confine_rule rule) {
  const long own = getpid(), other = getppid();
  const struct vector vectors[] = {
      {RULE_OWN, EVERY_CALL_FITS, {0, BAD, BAD}},
      {RULE_OWN, EVERY_CALL_FITS, {own, BAD, BAD}},
      {RULE_OWN, EVERY_CALL_DOES_NOT, {other, BAD, BAD}},
      {RULE_OWN_NICE, EVERY_CALL_FITS, {PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)}},
      {RULE_OWN_NICE, EVERY_CALL_DOES_NOT, {PRIO_PROCESS, other, 0}},
      {RULE_OWN_NICE, EVERY_CALL_DOES_NOT, {PRIO_USER, 0, 0}},
      {RULE_OWN_USUAL, EVERY_CALL_FITS, {0, 0, BAD}},
      {RULE_OWN_USUAL, EVERY_CALL_FITS, {own, 5, BAD}},
      {RULE_OWN_USUAL, EVERY_CALL_DOES_NOT, {0, 1, BAD}},
      {RULE_OWN_USUAL, EVERY_CALL_DOES_NOT, {other, 0, BAD}},
      {RULE_ABORT, EVERY_CALL_FITS, {own, SIGABRT}},
      {RULE_ABORT, EVERY_CALL_DOES_NOT, {own, SIGURG}},
      {RULE_ABORT, EVERY_CALL_DOES_NOT, {other, SIGURG}},
      {RULE_ABORT, EVERY_CALL_DOES_NOT, {0, SIGURG}},
      {RULE_ABORT, EVERY_CALL_DOES_NOT, {BAD, SIGURG}},
      {RULE_ABORT_THREAD, EVERY_CALL_FITS, {own, own, SIGABRT}},
      {RULE_ABORT_THREAD, EVERY_CALL_DOES_NOT, {own, own, SIGURG}},
      {RULE_ABORT_THREAD, EVERY_CALL_DOES_NOT, {other, other, SIGURG}},
      {RULE_SELF_SIGNAL, EVERY_CALL_DOES_NOT, {other, other, 0, BAD}},
      {RULE_SELF_SIGNAL, EVERY_CALL_DOES_NOT, {other, 0, BAD, BAD}},
      {RULE_OPEN_READ, EVERY_CALL_FITS, {BAD, O_RDONLY | O_CLOEXEC}},
      {RULE_OPEN_READ, EVERY_CALL_DOES_NOT, {BAD, O_RDWR}},
      {RULE_OPEN_READ, EVERY_CALL_DOES_NOT, {BAD, O_CREAT}},
      {RULE_OPENAT_READ, EVERY_CALL_FITS, {BAD, BAD, O_RDONLY | O_CLOEXEC}},
      {RULE_OPENAT_READ, EVERY_CALL_DOES_NOT, {BAD, BAD, O_WRONLY}},
      {RULE_OPENAT_READ, EVERY_CALL_DOES_NOT, {BAD, BAD, O_TMPFILE | O_RDWR}},
      {RULE_OPENAT_READ, EVERY_CALL_DOES_NOT, {BAD, BAD, O_TRUNC}},
      {RULE_FLAGS_READ, EVERY_CALL_FITS, {BAD, F_GETFL}},
      {RULE_FLAGS_READ, EVERY_CALL_DOES_NOT, {BAD, F_SETFL, O_ASYNC}},
      {RULE_FLAGS_READ, EVERY_CALL_DOES_NOT, {BAD, F_SETOWN, other}},
      {RULE_FLAGS_READ, EVERY_CALL_DOES_NOT, {BAD, F_SETSIG, SIGURG}},
      {RULE_FLAGS_READ, EVERY_CALL_DOES_NOT, {BAD, F_DUPFD, 0}},
      {RULE_NO_OWNER, EVERY_CALL_FITS, {BAD, F_SETFL, O_NONBLOCK}},
      {RULE_NO_OWNER, EVERY_CALL_DOES_NOT, {BAD, F_SETFL, O_ASYNC | O_NONBLOCK}},
      {RULE_NO_OWNER, EVERY_CALL_DOES_NOT, {BAD, F_SETOWN, other}},
      {RULE_NO_OWNER, EVERY_CALL_DOES_NOT, {BAD, F_SETOWN_EX, BAD}},
      {RULE_NO_OWNER, EVERY_CALL_DOES_NOT, {BAD, F_SETSIG, SIGURG}},
      {RULE_NO_OWNER_IOCTL, EVERY_CALL_FITS, {BAD, 0x5401, BAD}},
      {RULE_NO_OWNER_IOCTL, EVERY_CALL_DOES_NOT, {BAD, 0x5452, BAD}},
      {RULE_NO_OWNER_IOCTL, EVERY_CALL_DOES_NOT, {BAD, 0x8901, BAD}},
      {RULE_NAMES, EVERY_CALL_FITS, {16, BAD}},
      {RULE_NAMES, EVERY_CALL_DOES_NOT, {1, SIGKILL}}, /* PR_SET_PDEATHSIG, as it is */
      {RULE_PRCTL_TAME, EVERY_CALL_FITS, {16, BAD}},
      {RULE_PRCTL_TAME, EVERY_CALL_DOES_NOT, {1, SIGKILL}},
      {RULE_PRCTL_TAME, EVERY_CALL_DOES_NOT, {0x59616d61, 0}}, /* PR_SET_PTRACER */
      {RULE_MEMORY_LOAD, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_EXEC, MAP_PRIVATE, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_FITS, {0, 0, PROT_READ, MAP_SHARED, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_DOES_NOT, {0, 0, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ | PROT_EXEC, MAP_SHARED, BAD, 0}},
      {RULE_MEMORY_LOAD, EVERY_CALL_DOES_NOT, {0, 0, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, BAD, 0}},
      {RULE_MEMORY_SERVE, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_SERVE, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_SERVE, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_SERVE, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ, MAP_SHARED, BAD, 0}},
      {RULE_MEMORY_SERVE, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ, MAP_PRIVATE, BAD, 0}},
      {RULE_MEMORY_SHARED, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_WRITE, MAP_SHARED, BAD, 0}},
      {RULE_MEMORY_SHARED, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, BAD, 0}},
      {RULE_MEMORY_NO_SHARED, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_WRITE, MAP_SHARED, BAD, 0}},
      {RULE_MEMORY_NO_SHARED, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, BAD, 0}},
      {RULE_PROTECT_LOAD, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_EXEC}},
      {RULE_PROTECT_LOAD, EVERY_CALL_DOES_NOT, {0, 0, PROT_WRITE | PROT_EXEC}},
      {RULE_PROTECT_SERVE, EVERY_CALL_FITS, {0, 0, PROT_READ | PROT_WRITE}},
      {RULE_PROTECT_SERVE, EVERY_CALL_DOES_NOT, {0, 0, PROT_READ | PROT_EXEC}},
      {RULE_THREAD, EVERY_CALL_DOES_NOT, {SIGCHLD, 0, 0, 0, 0}},
      {RULE_THREAD, EVERY_CALL_DOES_NOT, {0x3d0f00 | 0x10000000, 0, 0, 0, 0}}, /* in a user namespace of its own */
      {RULE_LIMIT_READ, EVERY_CALL_FITS, {0, RLIMIT_NOFILE, 0, 0}},
      {RULE_LIMIT_READ, EVERY_CALL_FITS, {own, RLIMIT_NOFILE, 0, 0}},
      {RULE_LIMIT_READ, EVERY_CALL_DOES_NOT, {other, RLIMIT_NOFILE, 0, 0}},
      {RULE_LIMIT_READ, EVERY_CALL_DOES_NOT, {0, RLIMIT_DATA, BAD, 0}},
      {RULE_LIMIT_MEMORY, EVERY_CALL_FITS, {0, RLIMIT_DATA, BAD, 0}},
      {RULE_LIMIT_MEMORY, EVERY_CALL_DOES_NOT, {0, RLIMIT_FSIZE, BAD, 0}},
      {RULE_LIMIT_MEMORY, EVERY_CALL_DOES_NOT, {other, RLIMIT_DATA, BAD, 0}},
      {RULE_LIMIT_MEMORY, EVERY_CALL_DOES_NOT, {other, RLIMIT_NOFILE, 0, 0}},
      {RULE_LIMIT_OWN, EVERY_CALL_FITS, {0, RLIMIT_NOFILE, BAD, 0}},
      {RULE_LIMIT_OWN, EVERY_CALL_DOES_NOT, {other, RLIMIT_NOFILE, 0, 0}},
      {RULE_NO_ADDRESS, EVERY_CALL_FITS, {BAD, BAD, 0, 0, 0, 0}},
      {RULE_NO_ADDRESS, EVERY_CALL_DOES_NOT, {BAD, BAD, 0, 0, BAD, 0}},
      {RULE_NO_ADDRESS, EVERY_CALL_DOES_NOT, {BAD, BAD, 0, 0, 1L << 32, 0}},
      {RULE_HANDLE, EVERY_CALL_FITS, {BAD, (long)"", BAD, 0x1000}},
      {RULE_HANDLE, EVERY_CALL_DOES_NOT, {BAD, (long)"/", BAD, 0}},
      {RULE_FILTER, EVERY_CALL_FITS, {1, 1, BAD}},
      {RULE_FILTER, EVERY_CALL_DOES_NOT, {1, 8, BAD}}, /* a listener */
      {RULE_FILTER, EVERY_CALL_DOES_NOT, {0, 0, 0}},
  };
  if (rule == RULE_THREAD) note(column, number, EVERY_CALL_FITS, try_thread());
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    if (vectors[i].rule != rule) continue;
    note(column, number, vectors[i].try, call(number, vectors[i].arguments));
  }
}

static void on_fault(int signal_number) {
  siglongjmp(fault, signal_number);
}

/* getpid of the 32-bit calls; a kernel without them answers by a signal. */
static long try_foreign(void) {
  int result = 20;
  if (sigsetjmp(fault, 1) != 0) {
    errno = EPERM;
    return -1;
  }
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
  errno = result < 0 ? -result : 0;
  return result < 0 ? -1 : 0;
}

static void try_all(enum confine_column column) {
  const bool denies = !confine_is_allowlist(column);
  for (unsigned number = 0; number < NUMBERS_END; number++) {
    const enum confine_rule rule = confine_rule_of(column, number);
    if (ends_the_try(number) || (denies && rule == RULE_YES)) continue;
    if (rule == RULE_NO || rule == RULE_UNKNOWN || rule == RULE_YES) {
      try_plain(column, number);
    } else {
      try_conditional(column, number, rule);
    }
  }
  static const unsigned strange[] = {600, 1000, 4096, 0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff};
  for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) try_plain(column, strange[i]);
  for (unsigned number = 0; number < NUMBERS_END + 64; number++) try_plain(column, EVERY_CALL_X32 | number);
  note(column, EVERY_CALL_FOREIGN, EVERY_CALL_PLAIN, try_foreign());
}

static llmb_status confine_and_try(llmb_engine *engine, const char *what) {
  if (strcmp(what, "deny") == 0) {
    if (llmb_engine_confine_files(engine, NULL, NULL) != LLMB_OK) return LLMB_E_UNSUPPORTED;
    try_all(CONFINE_FILES);
    if (llmb_engine_confine_calls(engine, NULL) != LLMB_OK) return LLMB_E_UNSUPPORTED;
    try_all(CONFINE_CALLS);
    return LLMB_OK;
  }
  const bool is_shared = strcmp(what, "shared") == 0;
  if (llmb_engine_confine_profile(engine, LLMB_PROFILE_LOAD, NULL, NULL) != LLMB_OK) return LLMB_E_UNSUPPORTED;
  try_all(CONFINE_LOAD);
  const uint32_t profile = is_shared ? LLMB_PROFILE_SERVE_SHARED : LLMB_PROFILE_SERVE;
  if (llmb_engine_confine_profile(engine, profile, NULL, NULL) != LLMB_OK) return LLMB_E_UNSUPPORTED;
  try_all(is_shared ? CONFINE_SHARED : CONFINE_SERVE);
  return LLMB_OK;
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  signal(SIGABRT, on_abort);
  signal(SIGSEGV, on_fault);
  if (confine_and_try(engine, llmb_engine_setting(engine, "command")) != LLMB_OK) return 1;
  const int size = snprintf(report + report_size, sizeof report - report_size, "%d\n", (int)aborts);
  if (size > 0) report_size += (size_t)size;
  if (llmb_engine_ready(engine, "{}", NULL) != LLMB_OK) return 1;
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, LLMB_NEVER, &request) != LLMB_OK) return 0;
    if (request == NULL) continue;
    llmb_request_accept(request);
    llmb_request_write(request, report, report_size);
    const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
    llmb_request_done(request, &usage);
  }
}
