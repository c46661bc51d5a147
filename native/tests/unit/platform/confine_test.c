#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tests/check.h"
#include "platform/os_confine.h"

/* What a compromised engine would like to do. Each returns true if it got it. */
static char allowed_path[64], secret_path[64];
static char *const program[] = {(char *)(uintptr_t) "/bin/true", NULL};

static bool reads(const char *path) {
  const int handle = open(path, O_RDONLY);
  if (handle >= 0) close(handle);
  return handle >= 0;
}

static bool got_secret(void) {
  return reads(secret_path);
}
static bool got_password_file(void) {
  return reads("/etc/passwd");
}
static bool got_environment(void) {
  return reads("/proc/self/environ") || reads("/proc/1/environ");
}
static bool got_written(void) {
  return open(allowed_path, O_WRONLY) >= 0;
}
static bool got_created(void) {
  return open("/tmp/llmbridge-confine-created", O_CREAT | O_WRONLY, 0600) >= 0;
}
static bool got_removed(void) {
  return unlink(secret_path) == 0;
}
static bool got_executed(void) {
  execve(program[0], program, NULL);
  return errno != EPERM && errno != EACCES; /* else it would not be here */
}
static bool got_forked(void) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, NULL, 0);
  return child > 0;
}
static void *nothing(void *argument) {
  return argument;
}
static bool got_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, nothing, NULL) == 0;
}
static bool got_socket(int family) {
  return socket(family, SOCK_STREAM, 0) >= 0;
}
static bool got_tcp(void) {
  return got_socket(AF_INET);
}
static bool got_unix(void) {
  return got_socket(AF_UNIX);
}
static bool got_traced(void) {
  return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}
static bool got_signal(void) {
  return kill(getppid(), 0) == 0;
}
static bool got_memory_of_parent(void) {
  char byte;
  struct iovec here = {&byte, 1}, there = {&allowed_path, 1};
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1;
}
static bool got_mount(void) {
  return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL) == 0;
}
static bool got_uring(void) {
  char parameters[128] = {0};
  return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
}
static bool got_pidfd(void) {
  return syscall(SYS_pidfd_open, getppid(), 0) >= 0;
}
static bool got_core(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  return limit.rlim_max != 0;
}
static bool got_privileges(void) {
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; /* an engine of ours may not even ask */
}

static const struct {
  const char *name;
  bool (*attempt)(void);
  uint32_t needs; /* the layers any of which forbids it */
} acts[] = {
    {"read a file that is not named", got_secret, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"read the users", got_password_file, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"read an environment", got_environment, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"write a file", got_written, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"create a file", got_created, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"remove a file", got_removed, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"execute a program", got_executed, OS_CONFINE_FILES | OS_CONFINE_CALLS},
    {"fork", got_forked, OS_CONFINE_CALLS},
    {"start a thread", got_thread, OS_CONFINE_CALLS},
    {"open a TCP socket", got_tcp, OS_CONFINE_CALLS},
    {"open a local socket", got_unix, OS_CONFINE_CALLS},
    {"trace its parent", got_traced, OS_CONFINE_CALLS},
    {"signal its parent", got_signal, OS_CONFINE_CALLS},
    {"read its parent's memory", got_memory_of_parent, OS_CONFINE_CALLS},
    {"mount", got_mount, OS_CONFINE_CALLS},
    {"use io_uring", got_uring, OS_CONFINE_CALLS},
    {"open a process", got_pidfd, OS_CONFINE_CALLS},
    {"dump core", got_core, OS_CONFINE_LIMITS},
    {"gain privileges", got_privileges, OS_CONFINE_PRIVILEGES},
};
enum { ACT_COUNT = sizeof acts / sizeof acts[0], EXIT_BASE = 10 };

static void make_file(char *path, const char *template) {
  strcpy(path, template);
  const int handle = mkstemp(path);
  CHECK(handle >= 0);
  CHECK(write(handle, "x", 1) == 1);
  close(handle);
}

/* Runs in a child of its own: exits with EXIT_BASE + the number of the first act that succeeded, or 0. */
static int confined_child(uint32_t wanted, enum os_confine_kind kind) {
  const char *const readable[] = {allowed_path, NULL};
  uint32_t layers = 0;
  if (wanted & ~(uint32_t)OS_CONFINE_CALLS) layers |= os_confine_files(readable, 0, kind, false);
  if (!reads(allowed_path)) return 1;
  if (wanted & OS_CONFINE_CALLS) layers |= os_confine_calls(kind, false);
  for (int i = 0; i < ACT_COUNT; i++) {
    if ((acts[i].needs & layers) != 0 && acts[i].attempt()) return EXIT_BASE + i;
  }
  return 0;
}

