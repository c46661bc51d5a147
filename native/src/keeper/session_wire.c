#include "keeper/session_wire.h"

#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

struct session_message session_message_of(enum session_message_kind kind) {
  return (struct session_message){.head = {SESSION_PROTOCOL_MAGIC, SESSION_PROTOCOL_VERSION, (uint16_t)kind}};
}

llmb_status session_wire_send(os_handle socket, const struct session_message *message, const void *bytes,
                              int *os_code) {
  os_handle region = OS_HANDLE_NONE;
  void *address = NULL;
  const uint64_t size = message->size + 1;
  if (bytes == NULL) return os_socket_send(socket, message, sizeof *message, NULL, 0, os_code);
  llmb_status status = os_region_create(size, &region, &address, os_code);
  if (status != LLMB_OK) return status;
  memcpy(address, bytes, message->size);
  status = os_socket_send(socket, message, sizeof *message, &region, 1, os_code);
  os_region_unmap(address, size);
  os_handle_close(region);
  return status;
}

static llmb_status copy_bytes(os_handle region, uint64_t size, char **out, int *os_code) {
  void *address = NULL;
  llmb_status status = os_region_map(region, size + 1, &address, os_code);
  if (status != LLMB_OK) return status;
  status = memory_copy_text(address, size, out);
  os_region_unmap(address, size + 1);
  return status;
}

llmb_status session_wire_receive(os_handle socket, uint64_t size_max, struct session_message *out, char **out_bytes,
                                 int *os_code) {
  os_handle region = OS_HANDLE_NONE;
  unsigned handles = 0;
  uint64_t size = 0;
  *out_bytes = NULL;
  llmb_status status = os_socket_receive(socket, out, sizeof *out, &size, &region, 1, &handles, os_code);
  if (status != LLMB_OK) return status;
  out->text[sizeof out->text - 1] = 0;
  if (size != sizeof *out || out->head.magic != SESSION_PROTOCOL_MAGIC ||
      out->head.version != SESSION_PROTOCOL_VERSION || out->size > size_max) {
    status = LLMB_E_PROTOCOL_ERROR;
  } else if (handles == 1) {
    status = copy_bytes(region, out->size, out_bytes, os_code);
  }
  if (handles == 1) os_handle_close(region);
  return status;
}
