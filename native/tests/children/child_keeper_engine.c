/* An engine for the keeper's tests: does what its arguments say, and tells what it sees over descriptor 3. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "keeper/keeper_guard.h"
#include "keeper/keeper_lifeline.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_clock.h"

enum { TEXT_SIZE_MAX = 16384 };

static void tell(const char *text) {
  if (send(ENGINE_HANDLE_SOCKET, text, strlen(text), MSG_NOSIGNAL) < 0) exit(90);
}

static void hang(void) {
  for (;;) pause();
}

/* "fd N -> target" for each descriptor, "env NAME=value" for each variable, and what else is inherited. */
static void describe(void) {
  static char text[TEXT_SIZE_MAX];
  size_t used = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) exit(91);
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    char path[300], target[256];
    if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder)) continue;
    snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
    ssize_t size = readlink(path, target, sizeof target - 1);
    target[size > 0 ? size : 0] = '\0';
    if (strncmp(target, "socket:", 7) == 0 || strncmp(target, "pipe:", 5) == 0) *strchr(target, ':') = '\0';
    used += (size_t)snprintf(text + used, sizeof text - used, "fd %s -> %s\n", entry->d_name, target);
  }
  closedir(folder);
  extern char **environ;
  for (char **variable = environ; *variable != NULL; variable++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "env %s\n", *variable);
  }
  sigset_t mask;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  int blocked = 0, ignored = 0;
  for (int number = 1; number <= SIGRTMAX; number++) {
    struct sigaction action;
    if (sigismember(&mask, number) == 1) blocked++;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) ignored++;
  }
  struct rlimit core;
  getrlimit(RLIMIT_CORE, &core);
  char current[4096] = "";
  if (getcwd(current, sizeof current) == NULL) exit(92);
  snprintf(text + used, sizeof text - used, "blocked %d\nignored %d\nleads %d\ncore %d\nno_new_privs %d\nfolder %s\n",
           blocked, ignored, getsid(0) == getpid(), (int)core.rlim_cur, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
           current);
  tell(text);
}

static void flood(long count) {
  char line[1024];
  memset(line, 'x', sizeof line);
  line[sizeof line - 1] = '\n';
  for (long i = 0; i < count / (long)sizeof line; i++) {
    if (write(STDERR_FILENO, line, sizeof line) != (ssize_t)sizeof line) exit(93);
  }
}

static void tell_pid_and_hang(const char *who) {
  char text[64];
  snprintf(text, sizeof text, "%s %d", who, getpid());
  tell(text);
  hang();
}

/* A child, a child in a session of its own, and a grandchild in one whose parent is gone; each holds all descriptors.
 */
static void grow_tree(void) {
  if (fork() == 0) tell_pid_and_hang("child");
  if (fork() == 0) {
    setsid();
    tell_pid_and_hang("session");
  }
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      setsid();
      tell_pid_and_hang("orphan");
    }
    _exit(0);
  }
}

static struct keeper_lifeline open_lifeline(void) {
  struct keeper_lifeline lifeline;
  if (keeper_lifeline_open(ENGINE_HANDLE_LIFELINE, &lifeline) != LLMB_OK) exit(94);
  return lifeline;
}

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* Arms a guard and stops: nothing but the keeper can end it then. */
static void arm_and_stop(long delay_ms) {
  struct keeper_lifeline lifeline = open_lifeline();
  uint64_t guard_ns = os_clock_ns() + (uint64_t)delay_ms * 1000000u;
  char text[64];
  snprintf(text, sizeof text, "%llu", (unsigned long long)guard_ns);
  tell(text); /* first: one that has passed leaves no time for it */
  keeper_lifeline_arm(&lifeline, 7, guard_ns);
  raise(SIGSTOP);
}

/* The second guard is later than the keeper's next look, so it must work without a ring: there is no bell any more.
 */
static void arm_again_mute(long first_ms, long second_ms) {
  struct keeper_lifeline lifeline = open_lifeline();
  uint64_t first_ns = os_clock_ns() + (uint64_t)first_ms * 1000000u;
  keeper_lifeline_arm(&lifeline, 0, first_ns);
  while (atomic_load(&lifeline.page->keeper_wake_ns) != first_ns) sleep_ms(1);
  lifeline.bell = OS_HANDLE_NONE;
  keeper_lifeline_disarm(&lifeline, 0);
  uint64_t second_ns = os_clock_ns() + (uint64_t)second_ms * 1000000u;
  keeper_lifeline_arm(&lifeline, KEEPER_GUARDS_MAX - 1, second_ns);
  char text[64];
  snprintf(text, sizeof text, "%llu", (unsigned long long)second_ns);
  tell(text);
  raise(SIGSTOP);
}

/* Many guards, all disarmed in time, from the shortest on. */
/* From a pipe that is as large as it can be made. */
static void ring_without_end(void) {
  static char rings[1 << 20];
  struct keeper_lifeline lifeline = open_lifeline();
  const int bell = os_handle_number(lifeline.bell);
  fcntl(bell, F_SETPIPE_SZ, sizeof rings);
  for (;;) (void)!write(bell, rings, sizeof rings);
}

static void arm_and_disarm(long count) {
  struct keeper_lifeline lifeline = open_lifeline();
  for (long i = 0; i < count; i++) {
    keeper_lifeline_arm(&lifeline, (unsigned)(i % KEEPER_GUARDS_MAX),
                        os_clock_ns() + 20000000000u - (uint64_t)i * 1000);
    keeper_lifeline_disarm(&lifeline, (unsigned)(i % KEEPER_GUARDS_MAX));
  }
  keeper_lifeline_close(&lifeline);
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  const char *first = argc > 2 ? argv[2] : "0";
  const char *second = argc > 3 ? argv[3] : "0";
  if (strcmp(mode, "exit") == 0) return atoi(first);
  if (strcmp(mode, "signal") == 0) {
    kill(getpid(), atoi(first));
    hang();
  }
  if (strcmp(mode, "say") == 0) {
    fputs(first, stderr);
    return atoi(second);
  }
  if (strcmp(mode, "describe") == 0) describe();
  if (strcmp(mode, "flood") == 0) {
    flood(atol(first));
    tell("flooded");
    fputs("the last line\n", stderr);
    return 7;
  }
  if (strcmp(mode, "hang") == 0) tell_pid_and_hang("engine");
  if (strcmp(mode, "stop") == 0) {
    tell("stopping");
    raise(SIGSTOP);
  }
  if (strcmp(mode, "tree") == 0) {
    grow_tree();
    tell_pid_and_hang("engine");
  }
  if (strcmp(mode, "leave") == 0) { /* what it started outlives it, and holds its stderr */
    grow_tree();
    sleep_ms(atol(first));
    return 5;
  }
  if (strcmp(mode, "guard") == 0) arm_and_stop(atol(first));
  if (strcmp(mode, "mute") == 0) arm_again_mute(atol(first), atol(second));
  if (strcmp(mode, "disarm") == 0) arm_and_disarm(atol(first));
  if (strcmp(mode, "babble") == 0) {
    return send(ENGINE_HANDLE_LIFELINE, "nonsense", 8, MSG_NOSIGNAL) < 0 && errno == EPIPE ? 0 : 95;
  }
  if (strcmp(mode, "clamour") == 0) ring_without_end();
  return 0;
}
