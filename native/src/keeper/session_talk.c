#include "keeper/session_talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/os_poll.h"

enum { TEXT_SIZE_MAX = 96 << 20 };

bool session_say(struct session_message *message, const char *text, uint64_t size) {
  int os_code = 0;
  message->size = size;
  return session_wire_send(SESSION_HANDLE_HOST, message, text, &os_code) == LLMB_OK;
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
  struct os_poll_item item = {.handle = SESSION_HANDLE_HOST};
  int os_code = 0;
  *out_bytes = NULL;
  if (os_poll(&item, 1, deadline_ns) == 0) return SESSION_MESSAGE_NONE;
  if (session_wire_receive(SESSION_HANDLE_HOST, TEXT_SIZE_MAX, out, out_bytes, &os_code) != LLMB_OK)
    return SESSION_MESSAGE_NONE;
  return (enum session_message_kind)out->head.kind;
}
