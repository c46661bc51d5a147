/* Across processes a bell is a pipe: it carries bytes and nothing else, and its two ends are open files of their own.
 * Within a process it is a socket pair, since a send to what is no socket any more fails, where a write would spoil a
 * file. */
#include "platform/os_bell.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/linux/os_ends.h"

enum { PIPE_SIZE = 4096, READ_SIZE = 4096 };

llmb_status os_bell_create(enum os_bell_ringer ringer, os_handle *out_hears, os_handle *out_rings, int *os_code) {
  int ends[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  const int failed = ringer == OS_BELL_PROCESS
                         ? pipe2(ends, O_CLOEXEC | O_NONBLOCK)
                         : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
  const llmb_status status = ends_take(failed, ends, out_hears, out_rings, os_code);
  /* A page holds rings enough, and a pipe of sixteen would count against what a user may have of them. Where it stays
   * larger, that is still less than OS_BELL_CLEAR_READS_MAX reads. */
  if (status == LLMB_OK && ringer == OS_BELL_PROCESS) {
    (void)fcntl(os_handle_number(*out_hears), F_SETPIPE_SZ, PIPE_SIZE);
  }
  return status;
}

void os_bell_ring(os_handle rings) {
  if (!os_handle_same(rings)) return;
  /* EAGAIN is as loud as a doorbell gets. */
  while (send(os_handle_number(rings), "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

enum os_bell_state os_bell_clear(os_handle hears) {
  char rings[READ_SIZE];
  if (!os_handle_same(hears)) return OS_BELL_OVER;
  for (int i = 0; i < OS_BELL_CLEAR_READS_MAX; i++) {
    const ssize_t size = read(os_handle_number(hears), rings, sizeof rings);
    if (size == (ssize_t)sizeof rings || (size < 0 && errno == EINTR)) continue;
    return size == 0 || (size < 0 && errno != EAGAIN) ? OS_BELL_OVER : OS_BELL_CLEAR;
  }
  return OS_BELL_FLOODED;
}
