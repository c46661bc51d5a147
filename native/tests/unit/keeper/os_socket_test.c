/* Message sockets: whole messages, descriptors, and how each kind of end shows. */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/keeper/keeper_harness.h"

struct pair {
  os_handle ends[2];
};

static struct pair make_pair(void) {
  struct pair pair;
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_pair(pair.ends, &os_code));
  return pair;
}

static void close_pair(struct pair *pair) {
  pair->ends[0] = os_handle_close(pair->ends[0]);
  pair->ends[1] = os_handle_close(pair->ends[1]);
}

static llmb_status receive(os_handle socket, void *bytes, uint64_t capacity, uint64_t *size) {
  int os_code;
  return os_socket_receive(socket, bytes, capacity, size, NULL, 0, NULL, &os_code);
}

static void socket_send__keeps_message_borders(void) {
  struct pair pair = make_pair();
  char bytes[16];
  uint64_t size;
  int os_code;
  CHECK_INT(LLMB_E_NOT_READY, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "abc", 3, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "de", 2, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK(size == 3 && memcmp(bytes, "abc", 3) == 0);
  CHECK_INT(LLMB_OK, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK(size == 2 && memcmp(bytes, "de", 2) == 0);
  close_pair(&pair);
}

static void socket_pair__is_close_on_exec_and_above_two(void) {
  struct pair pair = make_pair();
  for (int i = 0; i < 2; i++) {
    CHECK(pair.ends[i] > 2);
    CHECK_INT(FD_CLOEXEC, fcntl(pair.ends[i], F_GETFD));
  }
  close_pair(&pair);
}

static void socket_send__refuses_empty_and_too_large(void) {
  static char large[OS_SOCKET_MESSAGE_SIZE_MAX + 1];
  struct pair pair = make_pair();
  int os_code;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, os_socket_send(pair.ends[0], "", 0, NULL, 0, &os_code));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, os_socket_send(pair.ends[0], large, sizeof large, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], large, sizeof large - 1, NULL, 0, &os_code));
  close_pair(&pair);
}

static void socket_send__is_not_ready_when_full_and_unavailable_when_closed(void) {
  static char block[16384];
  struct pair pair = make_pair();
  llmb_status status;
  int os_code;
  uint64_t size, sent = 0, received = 0;
  while ((status = os_socket_send(pair.ends[0], block, sizeof block, NULL, 0, &os_code)) == LLMB_OK) sent++;
  CHECK_INT(LLMB_E_NOT_READY, status);
  while (receive(pair.ends[1], block, sizeof block, &size) == LLMB_OK) received++;
  CHECK(sent > 0 && sent == received);
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "x", 1, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, receive(pair.ends[1], block, sizeof block, &size));
  pair.ends[1] = os_handle_close(pair.ends[1]);
  CHECK_INT(LLMB_E_UNAVAILABLE, os_socket_send(pair.ends[0], "x", 1, NULL, 0, &os_code));
  CHECK_INT(EPIPE, os_code);
  close_pair(&pair);
}

static void socket_receive__gives_what_was_sent_before_the_end(void) {
  struct pair pair = make_pair();
  char bytes[16];
  uint64_t size;
  int os_code;
  /* The unread message the other way makes the kernel report a reset first. */
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[1], "unread", 6, NULL, 0, &os_code));
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "last", 4, NULL, 0, &os_code));
  pair.ends[0] = os_handle_close(pair.ends[0]);
  CHECK_INT(LLMB_OK, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK_INT(4, size);
  CHECK_INT(LLMB_E_UNAVAILABLE, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK_INT(LLMB_E_UNAVAILABLE, receive(pair.ends[1], bytes, sizeof bytes, &size));
  close_pair(&pair);
}

static os_handle speaks_late = OS_HANDLE_NONE;

/* The kernel looks for a message first and then whether the other side has closed. What is sent and closed between
 * shows as an end, a few times in 100,000 on two processors, and here always. */
ssize_t recvmsg(int socket, struct msghdr *message, int flags) {
  int os_code;
  if (speaks_late == OS_HANDLE_NONE) return syscall(SYS_recvmsg, socket, message, flags);
  CHECK_INT(LLMB_OK, os_socket_send(speaks_late, "last", 4, NULL, 0, &os_code));
  speaks_late = os_handle_close(speaks_late);
  message->msg_controllen = 0;
  message->msg_flags = 0;
  return 0;
}

static void socket_receive__gives_a_message_that_comes_together_with_the_end(void) {
  struct pair pair = make_pair();
  char bytes[16];
  uint64_t size;
  speaks_late = pair.ends[0];
  CHECK_INT(LLMB_OK, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK_INT(4, size);
  CHECK_INT(LLMB_E_UNAVAILABLE, receive(pair.ends[1], bytes, sizeof bytes, &size));
  pair.ends[0] = OS_HANDLE_NONE;
  close_pair(&pair);
}

static void socket_receive__refuses_what_is_longer_than_its_buffer(void) {
  struct pair pair = make_pair();
  char bytes[4];
  uint64_t size;
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "longer", 6, NULL, 0, &os_code));
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, receive(pair.ends[1], bytes, sizeof bytes, &size));
  CHECK_INT(0, size);
  close_pair(&pair);
}

