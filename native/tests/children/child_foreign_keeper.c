/* A keeper of another version: it greets as a keeper does, with a handle of itself, and ends with its host. */
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper/keeper_protocol.h"
#include "platform/os_socket.h"

enum { CONTROL = 3, FOREIGN_VERSION = 9 };

int main(void) {
  struct keeper_number_message greeting = {.head = keeper_message_head(KEEPER_MESSAGE_GREETING),
                                           .number = (uint64_t)getpid()};
  greeting.head.version = FOREIGN_VERSION;
  const os_handle self = os_handle_known((int)syscall(SYS_pidfd_open, getpid(), 0));
  int os_code = 0;
  if (os_socket_send(os_handle_known(CONTROL), &greeting, sizeof greeting, &self, 1, &os_code) != LLMB_OK) return 1;
  struct pollfd control = {.fd = CONTROL, .events = POLLIN};
  char byte;
  while (poll(&control, 1, -1) < 1 || read(CONTROL, &byte, 1) > 0) continue;
  return 0;
}
