#include "keeper/session_talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "platform/os_poll.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

enum { TEXT_SIZE_MAX = 96 << 20 };

struct session_message session_message_of(enum session_message_kind kind) {
  return (struct session_message){.head = {SESSION_PROTOCOL_MAGIC, SESSION_PROTOCOL_VERSION, (uint16_t)kind}};
}

bool session_say(struct session_message *message, const char *text, uint64_t size) {
  os_handle region = OS_HANDLE_NONE;
  void *address = NULL;
  int os_code = 0;
  message->size = size;
  if (text != NULL && os_region_create(size + 1, &region, &address, &os_code) != LLMB_OK) return false;
  if (text != NULL) memcpy(address, text, size);
  const llmb_status status =
      os_socket_send(SESSION_HANDLE_HOST, message, sizeof *message, &region, text != NULL, &os_code);
  if (text != NULL) os_region_unmap(address, size + 1);
  os_handle_close(region);
  return status == LLMB_OK;
}

int session_refuse(llmb_status status, int os_code, const char *format, ...) {
  struct session_message message = session_message_of(SESSION_MESSAGE_REFUSED);
  va_list arguments;
  message.status = status;
  message.os_code = os_code;
  va_start(arguments, format);
  vsnprintf(message.text, sizeof message.text, format, arguments);
  va_end(arguments);
  (void)session_say(&message, NULL, 0);
  return EXIT_FAILURE;
}

enum session_message_kind session_hear(uint64_t deadline_ns, struct session_message *out, char **out_bytes) {
  os_handle region = OS_HANDLE_NONE;
  unsigned handles = 0;
  uint64_t size = 0;
  int os_code = 0;
  void *address = NULL;
  struct os_poll_item item = {.handle = SESSION_HANDLE_HOST};
  *out_bytes = NULL;
  if (os_poll(&item, 1, deadline_ns) == 0) return SESSION_MESSAGE_NONE;
  if (os_socket_receive(SESSION_HANDLE_HOST, out, sizeof *out, &size, &region, 1, &handles, &os_code) != LLMB_OK)
    return SESSION_MESSAGE_NONE;
  enum session_message_kind kind = (enum session_message_kind)out->head.kind;
  out->text[sizeof out->text - 1] = 0;
  if (size != sizeof *out || out->head.magic != SESSION_PROTOCOL_MAGIC ||
      out->head.version != SESSION_PROTOCOL_VERSION || out->size > TEXT_SIZE_MAX)
    kind = SESSION_MESSAGE_NONE;
  if (kind != SESSION_MESSAGE_NONE && handles == 1) {
    if (os_region_map(region, out->size + 1, &address, &os_code) != LLMB_OK ||
        memory_copy_text(address, out->size, out_bytes) != LLMB_OK)
      kind = SESSION_MESSAGE_NONE;
    if (address != NULL) os_region_unmap(address, out->size + 1);
  }
  if (handles == 1) os_handle_close(region);
  return kind;
}
