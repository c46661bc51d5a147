#include "bench_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_both(const int ends[2]) {
  close(ends[0]);
  close(ends[1]);
}

bool bench_child_start(struct bench_child *out, bench_serve *serve, const void *data) {
  int request[2], reply[2];
  if (pipe2(request, O_CLOEXEC) != 0) return false;
  if (pipe2(reply, O_CLOEXEC) != 0) {
    close_both(request);
    return false;
  }
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(request[1]);
    close(reply[0]);
    serve(request[0], reply[1], data);
    _exit(0);
  }
  close(request[0]);
  close(reply[1]);
  *out = (struct bench_child){.pid = pid, .to = request[1], .from = reply[0]};
  if (pid > 0) return true;
  close(out->to);
  close(out->from);
  return false;
}

void bench_child_stop(struct bench_child *child) {
  close(child->to);
  close(child->from);
  kill(child->pid, SIGKILL);
  while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) continue;
}

void bench_pong(int in, int out, const void *data) {
  char message[BENCH_PONG_SIZE];
  (void)data;
  while (bench_pipe_read(in, message, sizeof message) && bench_pipe_write(out, message, sizeof message)) continue;
}

bool bench_pipe_write(int to, const void *bytes, size_t size) {
  const uint8_t *at = bytes;
  while (size > 0) {
    const ssize_t written = write(to, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= (size_t)written;
  }
  return true;
}

bool bench_pipe_read(int from, void *bytes, size_t size) {
  uint8_t *at = bytes;
  while (size > 0) {
    const ssize_t got = read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= (size_t)got;
  }
  return true;
}
