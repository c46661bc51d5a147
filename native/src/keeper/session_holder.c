#include "keeper/session_holder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A process's name has room for these and a number. */
static const char mark[] = "turn of ";

void session_holder_announce(pid_t host) {
  char name[32];
  snprintf(name, sizeof name, "%s%d", mark, (int)host); /* the kernel cuts it to 15 bytes: 7 digits are enough */
  (void)prctl(PR_SET_NAME, name);
}

static void read_name(pid_t process, char *out, uint64_t capacity) {
  char path[48];
  out[0] = 0;
  snprintf(path, sizeof path, "/proc/%d/comm", (int)process);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t size = read(file, out, capacity - 1);
  close(file);
  out[size > 0 ? size : 0] = 0;
  out[strcspn(out, "\n")] = 0;
}

void session_holder_describe(pid_t holder, pid_t own_host, char *out, uint64_t capacity) {
  char name[32], program[32];
  read_name(holder, name, sizeof name);
  if (holder <= 0 || name[0] == 0) {
    snprintf(out, capacity, "a program that cannot be seen from here");
    return;
  }
  if (strncmp(name, mark, sizeof mark - 1) != 0) {
    snprintf(out, capacity, "process %d (%s)", (int)holder, name);
    return;
  }
  const pid_t host = (pid_t)strtol(name + sizeof mark - 1, NULL, 10);
  read_name(host, program, sizeof program);
  if (host == own_host) {
    snprintf(out, capacity, "another call of this program");
  } else {
    snprintf(out, capacity, "process %d (%s)", (int)host, program[0] != 0 ? program : "ended");
  }
}