static void check_confined_as(uint32_t wanted, enum os_confine_kind kind) {
  make_file(allowed_path, "/tmp/llmbridge-confine-XXXXXX");
  make_file(secret_path, "/tmp/llmbridge-secret-XXXXXX");
  const pid_t child = fork();
  if (child == 0) _exit(confined_child(wanted, kind));
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) != 1); /* what is allowed stays allowed */
  if (WEXITSTATUS(status) >= EXIT_BASE) fprintf(stderr, "it could %s\n", acts[WEXITSTATUS(status) - EXIT_BASE].name);
  CHECK_INT(0, WEXITSTATUS(status));
  unlink(allowed_path);
  unlink(secret_path);
}

static void check_confined(uint32_t wanted) {
  check_confined_as(wanted, OS_CONFINE_ANY_RUNTIME);
}

static void files_layer__forbids_all_it_should(void) {
  check_confined(OS_CONFINE_FILES);
}

static void calls_layer__forbids_all_it_should(void) {
  check_confined(OS_CONFINE_CALLS);
}

static void all_layers__forbid_every_act(void) {
  check_confined(OS_CONFINE_ALL);
}

static void without_layers__each_of_the_file_acts_is_possible(void) {
  make_file(allowed_path, "/tmp/llmbridge-confine-XXXXXX");
  make_file(secret_path, "/tmp/llmbridge-secret-XXXXXX");
  CHECK(got_secret());
  CHECK(got_password_file());
  CHECK(got_forked());
  CHECK(got_tcp());
  CHECK(got_signal());
  CHECK(got_removed());
  unlink(allowed_path);
}

static void files_layer__counts_only_where_all_of_it_holds(void) {
  for (long version = 0; version <= 7; version++) {
    CHECK_INT(version >= 6, os_confine_files_complete(version, true, OS_CONFINE_ANY_RUNTIME));
    CHECK_INT(version >= 1, os_confine_files_complete(version, true, OS_CONFINE_OWN_ENGINE));
    CHECK(!os_confine_files_complete(version, false, OS_CONFINE_ANY_RUNTIME));
  }
  CHECK(!os_confine_files_complete(5, false, OS_CONFINE_OWN_ENGINE));
}

/* Root may raise what it has lowered, unless it gave that up. */
static void limits__stay_where_they_are_for_root_too(void) {
  const pid_t child = fork();
  if (child == 0) {
    const char *const none[] = {NULL};
    const uint32_t layers = os_confine_files(none, UINT64_C(512) << 20, OS_CONFINE_OWN_ENGINE, false);
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    if ((layers & OS_CONFINE_LIMITS) == 0) _exit(1);
    _exit(setrlimit(RLIMIT_FSIZE, &unlimited) == 0 || setrlimit(RLIMIT_DATA, &unlimited) == 0 ? 2 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_INT(0, WEXITSTATUS(status));
}

static void engine_of_our_own__is_left_nothing_of_it_either(void) {
  check_confined_as(OS_CONFINE_ALL, OS_CONFINE_OWN_ENGINE);
}

static void abort__still_ends_a_confined_process_by_its_signal(void) {
  const pid_t child = fork();
  if (child == 0) {
    const char *const none[] = {NULL};
    os_confine_files(none, 0, OS_CONFINE_ANY_RUNTIME, false);
    os_confine_calls(OS_CONFINE_ANY_RUNTIME, false);
    abort();
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK_INT(SIGABRT, WTERMSIG(status));
}

static void memory_limit__holds(void) {
  const pid_t child = fork();
  if (child == 0) {
    const char *const none[] = {NULL};
    os_confine_files(none, UINT64_C(64) << 20, OS_CONFINE_ANY_RUNTIME, false);
    void *much = mmap(NULL, UINT64_C(256) << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    _exit(much == MAP_FAILED ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_INT(0, WEXITSTATUS(status));
}

CHECK_MAIN(TEST(without_layers__each_of_the_file_acts_is_possible), TEST(files_layer__forbids_all_it_should),
           TEST(calls_layer__forbids_all_it_should), TEST(all_layers__forbid_every_act),
           TEST(files_layer__counts_only_where_all_of_it_holds), TEST(limits__stay_where_they_are_for_root_too),
           TEST(engine_of_our_own__is_left_nothing_of_it_either),
           TEST(abort__still_ends_a_confined_process_by_its_signal), TEST(memory_limit__holds))
