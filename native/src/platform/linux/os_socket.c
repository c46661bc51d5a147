/* SOCK_SEQPACKET: message borders are kept, and unlike with datagrams the other side's end is seen. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/linux/os_ends.h"
#include "platform/os_socket.h"

union control_room {
  struct cmsghdr align;
  char bytes[CMSG_SPACE(OS_SOCKET_HANDLES_MAX * sizeof(int))];
};

llmb_status os_socket_pair(os_handle out[2], int *os_code) {
  int ends[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  const int failed = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
  return ends_take(failed, ends, &out[0], &out[1], os_code);
}

static llmb_status send_status(int os_code) {
  switch (os_code) {
    case EAGAIN:
    case ENOBUFS:
    case ETOOMANYREFS: /* too many descriptors are in flight: the receivers will take them */
      return LLMB_E_NOT_READY;
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN:
      return LLMB_E_UNAVAILABLE;
    case EMSGSIZE:
      return LLMB_E_INVALID_ARGUMENT;
    case ENOMEM:
      return LLMB_E_OUT_OF_MEMORY;
    default:
      return LLMB_E_INTERNAL;
  }
}

static ssize_t send_with_handles(int socket, const void *bytes, uint64_t size, const os_handle *handles,
                                 unsigned handle_count) {
  union {
    const void *given;
    void *taken; /* struct iovec serves both directions and so lacks const */
  } start = {.given = bytes};
  struct iovec part = {.iov_base = start.taken, .iov_len = size};
  union control_room control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = CMSG_SPACE(handle_count * sizeof(int))};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(handle_count * sizeof(int));
  for (unsigned i = 0; i < handle_count; i++) {
    const int number = os_handle_number(handles[i]);
    memcpy(CMSG_DATA(header) + i * sizeof number, &number, sizeof number);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A confined engine may not send descriptors, and so has no call that could. */
llmb_status os_socket_send(os_handle socket, const void *bytes, uint64_t size, const os_handle *handles,
                           unsigned handle_count, int *os_code) {
  /* An empty message would look like the end to its receiver. */
  if (size == 0 || size > OS_SOCKET_MESSAGE_SIZE_MAX || handle_count > OS_SOCKET_HANDLES_MAX) {
    *os_code = EMSGSIZE;
    return LLMB_E_INVALID_ARGUMENT;
  }
  if (!os_handle_same(socket)) {
    *os_code = EBADF;
    return LLMB_E_UNAVAILABLE;
  }
  ssize_t sent;
  do {
    sent = handle_count > 0 ? send_with_handles(os_handle_number(socket), bytes, size, handles, handle_count)
                            : send(os_handle_number(socket), bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return LLMB_OK;
  *os_code = errno;
  return send_status(errno);
}

/* Takes the descriptors of a received message; they count even when the message is refused, so that it can close them.
 */
static unsigned take_handles(struct msghdr *message, os_handle handles[OS_SOCKET_HANDLES_MAX]) {
  unsigned count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t size = header->cmsg_len - CMSG_LEN(0);
    for (size_t at = 0; at + sizeof(int) <= size && count < OS_SOCKET_HANDLES_MAX; at += sizeof(int)) {
      int number;
      memcpy(&number, CMSG_DATA(header) + at, sizeof number);
      handles[count++] = number;
    }
  }
  return count;
}

static ssize_t receive_message(os_handle socket, struct msghdr *message) {
  /* A side that closes with unread messages leaves one ECONNRESET before what it had sent itself. And the kernel looks
   * first for a message and then whether the other side has closed: what was sent and closed between shows as an end,
   * and as a message only when looked at again. */
  for (int resets = 0, ends = 0;;) {
    size_t control_size = message->msg_controllen;
    ssize_t size = recvmsg(os_handle_number(socket), message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    const bool is_end = size == 0 && message->msg_controllen == 0 && (message->msg_flags & MSG_CTRUNC) == 0;
    if (size > 0 || (size == 0 && (!is_end || ends++ > 0))) return size;
    message->msg_controllen = control_size;
    if (is_end) continue;
    if (errno == EINTR) continue;
    if (errno != ECONNRESET || resets++ > 0) return -1;
  }
}

llmb_status os_socket_receive(os_handle socket, void *bytes, uint64_t capacity, uint64_t *out_size,
                              os_handle *out_handles, unsigned handle_capacity, unsigned *out_handle_count,
                              int *os_code) {
  os_handle handles[OS_SOCKET_HANDLES_MAX];
  union control_room control;
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  llmb_status status = LLMB_OK;
  *out_size = 0;
  if (out_handle_count != NULL) *out_handle_count = 0;
  if (!os_handle_same(socket)) {
    *os_code = EBADF;
    return LLMB_E_UNAVAILABLE;
  }
  ssize_t size = receive_message(socket, &message);
  if (size < 0) {
    *os_code = errno;
    return errno == EAGAIN ? LLMB_E_NOT_READY : errno == ENOMEM ? LLMB_E_OUT_OF_MEMORY : LLMB_E_UNAVAILABLE;
  }
  unsigned count = take_handles(&message, handles);
  bool cut = (message.msg_flags & MSG_CTRUNC) != 0;
  if (size == 0 && count == 0 && !cut) return LLMB_E_UNAVAILABLE;
  if (cut && count < OS_SOCKET_HANDLES_MAX) {
    *os_code = EMFILE; /* there was room in the message, so it was this process that could take no more */
    status = LLMB_E_OUT_OF_MEMORY;
    goto finish;
  }
  if (size == 0 || cut || (message.msg_flags & MSG_TRUNC) != 0 || count > handle_capacity) {
    *os_code = EBADMSG;
    status = LLMB_E_PROTOCOL_ERROR;
    goto finish;
  }
  for (unsigned i = 0; i < count; i++) {
    handles[i] = os_handle_raise(handles[i]);
    if (handles[i] >= 0) continue;
    *os_code = errno;
    status = LLMB_E_OUT_OF_MEMORY;
    goto finish;
  }
  *out_size = (uint64_t)size;
  for (unsigned i = 0; i < count; i++) out_handles[i] = handles[i];
  if (out_handle_count != NULL) *out_handle_count = count;
  count = 0; /* they are the caller's now */

finish:
  for (unsigned i = 0; i < count; i++) os_handle_close(handles[i]);
  return status;
}
