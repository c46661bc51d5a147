/* What the tests of shared engines have in common: a folder of their own for the servers, hosts that are programs of
 * their own (children/child_shared_host.c), and what can be seen of a server. Waits are by events; check.h's watchdog
 * ends a test that hangs. */
#ifndef LLMB_TESTS_SHARED_HARNESS_H
#define LLMB_TESTS_SHARED_HARNESS_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/check.h"
#include "tests/process_end.h"

#define UNUSED __attribute__((unused))

enum { SHARED_LINE_SIZE = 1 << 16, SHARED_ARGUMENTS_MAX = 64, SHARED_PATH_SIZE = 512, SHARED_KEY_DIGITS = 32 };

static char shared_folder[64]; /* XDG_RUNTIME_DIR of this program and all its hosts */

UNUSED static void shared_nap_ms(unsigned milliseconds) {
  const struct timespec nap = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&nap, NULL);
}

/* Waits for what must come here, or for the end of it. False, and the test has failed, where neither comes: a hang
 * would name nothing. Once that has been so nobody waits again. */
UNUSED static bool shared_await_word(int descriptor, const char *otherwise) {
  static bool in_vain;
  struct pollfd item = {.fd = descriptor, .events = POLLIN};
  int ready = 0;
  do {
    ready = poll(&item, 1, in_vain ? 0 : process_end_limit_ms());
  } while (ready < 0);
  if (ready > 0) return true;
  if (!in_vain) CHECK_TEXT("", otherwise);
  in_vain = true;
  return false;
}

/* Hosts. */

struct shared_host {
  pid_t pid;
  int process; /* its pidfd */
  FILE *commands, *answers;
  char answer[SHARED_LINE_SIZE]; /* the last one */
};

/* Starts a program with a bridge to a shared fake engine of this script (NULL: another engine, which the settings say),
 * and the settings given, NULL at the end. */
