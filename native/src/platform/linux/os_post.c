/* Across processes a pipe in packet mode, within one a socket pair, for the reasons of os_bell.c. */
#include "platform/os_post.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/linux/os_ends.h"

llmb_status os_post_create(enum os_bell_ringer sender, os_handle *out_receives, os_handle *out_sends, int *os_code) {
  int ends[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  const int failed = sender == OS_BELL_PROCESS
                         ? pipe2(ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT)
                         : socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
  return ends_take(failed, ends, out_receives, out_sends, os_code);
}

llmb_status os_post_receive(os_handle receives, void *buffer, uint64_t *out_size) {
  *out_size = 0;
  if (!os_handle_same(receives)) return LLMB_E_UNAVAILABLE;
  ssize_t size;
  int ends = 0; /* the first end of file that a socket tells may hide a packet: os_socket.c */
  do {
    size = read(os_handle_number(receives), buffer, OS_POST_PACKET_SIZE);
  } while ((size < 0 && errno == EINTR) || (size == 0 && ends++ == 0));
  if (size < 0) return errno == EAGAIN ? LLMB_E_NOT_READY : LLMB_E_UNAVAILABLE;
  *out_size = (uint64_t)size;
  return size > 0 ? LLMB_OK : LLMB_E_UNAVAILABLE;
}
