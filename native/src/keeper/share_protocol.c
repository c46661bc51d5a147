#include "keeper/share_protocol.h"

#include <stddef.h>
#include <string.h>

struct share_head share_message_head(enum share_message_kind kind) {
  return (struct share_head){SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, (uint16_t)kind};
}

static bool size_fits(enum share_message_kind kind, uint64_t size) {
  switch (kind) {
    case SHARE_MESSAGE_ORDER:
      return size >= sizeof(struct share_order) &&
             size <= sizeof(struct share_order) + SHARE_PARTS_SIZE_MAX + SHARE_MODEL_PATH_SIZE;
    case SHARE_MESSAGE_READY:
    case SHARE_MESSAGE_TAKEN:
    case SHARE_MESSAGE_ASK:
      return size == sizeof(struct share_head);
    case SHARE_MESSAGE_HELLO:
      return size > sizeof(struct share_head) && size <= sizeof(struct share_head) + SHARE_PARTS_SIZE_MAX;
    case SHARE_MESSAGE_WAIT:
      return size == sizeof(struct share_wait);
    case SHARE_MESSAGE_RELAY:
      return size > sizeof(struct share_head) && size <= sizeof(struct share_head) + SHARE_RELAY_SIZE_MAX;
    case SHARE_MESSAGE_WELCOME:
      return size == sizeof(struct share_welcome);
    case SHARE_MESSAGE_REFUSED:
      return size >= sizeof(struct share_refused) && size <= sizeof(struct share_refused) + SHARE_TEXT_SIZE_MAX;
    case SHARE_MESSAGE_STATE:
      return size > sizeof(struct share_head) && size <= sizeof(struct share_head) + SHARE_STATE_SIZE_MAX;
    case SHARE_MESSAGE_EXIT:
      return size >= offsetof(struct share_exit, log) && size <= sizeof(struct share_exit);
    case SHARE_MESSAGE_NONE:
    case SHARE_MESSAGE_KIND_COUNT:
      return false;
  }
  return false;
}

enum share_message_kind share_message_check(const void *bytes, uint64_t size) {
  struct share_head head;
  if (size < sizeof head) return SHARE_MESSAGE_NONE;
  memcpy(&head, bytes, sizeof head);
  if (head.magic != SHARE_PROTOCOL_MAGIC || head.version != SHARE_PROTOCOL_VERSION) return SHARE_MESSAGE_NONE;
  if (head.kind >= SHARE_MESSAGE_KIND_COUNT) return SHARE_MESSAGE_NONE;
  const enum share_message_kind kind = (enum share_message_kind)head.kind;
  return size_fits(kind, size) ? kind : SHARE_MESSAGE_NONE;
}