UNUSED static struct shared_host *host_open(const char *script, ...) __attribute__((sentinel));
UNUSED static struct shared_host *host_open(const char *script, ...) {
  const char *arguments[SHARED_ARGUMENTS_MAX] = {CHILD_SHARED_HOST, "isolation", "shared",     "home", HARNESS_HOME,
                                                 "idle_ms",         "60000",     "timeout_ms", "60000"};
  unsigned count = 9;
  const char *const fake[] = {"engine", "fake", "command", script};
  for (unsigned i = 0; script != NULL && i < 4; i++) arguments[count++] = fake[i];
  va_list rest;
  va_start(rest, script);
  for (const char *word = va_arg(rest, const char *); word != NULL && count < SHARED_ARGUMENTS_MAX - 1;
       word = va_arg(rest, const char *)) {
    arguments[count++] = word;
  }
  va_end(rest);
  struct shared_host *host = calloc(1, sizeof *host);
  int commands[2], answers[2];
  if (host == NULL || pipe2(commands, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0) abort();
  host->pid = fork();
  if (host->pid == 0) {
    dup2(commands[0], 0);
    dup2(answers[1], 1);
    char *words[SHARED_ARGUMENTS_MAX];
    for (unsigned i = 0; i <= count; i++) words[i] = i < count ? strdup(arguments[i]) : NULL;
    execv(CHILD_SHARED_HOST, words);
    _exit(127);
  }
  close(commands[0]);
  close(answers[1]);
  host->process = (int)syscall(SYS_pidfd_open, host->pid, 0);
  host->commands = fdopen(commands[1], "w");
  host->answers = fdopen(answers[0], "r");
  if (host->commands == NULL || host->answers == NULL) abort();
  setvbuf(host->commands, NULL, _IOLBF, 0);
  return host;
}

/* Tells it a command without waiting for the answer; and waits for an answer. */
UNUSED static void host_tell(struct shared_host *host, const char *command) {
  fprintf(host->commands, "%s\n", command);
}

UNUSED static const char *host_hear(struct shared_host *host) {
  const bool heard = shared_await_word(fileno(host->answers), "a program gives no answer");
  if (!heard || fgets(host->answer, sizeof host->answer, host->answers) == NULL) snprintf(host->answer, 16, "gone");
  host->answer[strcspn(host->answer, "\n")] = 0;
  return host->answer;
}

UNUSED static const char *host_do(struct shared_host *host, const char *command) {
  host_tell(host, command);
  return host_hear(host);
}

/* Checks that the last answer is that of a call; its text, and the engine's process. */
UNUSED static const char *host_answer(const struct shared_host *host, int64_t *out_engine) {
  long long engine = 0;
  int at = 0;
  if (sscanf(host->answer, "ok %lld %n", &engine, &at) != 1 || at == 0) {
    CHECK_TEXT("ok PID ANSWER", host->answer);
    return "";
  }
  if (out_engine != NULL) *out_engine = engine;
  return host->answer + at;
}

/* Lets it close its bridge and end. */
UNUSED static void host_close(struct shared_host *host) {
  fclose(host->commands);
  process_end_await(host->process);
  int status = 0;
  CHECK_INT(host->pid, waitpid(host->pid, &status, 0));
  fclose(host->answers);
  free(host);
}

UNUSED static void host_kill(struct shared_host *host) {
  kill(host->pid, SIGKILL);
  host_close(host);
}

/* Servers. */

/* Prepares the folder of this program's servers, which must be empty of them at the end. */
UNUSED static void shared_begin(void) {
  snprintf(shared_folder, sizeof shared_folder, "/tmp/llmb-shared-test-XXXXXX");
  if (mkdtemp(shared_folder) == NULL) abort();
  setenv("XDG_RUNTIME_DIR", shared_folder, 1);
}

UNUSED static void shared_path(const char *name, char path[SHARED_PATH_SIZE]) {
  snprintf(path, SHARED_PATH_SIZE, "%s/llmbridge-%u%s%s", shared_folder, (unsigned)geteuid(), name[0] != 0 ? "/" : "",
           name);
}

/* How many files of this ending the servers' folder has; the name of the last one. A server's own name for what it has
 * not completed is none of a key: KEY.PID.json. */
UNUSED static unsigned shared_files(const char *ending, char name[256]) {
  char path[SHARED_PATH_SIZE];
  unsigned count = 0;
  shared_path("", path);
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    const size_t size = strlen(entry->d_name), end = strlen(ending);
    if (size != SHARED_KEY_DIGITS + end || strcmp(entry->d_name + SHARED_KEY_DIGITS, ending) != 0) continue;
    if (name != NULL) snprintf(name, 256, "%s", entry->d_name);
    count++;
  }
  closedir(folder);
  return count;
}

/* The server's process, by its connection file; 0 if there is none. */
UNUSED static pid_t shared_server(void) {
  char name[256], path[SHARED_PATH_SIZE], text[8192];
  if (shared_files(".json", name) == 0) return 0;
  shared_path(name, path);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  const size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = 0;
  const char *at = strstr(text, "\"pid\":");
  return at != NULL ? (pid_t)strtol(at + 6, NULL, 10) : 0;
}

/* Waits until the process has ended; 0 is fine. */
UNUSED static void shared_await_end(pid_t pid) {
  process_end_await(pid <= 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0));
}

/* Ends the servers. One that has ended takes its card along, unless it was killed. */
UNUSED static void shared_stop(void) {
  pid_t before = 0;
  for (pid_t server = shared_server(); server > 0; server = shared_server()) {
    if (server == before) {
      CHECK(!"a server is gone, and its card is not");
      return;
    }
    before = server;
    kill(server, SIGTERM);
    shared_await_end(server);
  }
}

/* Ends the servers and removes the folder. */
UNUSED static void shared_end(void) {
  char path[SHARED_PATH_SIZE], name[256], file[SHARED_PATH_SIZE];
  shared_stop();
  CHECK_INT(0, shared_files(".sock", NULL));
  CHECK_INT(0, shared_files(".json", NULL));
  while (shared_files(".live", name) > 0) {
    shared_path(name, file);
    if (unlink(file) != 0) break;
  }
  shared_path("", path);
  CHECK_INT(0, rmdir(path));
  CHECK_INT(0, rmdir(shared_folder));
}

#endif
