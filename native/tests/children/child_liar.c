/* Stands in the place of llmbridge-engine and greets its host, but spoils one of its messages as the variable LC_LIAR
 * says: "TYPE CUT AT MASK" is the message of that type, cut to CUT bytes, with the byte AT changed by MASK. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults/handshake_messages.h"

enum { HOST_SOCKET = 3 };

static void say(const struct message *message) {
  if (send(HOST_SOCKET, message->bytes, message->size, MSG_NOSIGNAL) < 0) exit(2);
}

int main(void) {
  unsigned type = 0, cut = 0, at = 0, mask = 0;
  struct message message;
  const char *order = getenv("LC_LIAR");
  if (order == NULL || sscanf(order, "%u %u %u %u", &type, &cut, &at, &mask) != 4 || at >= sizeof message.bytes)
    return 1;
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
