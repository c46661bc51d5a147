/* Messages as engines of ours send them to their host. */
#ifndef LLMB_TESTS_HANDSHAKE_MESSAGES_H
#define LLMB_TESTS_HANDSHAKE_MESSAGES_H

#include <string.h>

#include <llmbridge/status.h>

#include "channel/channel_layout.h"
#include "channel/handshake.h"

enum { MESSAGE_SIZE_MAX = 512 };

struct message {
  uint8_t bytes[MESSAGE_SIZE_MAX];
  uint32_t size;
};

static inline void message_make(struct message *message, uint32_t type) {
  if (type == HANDSHAKE_HELLO) {
    const struct handshake_hello hello = {
        .type = type, .protocol_version = CHANNEL_PROTOCOL_VERSION, .name = "fake", .version = "fake 1"};
    message->size = sizeof hello;
    memcpy(message->bytes, &hello, sizeof hello);
    return;
  }
  const char *text = type == HANDSHAKE_READY      ? "{\"engine\":\"fake\"}"
                     : type == HANDSHAKE_RETIRING ? ""
                                                  : "caf\xc3\xa9";
  const struct handshake_text head = {
      .type = type, .status = type == HANDSHAKE_REFUSED ? LLMB_E_MODEL_INVALID : 0, .size = (uint32_t)strlen(text)};
  message->size = (uint32_t)sizeof head + head.size;
  memcpy(message->bytes, &head, sizeof head);
  memcpy(message->bytes + sizeof head, text, head.size);
}

#endif
