/* What follows from a message of an engine, by the letter of handshake.h. */
#ifndef LLMB_TESTS_HANDSHAKE_COURSE_H
#define LLMB_TESTS_HANDSHAKE_COURSE_H

#include <stdbool.h>

#include "core/json_check.h"
#include "tests/faults/handshake_messages.h"
#include "pool/worker_states.h"

/* Where a worker goes with a message, by the letter of handshake.h; KILLED stands for being stopped for it. */
enum course { STAYS, GOES_LOADING, GOES_READY, GOES_RETIRING, REFUSES, ENDS, KILLED };

static inline enum course course_of_hello(enum worker_state state, const struct message *message) {
  struct handshake_hello hello;
  if (message->size != sizeof hello) return KILLED;
  memcpy(&hello, message->bytes, sizeof hello);
  return state == WORKER_STARTING && hello.protocol_version == CHANNEL_PROTOCOL_VERSION ? GOES_LOADING : KILLED;
}

/* What an engine says of itself when it is ready is a JSON object. */
static inline bool is_object(const struct message *message) {
  const uint8_t *text = message->bytes + sizeof(struct handshake_text);
  const uint64_t size = message->size - sizeof(struct handshake_text);
  return size > 0 && text[0] == '{' && json_check(text, size, NULL, NULL) == LLMB_OK;
}

static inline enum course course_of(enum worker_state state, const struct message *message) {
  struct handshake_text head = {.type = 0};
  if (message->size < sizeof head.type) return KILLED;
  memcpy(&head, message->bytes, message->size < sizeof head ? message->size : sizeof head);
  if (head.type == HANDSHAKE_HELLO) return course_of_hello(state, message);
  if (head.type < HANDSHAKE_READY || head.type > HANDSHAKE_RETIRING) return KILLED;
  if (message->size < sizeof head || head.size != message->size - sizeof head) return KILLED;
  switch (head.type) {
    case HANDSHAKE_READY:
      return state == WORKER_LOADING && is_object(message) ? GOES_READY : KILLED;
    case HANDSHAKE_REFUSED:
      return state == WORKER_READY ? KILLED : REFUSES;
    case HANDSHAKE_LAST_WORDS:
      return STAYS;
    default:
      return state == WORKER_READY ? GOES_RETIRING : KILLED;
  }
}

#endif
