#include "tests/hostile/hostile_bells.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <channel/handshake.h>

#include "tests/hostile/hostile_module.h"

enum { DESCRIPTORS = 1000, RINGS_DESCRIPTORS = 64, LIFELINE = 4, PAUSE_US = 2000, SEND_ROUNDS = 100 };

/* Everything that is open and was not before it was connected, and that is not its stderr. */
static bool is_shared(int fd) {
  return fd > STDERR_FILENO && fcntl(fd, F_GETFD) >= 0;
}

void *bells_block(void *argument) {
  static char rings[4096];
  for (;;) {
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
      if (!is_shared(fd)) continue;
      fcntl(fd, F_SETFL, O_NONBLOCK);
      for (int i = 0; i < 1000 && send(fd, rings, 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0; i++) continue;
      for (int i = 0; i < 100 && write(fd, rings, sizeof rings) > 0; i++) continue;
      while (write(fd, rings, 1) > 0) continue;
      fcntl(fd, F_SETOWN, getppid());
      fcntl(fd, F_SETSIG, SIGKILL);
      fcntl(fd, F_SETFL, O_ASYNC);
    }
    usleep(PAUSE_US);
  }
  return argument;
}

void *bells_flood(void *argument) {
  static char rings[65536];
  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    if (is_shared(fd)) fcntl(fd, F_SETPIPE_SZ, 1 << 20);
  }
  for (;;) {
    for (int fd = 0; fd < RINGS_DESCRIPTORS; fd++) {
      if (is_shared(fd)) (void)!write(fd, rings, sizeof rings);
    }
  }
  return argument;
}

void *bells_close(void *argument) {
  usleep(10 * PAUSE_US);
  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    if (!is_shared(fd)) continue;
    shutdown(fd, SHUT_RDWR);
    if (fd != LIFELINE) close(fd); /* its own thread watches that */
  }
  return argument;
}

/* A socket whose close takes an hour, for whoever closes it last. */
static int lingering_socket(void) {
  static const char junk[65536];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int small = 2048, listener = socket(AF_INET, SOCK_STREAM, 0), sender = socket(AF_INET, SOCK_STREAM, 0);
  const struct linger hour = {.l_onoff = 1, .l_linger = 3600};
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0) abort();
  getsockname(listener, (struct sockaddr *)&address, &size);
  if (connect(sender, (struct sockaddr *)&address, size) != 0) abort();
  setsockopt(sender, SOL_SOCKET, SO_LINGER, &hour, sizeof hour);
  while (send(sender, junk, sizeof junk, MSG_DONTWAIT) > 0) continue;
  return sender;
}

void *send_descriptors(void *argument) {
  const int trap = lingering_socket();
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof trap)];
  } control = {.align = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof trap)}};
  memcpy(CMSG_DATA(&control.align), &trap, sizeof trap);
  const struct handshake_text words = {.type = HANDSHAKE_LAST_WORDS};
  struct handshake_text sent = words;
  struct iovec part = {.iov_base = &sent, .iov_len = sizeof sent};
  const struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  unsigned taken = 0;
  for (int i = 0; i < SEND_ROUNDS; i++) {
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
      if (is_shared(fd) && fd != trap && sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) taken++;
    }
  }
  close(trap);
  if (taken > 0) fputs(TAKEN_LINE, stderr);
  return argument;
}
