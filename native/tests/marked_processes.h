/* Processes that carry a mark in their environment: what a test, and all that was started for it, has left. */
#ifndef LLMB_TESTS_MARKED_PROCESSES_H
#define LLMB_TESTS_MARKED_PROCESSES_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARK_NAME "LC_LLMB_TEST_MARK" /* LC_ variables are passed on to keepers, servers and engines */

enum { MARK_ENVIRONMENT_SIZE_MAX = 128 << 10 };

/* Marks this process, and so what it starts; the setting `environment` passes it on to commands. */
static inline void mark_set(void) {
  char value[32];
  snprintf(value, sizeof value, "%d", (int)getpid());
  setenv(MARK_NAME, value, 1);
}

static inline bool mark_is_on(const char *pid) {
  static char environment[MARK_ENVIRONMENT_SIZE_MAX];
  char path[300], entry[64];
  snprintf(path, sizeof path, "/proc/%s/environ", pid);
  snprintf(entry, sizeof entry, MARK_NAME "=%d", (int)getpid());
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, environment, sizeof environment);
  close(file);
  return size > 0 && memmem(environment, (size_t)size, entry, strlen(entry) + 1) != NULL;
}

/* Whether it is the library's own: a keeper, an engine, or one of its reapers, which it keeps. */
static inline bool mark_is_of_library(const char *pid) {
  char path[300], name[32] = "";
  snprintf(path, sizeof path, "/proc/%s/comm", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  const bool read = fgets(name, sizeof name, file) != NULL;
  fclose(file);
  return read && (strcmp(name, "llmb-reaper\n") == 0 || strncmp(name, "llmbridge-", strlen("llmbridge-")) == 0);
}

static inline unsigned marked_count_of(bool programs_only) {
  unsigned count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return 0;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    const long pid = strtol(entry->d_name, NULL, 10);
    if (pid <= 0 || pid == getpid() || !mark_is_on(entry->d_name)) continue;
    if (!programs_only || !mark_is_of_library(entry->d_name)) count++;
  }
  closedir(folder);
  return count;
}

/* How many there are besides this one. */
static inline unsigned marked_count(void) {
  return marked_count_of(false);
}

/* How many of them are commands, or were started by commands. */
static inline unsigned marked_program_count(void) {
  return marked_count_of(true);
}

/* Waits until there is no such one. */
static inline void marked_programs_await_end(void) {
  const struct timespec nap = {0, 5000000};
  while (marked_program_count() > 0) nanosleep(&nap, NULL);
}

/* Waits until there are this many; the test's watchdog ends a wait in vain. */
static inline void marked_await(unsigned count) {
  const struct timespec nap = {0, 5000000};
  while (marked_count() != count) nanosleep(&nap, NULL);
}

#endif