static void socket_receive__takes_descriptors(void) {
  struct pair pair = make_pair(), passed = make_pair();
  os_handle taken[OS_SOCKET_HANDLES_MAX];
  char bytes[4];
  uint64_t size;
  unsigned count;
  int os_code;
  const os_handle sent[] = {passed.ends[0], passed.ends[1], passed.ends[0], passed.ends[1]};
  CHECK_INT(LLMB_OK, os_socket_send(pair.ends[0], "x", 1, sent, 4, &os_code));
  CHECK_INT(LLMB_OK, os_socket_receive(pair.ends[1], bytes, sizeof bytes, &size, taken, 4, &count, &os_code));
  CHECK_INT(4, count);
  for (unsigned i = 0; i < count; i++) CHECK_INT(FD_CLOEXEC, fcntl(taken[i], F_GETFD));
  CHECK_INT(LLMB_OK, os_socket_send(taken[0], "through", 7, NULL, 0, &os_code));
  char through[8];
  CHECK_INT(LLMB_OK, receive(passed.ends[1], through, sizeof through, &size));
  CHECK_INT(7, size);
  for (unsigned i = 0; i < count; i++) os_handle_close(taken[i]);
  close_pair(&passed);
  close_pair(&pair);
}

/* Sends more descriptors than os_socket_send would. */
static void send_many(os_handle socket, int handle, unsigned count) {
  char control[CMSG_SPACE(16 * sizeof(int))] = {0};
  struct iovec part = {.iov_base = (char[]){"x"}, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  for (unsigned i = 0; i < count; i++) memcpy(CMSG_DATA(header) + i * sizeof(int), &handle, sizeof handle);
  CHECK_INT(1, sendmsg(socket, &message, 0));
}

static void socket_receive__closes_descriptors_nobody_asked_for(void) {
  struct pair pair = make_pair();
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE], bytes[4];
  harness_snapshot(before);
  for (unsigned count = 1; count <= 16; count++) {
    os_handle taken[OS_SOCKET_HANDLES_MAX];
    uint64_t size;
    unsigned taken_count, capacity = count <= 4 ? count - 1 : 4;
    int os_code;
    send_many(pair.ends[0], 0, count);
    CHECK_INT(LLMB_E_PROTOCOL_ERROR,
              os_socket_receive(pair.ends[1], bytes, sizeof bytes, &size, taken, capacity, &taken_count, &os_code));
    CHECK_INT(0, taken_count);
  }
  harness_snapshot(after);
  CHECK_TEXT(before, after);
  close_pair(&pair);
}

static void socket_receive__says_when_descriptors_have_run_out(void) {
  struct pair pair = make_pair();
  struct rlimit before, few;
  os_handle taken[2];
  char bytes[4];
  uint64_t size;
  unsigned count;
  int os_code = 0;
  send_many(pair.ends[0], 0, 2);
  getrlimit(RLIMIT_NOFILE, &before);
  few = before;
  few.rlim_cur = 3;
  setrlimit(RLIMIT_NOFILE, &few);
  CHECK_INT(LLMB_E_OUT_OF_MEMORY,
            os_socket_receive(pair.ends[1], bytes, sizeof bytes, &size, taken, 2, &count, &os_code));
  CHECK_INT(EMFILE, os_code);
  CHECK_INT(0, count);
  setrlimit(RLIMIT_NOFILE, &before);
  close_pair(&pair);
}

CHECK_MAIN(TEST(socket_send__keeps_message_borders), TEST(socket_pair__is_close_on_exec_and_above_two),
           TEST(socket_send__refuses_empty_and_too_large),
           TEST(socket_send__is_not_ready_when_full_and_unavailable_when_closed),
           TEST(socket_receive__gives_what_was_sent_before_the_end),
           TEST(socket_receive__gives_a_message_that_comes_together_with_the_end),
           TEST(socket_receive__refuses_what_is_longer_than_its_buffer), TEST(socket_receive__takes_descriptors),
           TEST(socket_receive__closes_descriptors_nobody_asked_for),
           TEST(socket_receive__says_when_descriptors_have_run_out))
