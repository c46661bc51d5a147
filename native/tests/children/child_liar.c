/* Stands in the place of llmbridge-engine and greets its host, but spoils one of its messages as the variable LC_LIAR
 * says: "TYPE CUT AT MASK" is the message of that type, cut to CUT bytes, with the byte AT changed by MASK. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/os_socket.h"
#include "tests/faults/handshake_messages.h"

enum { HOST_SOCKET = 3 };

static int post;

/* The host's opening message brings it. */
static bool open_post(void) {
  static uint8_t message[OS_SOCKET_MESSAGE_SIZE_MAX];
  os_handle handles[OS_SOCKET_HANDLES_MAX];
  uint64_t size = 0;
  unsigned count = 0;
  int os_code = 0;
  if (os_socket_receive(HOST_SOCKET, message, sizeof message, &size, handles, OS_SOCKET_HANDLES_MAX, &count,
                        &os_code) != LLMB_OK ||
      count != 3) {
    return false;
  }
  post = os_handle_number(handles[1]);
  return true;
}

static void say(const struct message *message) {
  if (write(post, message->bytes, message->size) < 0) exit(2);
}

int main(void) {
  unsigned type = 0, cut = 0, at = 0, mask = 0;
  struct message message;
  const char *order = getenv("LC_LIAR");
  if (order == NULL || sscanf(order, "%u %u %u %u", &type, &cut, &at, &mask) != 4 || at >= sizeof message.bytes)
    return 1;
  if (!open_post()) return 3;
  if (type != HANDSHAKE_HELLO) {
    message_make(&message, HANDSHAKE_HELLO);
    say(&message);
  }
  message_make(&message, type);
  message.bytes[at] ^= (uint8_t)mask;
  if (cut < message.size) message.size = cut;
  say(&message);
  for (;;) pause();
}
